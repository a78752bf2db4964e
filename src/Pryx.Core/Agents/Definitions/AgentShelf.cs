using Pryx.Core.Configuration;
using Pryx.Core.Files;

namespace Pryx.Core.Agents.Definitions;

/// <param name="Agents">One for each name, sorted.</param>
/// <param name="Shadowed">Those that another one with their name stands before.</param>
public sealed record AgentListing(IReadOnlyList<AgentDefinition> Agents, IReadOnlyList<AgentDefinition> Shadowed, IReadOnlyList<BrokenAgent> Broken)
{
    public AgentDefinition? Find(string name) => Agents.FirstOrDefault(agent => agent.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));
}

/// <summary>All agents that are defined: the workspace's over the user's over the built-in one. What has not changed is not read again.</summary>
public sealed class AgentShelf(PryxPaths paths)
{
    /// <summary>For a task that needs no particular agent; not in any file.</summary>
    public const string General = "general";

    private const int MaxFiles = 500;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Stamps, AgentListing Listing)> _kept = new(StringComparer.Ordinal);

    private static AgentDefinition BuiltIn { get; } = new(General, "any task of several steps whose details you do not need", "", AgentOrigin.BuiltIn, "");

    /// <param name="workspace">Of a trusted folder, canonical; null for none: what an untrusted one brings is data.</param>
    /// <returns>The same object as long as nothing has changed.</returns>
    public AgentListing List(string? workspace)
    {
        var files = Files(workspace).ToList();
        var stamps = string.Join('\n', files.Select(static file => $"{file.Info.FullName}|{file.Info.LastWriteTimeUtc.Ticks}|{file.Info.Length}"));
        lock (_lock)
        {
            if (_kept.TryGetValue(workspace ?? "", out var kept) && kept.Stamps == stamps)
            {
                return kept.Listing;
            }
            if (_kept.Count >= 64)
            {
                _kept.Clear();
            }
            var listing = Put(files);
            _kept[workspace ?? ""] = (stamps, listing);
            return listing;
        }
    }

    private static AgentListing Put(List<(FileInfo Info, AgentOrigin Origin)> files)
    {
        var byName = new SortedDictionary<string, AgentDefinition>(StringComparer.Ordinal);
        List<AgentDefinition> shadowed = [];
        List<BrokenAgent> broken = [];
        foreach (var (info, origin) in files)
        {
            var (agent, wrong) = AgentFile.Open(info.FullName, origin);
            if (wrong is not null)
            {
                broken.Add(wrong);
            }
            else if (agent is not null && !byName.TryAdd(agent.Name, agent))
            {
                shadowed.Add(agent);
            }
        }
        byName.TryAdd(General, BuiltIn);
        return new([.. byName.Values], shadowed, broken);
    }

    // Strongest first: a name that is taken stays with whoever had it first.
    private IEnumerable<(FileInfo Info, AgentOrigin Origin)> Files(string? workspace)
    {
        var home = WorkspacePath.Canonicalize(paths.Home);
        if (workspace is not null && !workspace.Equals(home, WorkspacePath.Comparison))
        {
            foreach (var file in In(Path.Combine(workspace, ".pryx", "agents"), workspace, AgentOrigin.Workspace).Concat(In(Path.Combine(workspace, ".claude", "agents"), workspace, AgentOrigin.Workspace)))
            {
                yield return file;
            }
        }
        foreach (var file in In(Path.Combine(paths.Data, "agents"), null, AgentOrigin.User).Concat(In(Path.Combine(paths.Home, ".claude", "agents"), null, AgentOrigin.User)))
        {
            yield return file;
        }
    }

    /// <param name="within">A link out of it is left out: it would bring what nobody has looked at; null follows all.</param>
    private static List<(FileInfo, AgentOrigin)> In(string folder, string? within, AgentOrigin origin)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFiles("*.md", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true, MatchCasing = MatchCasing.CaseInsensitive })
                .Where(file => within is null || WorkspacePath.IsWithin(WorkspacePath.Canonicalize(file.FullName), within))
                .OrderBy(static file => file.FullName, StringComparer.Ordinal).Take(MaxFiles).Select(file => (file, origin))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that can not be listed brings nothing.
            return [];
        }
    }
}
