namespace Pryx.Protocol.Approvals;

/// <summary>
/// What a card offers after calls of the same shape were approved three times in a folder: one narrow rule, and what it would and would not cover.
/// Nobody but a person takes it.
/// </summary>
/// <param name="Rule">In the syntax of <c>--allow</c>.</param>
/// <param name="Scope">workspace, host, network or integration (FR2.2).</param>
/// <param name="Workspace">The only folder it would hold in.</param>
/// <param name="Days">So long it would hold.</param>
/// <param name="Approvals">How often such calls were approved lately.</param>
public sealed record GrantProposal(string Rule, string Scope, string Workspace, int Days, int Approvals)
{
    /// <summary>The approved calls, this one, and one that nobody has made yet. Judged, not supposed.</summary>
    public IReadOnlyList<string> WouldCover { get; init; } = [];

    /// <summary>Neighbours that look alike. Judged, not supposed.</summary>
    public IReadOnlyList<NeighbourCall> WouldNotCover { get; init; } = [];
}

/// <param name="Decision">ask or deny.</param>
public sealed record NeighbourCall(string Call, string Decision, string Reason);
