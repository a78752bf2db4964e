using Pryx.Protocol;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Agents;

/// <summary>A task that runs as a turn in a session of its own.</summary>
/// <param name="SessionId">Its own session.</param>
/// <param name="ParentSessionId">The session it helps; null for none.</param>
/// <param name="Status">queued, running, completed, failed, cancelled or timeout.</param>
public sealed record Agent(string AgentId, SessionId SessionId, SessionId? ParentSessionId, string Task, string Status)
{
    /// <summary>Of its definition; null for a task without one.</summary>
    public string? Name { get; init; }

    /// <summary>Null until it has begun.</summary>
    public TurnId? TurnId { get; init; }

    /// <summary>The turn that called it, and the call; null for one that was spawned from outside.</summary>
    public TurnId? ParentTurnId { get; init; }
    public string? ParentCallId { get; init; }

    /// <summary>1 for what a person's turn has called; 0 for what was spawned for no agent.</summary>
    public int Depth { get; init; }
    public string? Model { get; init; }
    public string? Policy { get; init; }

    /// <summary>The last reply; null while there is none.</summary>
    public string? Output { get; init; }
    public string? ErrorCode { get; init; }
    public string? Error { get; init; }
    public int Steps { get; init; }

    /// <summary>Input and output of all its model calls.</summary>
    public long TokensUsed { get; init; }

    /// <summary>USD, with what the agents that it called have cost; null when a price is unknown.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>From its beginning to its end, or to now.</summary>
    public long? DurationMs { get; init; }

    /// <summary>The git worktree it works in, or has left changes in; null for none.</summary>
    public string? Worktree { get; init; }

    /// <summary>Of the worktree.</summary>
    public string? Branch { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    internal bool HasEnded => Status is not ("queued" or "running");
}

/// <param name="Policy">Null: as its parent, or the default.</param>
/// <param name="Principal">Who asks.</param>
public sealed record NewAgent(string Task, string? Context, SessionId? ParentSessionId, string? Model, string? Policy, string? Principal)
{
    /// <summary>Null for a new one; the same id is spawned once.</summary>
    public string? Id { get; init; }

    /// <summary>Of its definition.</summary>
    public string? Name { get; init; }
    public TurnId? ParentTurnId { get; init; }
    public string? ParentCallId { get; init; }
    public int Depth { get; init; }

    /// <summary>How its turn is to run, without text and session; null for the defaults.</summary>
    public StartTurn? Request { get; init; }

    /// <summary>What it is told before its task, instead of what its parent's session is.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>Where it works; null for its parent's folder.</summary>
    public AgentFolder? Folder { get; init; }
}

/// <summary>A folder of an agent's own.</summary>
/// <param name="Path">Canonical.</param>
/// <param name="Base">The folder whose grants hold in it; null: only those for the path itself.</param>
/// <param name="Worktree">The root of its git worktree; null for none.</param>
public sealed record AgentFolder(string Path, string? Base = null, string? Worktree = null, string? Branch = null);

/// <summary>How a wait ended (PRD §10.7.5).</summary>
/// <param name="Status">ok, error, or timeout: of the wait or of the agent itself, which then has an end.</param>
public sealed record AgentWait(
    string AgentId, string Status,
    [property: System.Text.Json.Serialization.JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
    [property: System.Text.Json.Serialization.JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    string? Error, string AgentStatus);
