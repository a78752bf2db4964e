namespace Pryx.Agent.Policy.Documents;

/// <summary>A policy as it is written in a file (PRD §10.1.1), read and checked.</summary>
public sealed record PolicyDocument(string Name)
{
    public string? Description { get; init; }

    /// <summary>Canonical; the only folder that file tools work in. Null: the workspace of the turn.</summary>
    public string? Root { get; init; }

    /// <summary>True asks about files outside the root, false denies them.</summary>
    public bool AllowOutside { get; init; }
    public IReadOnlyList<PolicyEntry> Entries { get; init; } = [];

    /// <summary>Inputs that begin or steer turns, per minute and principal; null: no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Per minute and session; null: no limit.</summary>
    public int? ToolCallsPerMinute { get; init; }

    /// <summary>How long a question waits; null: as configured.</summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>What the author expects, checked by <c>pryx policy test</c>.</summary>
    public IReadOnlyList<PolicyExample> Examples { get; init; } = [];
}

/// <param name="Decision">Allow, Ask or Deny, from the list it stands in.</param>
/// <param name="Label">How a person finds it: <c>allowed[2] (line 12)</c>.</param>
/// <param name="Unless">Where it matches, the entry does not count; null: always counts.</param>
public sealed record PolicyEntry(Decision Decision, string Label, ToolName Tool, EntryConditions? Conditions, EntryConditions? Unless)
{
    public string? Reason { get; init; }
}

/// <param name="Args">The arguments as JSON text.</param>
/// <param name="Line">In the file, from 1.</param>
public sealed record PolicyExample(string Tool, string Args, Decision Expected, int Line);
