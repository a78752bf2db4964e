using Pryx.Protocol;

namespace Pryx.Core.Agents;

/// <summary>A task that runs as a turn in a session of its own.</summary>
/// <param name="SessionId">Its own session.</param>
/// <param name="ParentSessionId">The session it helps; null for none.</param>
/// <param name="Status">queued, running, completed, failed, cancelled or timeout.</param>
public sealed record Agent(string AgentId, SessionId SessionId, SessionId? ParentSessionId, string Task, string Status)
{
    /// <summary>Null until it has begun.</summary>
    public TurnId? TurnId { get; init; }
    public string? Model { get; init; }
    public string? Policy { get; init; }

    /// <summary>The last reply; null while there is none.</summary>
    public string? Output { get; init; }
    public string? ErrorCode { get; init; }
    public string? Error { get; init; }

    /// <summary>Input and output of all its model calls.</summary>
    public long TokensUsed { get; init; }

    /// <summary>From its beginning to its end, or to now.</summary>
    public long? DurationMs { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    internal bool HasEnded => Status is not ("queued" or "running");
}

/// <param name="Policy">Null: as its parent, or the default.</param>
/// <param name="Principal">Who asks.</param>
public sealed record NewAgent(string Task, string? Context, SessionId? ParentSessionId, string? Model, string? Policy, string? Principal);

/// <summary>How a wait ended (PRD §10.7.5).</summary>
/// <param name="Status">ok, error, or timeout: of the wait or of the agent itself, which then has an end.</param>
public sealed record AgentWait(
    string AgentId, string Status,
    [property: System.Text.Json.Serialization.JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
    [property: System.Text.Json.Serialization.JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    string? Error, string AgentStatus);
