using System.Text.Json.Serialization;
using Pryx.Protocol.Models;

namespace Pryx.Protocol.Sessions;

/// <summary>A conversation with its history and settings.</summary>
public sealed record Session
{
    public required SessionId Id { get; init; }
    public required string Title { get; init; }

    /// <summary>active or archived.</summary>
    public string Status { get; init; } = "active";

    /// <summary>The folder it works in, canonical; null for a session without one.</summary>
    public string? Workspace { get; init; }

    /// <summary>As <c>provider/model</c>; null until a turn has chosen one.</summary>
    public string? Model { get; init; }

    /// <summary>Which of the provider's APIs its turns speak; null for the provider's default.</summary>
    public string? ModelApi { get; init; }
    public string? SystemPrompt { get; init; }

    /// <summary>"plan": the agent reads and asks, and acts only once its plan is approved; null: it acts.</summary>
    public string? Mode { get; init; }
    public SessionId? ParentId { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public TokenUsage Usage { get; init; }
    public decimal TotalCostUsd { get; init; }

    /// <summary>USD beside <see cref="TotalCostUsd"/>, for calls of which no provider's count ever came.</summary>
    public decimal EstimatedCostUsd { get; init; }

    /// <summary>The session's own budget in USD, 0 for none; null where the configured one holds.</summary>
    public decimal? BudgetUsd { get; init; }
    public long MessageCount { get; init; }

    /// <summary>UTC; null while everything said in it is at hand, else it lies in a file until it is unarchived.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>What it was about, in a few sentences; null until somebody asked for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Summary { get; init; }
}

/// <param name="Snippet">The text around the hit, the hit between « and ».</param>
public sealed record SessionHit(SessionId SessionId, string Title, DateTimeOffset UpdatedAt, string ItemType, string Snippet);

public sealed record CreateSession
{
    public string? Title { get; init; }
    public string? Workspace { get; init; }
    public string? Model { get; init; }
    public string? ModelApi { get; init; }
    public string? SystemPrompt { get; init; }

    /// <summary>The session it helps; null for one of its own.</summary>
    public SessionId? ParentId { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<TurnStatus>))]
public enum TurnStatus
{
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("completed")] Completed,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
    [JsonStringEnumMemberName("limited")] Limited,

    /// <summary>Waits for the turns before it in its session.</summary>
    [JsonStringEnumMemberName("queued")] Queued,

    /// <summary>Nobody answered its question in time; an answer makes it go on.</summary>
    [JsonStringEnumMemberName("parked")] Parked,
}

/// <summary>What was said to a session and is not part of its history yet.</summary>
/// <param name="TurnId">The queued turn, which can be stopped; or the running one that it reaches with its next step.</param>
/// <param name="Delivery">steer or queue.</param>
/// <param name="Attachments">How many pictures it has.</param>
public sealed record WaitingInput(string Id, TurnId? TurnId, string Text, Delivery Delivery, int Attachments, string Surface, DateTimeOffset CreatedAt);

public sealed record Turn
{
    public required TurnId Id { get; init; }
    public required SessionId SessionId { get; init; }
    public TurnStatus Status { get; init; }
    public required string Model { get; init; }
    public string? Surface { get; init; }
    public int Steps { get; init; }

    /// <summary>When it was queued; null for a turn that began at once.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>While it is queued, when it was asked for.</summary>
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
}
