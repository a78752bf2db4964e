namespace Pryx.Protocol.Errors;

/// <summary>
/// Something a caller can act on: a stable code, what happened, and what to type or do next.
/// Everything else that is thrown is a bug.
/// </summary>
/// <param name="code">Upper snake case, such as <c>SESSION_NOT_FOUND</c> (PRD §14.2).</param>
public sealed class PryxException(string code, string message, string? next = null, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>The next thing to type or do; null when there is none.</summary>
    public string? Next { get; } = next;

    /// <summary>Machine-readable: what of the request was wrong. Never a secret.</summary>
    public System.Text.Json.JsonElement? Details { get; init; }

    /// <summary>When trying again makes sense; null when that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Under which the logs have it; null when there is nothing in them.</summary>
    public string? TraceId { get; init; }
}
