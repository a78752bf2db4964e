using System.Text.Json;

namespace Pryx.Protocol.Policies;

/// <summary>A call that is not made.</summary>
/// <param name="Tool">Any name of it.</param>
/// <param name="Args">As the model would send them; none is {}.</param>
public sealed record ExplainCall(string? Tool, JsonElement? Args)
{
    /// <summary>Absolute; null for the session's.</summary>
    public string? Workspace { get; init; }
    public SessionId? SessionId { get; init; }

    /// <summary>The mode or the name of a policy; null for the default.</summary>
    public string? Policy { get; init; }

    /// <summary>A policy file's text, instead of one by name; null for none.</summary>
    public string? PolicyText { get; init; }

    /// <summary>As if untrusted text were in the context.</summary>
    public bool Untrusted { get; init; }
}

/// <param name="Kind">read, write, execute or network.</param>
public sealed record ExplainedAccess(string Kind, string Target, bool InsideWorkspace);

/// <param name="Tool">Its policy name.</param>
/// <param name="Decision">allow, ask or deny.</param>
public sealed record ExplainedCall(string Tool, string Decision, string Rule, string Reason, string Summary, IReadOnlyList<ExplainedAccess> Accesses)
{
    /// <summary>The narrowest flags under which it would run unasked; null when none would do.</summary>
    public string? Next { get; init; }
}
