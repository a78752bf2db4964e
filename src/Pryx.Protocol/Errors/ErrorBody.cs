using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Protocol.Errors;

/// <summary>The body of every answer that is no success (PRD §14.2, §14.4; the conversation API's A2).</summary>
public sealed record ErrorBody(ErrorDetail Error);

/// <param name="Code">Stable, upper snake case.</param>
/// <param name="Message">What happened, for a person; never a secret.</param>
public sealed record ErrorDetail(string Code, string Message)
{
    /// <summary>What to type or do next.</summary>
    public string? Next { get; init; }

    /// <summary>What of the request was wrong: <c>errors</c> with <c>path</c> and <c>message</c>, or what the code says.</summary>
    public JsonElement? Details { get; init; }
    public string? RequestId { get; init; }

    /// <summary>The same, as the conversation API writes it.</summary>
    [JsonPropertyName("requestId")]
    public string? ConversationRequestId { get; init; }
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Found in the logs.</summary>
    public string? TraceId { get; init; }
    public string? Surface { get; init; }
    public long? RetryAfterMs { get; init; }
}
