using System.Text.Json.Serialization;
using Pryx.Protocol;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Sessions;

/// <summary>A session as the REST API shows it: all of <see cref="Session"/>, and the names that PRD §13 and runtime-behaviour B2 print.</summary>
public sealed record SessionBody
{
    public required SessionId Id { get; init; }
    public required string Title { get; init; }
    public required string Status { get; init; }
    public string? Workspace { get; init; }
    public string? Model { get; init; }
    public string? ModelApi { get; init; }
    public string? SystemPrompt { get; init; }
    public string? Mode { get; init; }
    public SessionId? ParentId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public TokenUsage Usage { get; init; }
    public decimal TotalCostUsd { get; init; }
    public decimal EstimatedCostUsd { get; init; }
    public decimal? BudgetUsd { get; init; }
    public long MessageCount { get; init; }

    /// <summary>As of <see cref="Session.ArchivedAt"/>.</summary>
    public DateTimeOffset? ArchivedAt { get; init; }
    public string? Summary { get; init; }

    [JsonPropertyName("createdAt")]
    public DateTimeOffset CreatedAtOfB2 => CreatedAt;

    [JsonPropertyName("updatedAt")]
    public DateTimeOffset UpdatedAtOfB2 => UpdatedAt;

    [JsonPropertyName("messageCount")]
    public long MessageCountOfB2 => MessageCount;

    /// <summary>Of a search: the text around the hit, the hit between « and ».</summary>
    public string? Snippet { get; init; }

    /// <summary>Of a fork.</summary>
    public SessionId? SourceSessionId { get; init; }

    /// <summary>Of a fork: the same as <see cref="Id"/>.</summary>
    public SessionId? NewSessionId { get; init; }

    public static SessionBody Of(Session session) => new()
    {
        Id = session.Id,
        Title = session.Title,
        Status = session.Status,
        Workspace = session.Workspace,
        Model = session.Model,
        ModelApi = session.ModelApi,
        SystemPrompt = session.SystemPrompt,
        Mode = session.Mode,
        ParentId = session.ParentId,
        CreatedAt = session.CreatedAt,
        UpdatedAt = session.UpdatedAt,
        Usage = session.Usage,
        TotalCostUsd = session.TotalCostUsd,
        EstimatedCostUsd = session.EstimatedCostUsd,
        BudgetUsd = session.BudgetUsd,
        MessageCount = session.MessageCount,
        ArchivedAt = session.ArchivedAt,
        Summary = session.Summary,
    };
}

/// <param name="NextCursor">Given back for the next page; null on the last one.</param>
public sealed record SessionList(IReadOnlyList<SessionBody> Sessions, string? NextCursor = null);

/// <param name="Role">user, assistant or tool.</param>
/// <param name="Seq">Its place in the store, rising.</param>
public sealed record MessageBody(string Id, string SessionId, string Role, string Content, DateTimeOffset CreatedAt, long Seq)
{
    public string? ToolCallId { get; init; }
    public string? TurnId { get; init; }
}

/// <param name="NextAfterSeq">Given back as <c>after_seq</c> for the next page; null on the last one.</param>
public sealed record MessagePage(IReadOnlyList<MessageBody> Messages, long? NextAfterSeq = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(MessagePage))]
internal sealed partial class SessionJson : JsonSerializerContext;
