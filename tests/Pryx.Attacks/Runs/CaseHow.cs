namespace Pryx.Attacks.Runs;

/// <summary>In which way a case is run.</summary>
public enum CaseHow
{
    /// <summary>As the file says.</summary>
    Guarded,

    /// <summary>An attack without policy and sandbox, as the file's <c>unguarded</c> says: there it must land.</summary>
    Unguarded,

    /// <summary>A task under the mode that asks about every side effect.</summary>
    Ask,
}

/// <summary>What came of one run.</summary>
public sealed record CaseResult(string Name, CaseHow How)
{
    /// <summary>Of an attack: the effects that happened.</summary>
    public IReadOnlyList<string> Landed { get; init; } = [];

    /// <summary>Of a task: what is missing.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The cards, as one line each; the folder's is not among them.</summary>
    public IReadOnlyList<string> Cards { get; init; } = [];

    /// <summary>Whether the folder grant was offered and taken.</summary>
    public bool TookFolder { get; init; }

    /// <summary>The terminal event of the turn; "bare" without an engine.</summary>
    public string Ended { get; init; } = "";

    /// <summary>Why the run itself failed; null when it did not.</summary>
    public string? Error { get; init; }
    public long Milliseconds { get; init; }

    /// <summary>Calls and their results, for whoever has to find out why.</summary>
    public string Log { get; init; } = "";
}

/// <summary>One order to a worker.</summary>
/// <param name="Agent">The description of another agent that is to play; null for the engine itself.</param>
public sealed record CaseOrder(Cases.CaseKind Kind, string Name, string Path, CaseHow How, string? Agent = null);
