namespace Pryx.Agent.Policy;

/// <summary>The places policy has to know. All paths are canonical: accesses are compared with them as they are.</summary>
public sealed record PolicyScope
{
    public required string Home { get; init; }

    /// <summary>Pryx's own folder; its files are secrets.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Folders outside the workspace that may be read unasked, also below the data directory: where long tool output is kept.</summary>
    public IReadOnlyList<string> ReadableRoots { get; init; } = [];
}
