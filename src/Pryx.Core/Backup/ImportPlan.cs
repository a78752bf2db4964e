using System.Text.Json;

namespace Pryx.Core.Backup;

/// <summary>What a place to import from offers; nothing of it is taken yet.</summary>
/// <param name="From">As a person would name it.</param>
internal sealed record ImportPlan(string From, IReadOnlyList<OfferedFiles> Files, IReadOnlyList<OfferedServer> Servers)
{
    /// <summary>Keys and tokens of a backup, by their name in the keychain.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>What could not be understood, for a person.</summary>
    public IReadOnlyList<string> Troubles { get; init; } = [];
}

/// <summary>One thing made of files: a skill's folder, an agent's file.</summary>
/// <param name="Kind">skill, agent, command, policy, settings, memory.</param>
/// <param name="Target">Below the data directory, with forward slashes; for a folder without the slash at its end.</param>
/// <param name="Source">A file or a folder; absolute.</param>
internal sealed record OfferedFiles(string Kind, string Name, string Target, string Source);

/// <summary>One MCP server as another program has it.</summary>
internal sealed record OfferedServer(string Name, JsonElement Definition);
