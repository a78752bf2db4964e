namespace Pryx.Core.Mcp.Connections;

/// <summary>How a connection is, at one moment.</summary>
/// <param name="State">One of <see cref="Protocol.Mcp.McpStates"/>.</param>
public sealed record McpStatus(string State)
{
    public string? Error { get; init; }
    public DateTimeOffset? Since { get; init; }
    public string? ProtocolVersion { get; init; }
    public string? ServerName { get; init; }
    public string? ServerVersion { get; init; }
    public string? Instructions { get; init; }
    public int? Pid { get; init; }

    /// <summary>What holds its program; null for none running.</summary>
    public string? Sandbox { get; init; }
    public bool HasResources { get; init; }
    public bool HasPrompts { get; init; }
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
