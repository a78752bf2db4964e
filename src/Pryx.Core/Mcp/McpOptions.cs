using Pryx.Agent.Tools;
using Pryx.Core.Mcp.Definitions;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Secrets;
using Pryx.Core.Storage;

namespace Pryx.Core.Mcp;

/// <summary>What the servers of a Core stand on. Nothing of it is touched before a server is configured.</summary>
public sealed record McpOptions
{
    public required McpDefinitions Definitions { get; init; }
    public required Func<ProcessSpawner> Spawner { get; init; }
    public required Func<SandboxProfiles> Profiles { get; init; }
    public required Func<ISecretStore> Secrets { get; init; }

    /// <summary>This process's environment and .env, for programs (without the secrets in it) and for <c>${NAME}</c>.</summary>
    public required Func<IReadOnlyDictionary<string, string>> Environment { get; init; }
    public required Func<CancellationToken, Task<Database>> DatabaseAsync { get; init; }

    /// <summary>A private folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Hears what programs of servers in the sandbox change, before they do.</summary>
    public ICallMemory Memory { get; init; } = NoMemory.Instance;

    /// <summary>The configuration key <c>mcp_enabled</c>.</summary>
    public Func<bool> IsEnabled { get; init; } = static () => true;

    /// <summary>The configuration key <c>mcp_tool_limit</c>: more tools than this are not declared but searched.</summary>
    public Func<int> ToolLimit { get; init; } = static () => 30;

    /// <summary>Of this program, as servers are told.</summary>
    public required string Version { get; init; }
    public required TimeProvider Time { get; init; }
    public SandboxNetworkOptions Network { get; init; } = new();
}
