using System.Text.Json.Serialization;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Streams;

/// <summary>A message as <c>session.message</c> carries it.</summary>
/// <param name="Role">user, assistant or tool.</param>
internal sealed record SessionMessagePayload(ItemId Id, string Role, string Content, DateTimeOffset CreatedAt);

internal sealed record TypingPayload(bool Typing, string ClientId, string Who);

/// <param name="Kind">Which request failed and how: <c>chat.invalid</c>, <c>session.resume_not_found</c>.</param>
/// <param name="Code">As the REST API's.</param>
internal sealed record SocketError(string Kind, string Code, string Message, string? Next = null, string? TraceId = null)
{
    /// <summary>Of a question that somebody else has answered.</summary>
    public System.Text.Json.JsonElement? Details { get; init; }
}

/// <summary>What was done with a request.</summary>
internal sealed record SocketAck(string? Id = null)
{
    public bool Ok { get; init; } = true;
    public string? ExternalId { get; init; }
    public SessionId? SessionId { get; init; }
    public TurnId? TurnId { get; init; }

    /// <summary>Of the turn: running, or queued behind others.</summary>
    public string? Status { get; init; }
    public ApprovalId? ApprovalId { get; init; }
    public bool? Approved { get; init; }
    public string? Scope { get; init; }
    public bool? Stopped { get; init; }
}

/// <param name="Events">Null for all (but those that were taken out).</param>
internal sealed record SocketFilter(IReadOnlyCollection<string>? Events);

internal sealed record PresentClient(string ClientId, string Surface, string Who, SessionId? SessionId, bool CanApprove);

internal sealed record Presence(string ClientId, IReadOnlyList<PresentClient> Clients);

internal sealed record Pong(string ClientId);

internal sealed record WaitingApprovals(IReadOnlyList<Approval> Approvals);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionMessagePayload))]
[JsonSerializable(typeof(TypingPayload))]
[JsonSerializable(typeof(SocketError))]
[JsonSerializable(typeof(SocketAck))]
[JsonSerializable(typeof(SocketFilter))]
[JsonSerializable(typeof(Presence))]
[JsonSerializable(typeof(Pong))]
[JsonSerializable(typeof(WaitingApprovals))]
internal sealed partial class SocketJson : JsonSerializerContext;

/// <summary>A session as the WebSocket lists it: its contract prints these names.</summary>
internal sealed record ListedSession(SessionId Id, string Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record ListedSessions(IReadOnlyList<ListedSession> Sessions);

internal sealed record ListedMessage(ItemId Id, SessionId SessionId, string Role, string Content, DateTimeOffset CreatedAt);

internal sealed record ResumedSession(ListedSession Session, IReadOnlyList<ListedMessage> Messages);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ListedSessions))]
[JsonSerializable(typeof(ResumedSession))]
internal sealed partial class SocketSessionJson : JsonSerializerContext;
