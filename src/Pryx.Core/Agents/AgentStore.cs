using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;

namespace Pryx.Core.Agents;

/// <summary>An agent whose turn may begin.</summary>
public sealed record StartableAgent(string Id, SessionId SessionId, string Task, string? Context, string? Policy, string? Principal);

/// <summary>Agents, and what their turns say of them.</summary>
public sealed class AgentStore(Database database)
{
    private const string Open = "('running', 'parked', 'queued')";

    private const string Select =
        """
        SELECT a.id, a.session_id, a.parent_session_id, a.task, a.state, a.turn_id, COALESCE(t.model, s.model), a.policy,
               (SELECT i.text FROM items i WHERE i.turn_id = a.turn_id AND i.type = 'reply' ORDER BY i.seq DESC LIMIT 1),
               COALESCE(t.error_code, a.error_code), COALESCE(t.error_message, a.error_message),
               (SELECT COALESCE(SUM(u.tokens_in + u.tokens_out), 0) FROM usage u WHERE u.turn_id = a.turn_id),
               a.created_at, t.started_at, COALESCE(t.completed_at, a.ended_at), t.status
        FROM agents a JOIN sessions s ON s.id = a.session_id LEFT JOIN turns t ON t.id = a.turn_id
        """;

    // One that waits, or whose turn has not ended.
    private const string Unfinished = $"(a.state = 'queued' OR (a.state = 'started' AND t.status IN {Open}))";

    public Task InsertAsync(string id, SessionId session, NewAgent agent, CancellationToken cancellationToken) => database.WriteAsync(connection => connection.Execute(
        """
        INSERT INTO agents (id, session_id, parent_session_id, task, context, policy, principal, state, created_at)
        VALUES ($id, $session, $parent, $task, $context, $policy, $principal, 'queued', $at)
        """,
        ("$id", id), ("$session", session.ToString()), ("$parent", agent.ParentSessionId?.ToString()), ("$task", agent.Task), ("$context", agent.Context),
        ("$policy", agent.Policy), ("$principal", agent.Principal), ("$at", Sql.FormatTime(database.Time.GetUtcNow()))), cancellationToken);

    public Task<Agent?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.First($"{Select} WHERE a.id = $id", Read, ("$id", id)), cancellationToken);

    /// <summary>Unfinished ones and those that ended since, newest first.</summary>
    public Task<IReadOnlyList<Agent>> ListAsync(DateTimeOffset endedSince, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => connection.Query(
            $"{Select} WHERE {Unfinished} OR COALESCE(t.completed_at, a.ended_at) >= $since ORDER BY a.created_at DESC, a.rowid DESC",
            Read, ("$since", Sql.FormatTime(endedSince))),
        cancellationToken);

    public Task<long> CountUnfinishedAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.Number($"SELECT COUNT(*) FROM agents a LEFT JOIN turns t ON t.id = a.turn_id WHERE {Unfinished}"), cancellationToken);

    /// <summary>Those whose turn has begun and not ended.</summary>
    public Task<IReadOnlyList<Agent>> ListRunningAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => connection.Query($"{Select} WHERE a.state = 'started' AND t.status IN {Open}", Read), cancellationToken);

    /// <summary>The oldest that waits and has no older unfinished sibling; null when there is none.</summary>
    public Task<StartableAgent?> FindStartableAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.First(
            $"""
            SELECT n.id, n.session_id, n.task, n.context, n.policy, n.principal FROM agents n
            WHERE n.state = 'queued' AND NOT EXISTS (
                SELECT 1 FROM agents a LEFT JOIN turns t ON t.id = a.turn_id
                WHERE a.parent_session_id = n.parent_session_id AND a.rowid < n.rowid AND {Unfinished})
            ORDER BY n.rowid LIMIT 1
            """,
            static row => new StartableAgent(row.GetString(0), new(Guid.ParseExact(row.GetString(1), "D")), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5))),
        cancellationToken);

    public Task SetStartedAsync(string id, TurnId turn, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE agents SET state = 'started', turn_id = $turn WHERE id = $id", ("$turn", turn.ToString()), ("$id", id)), cancellationToken);

    /// <summary>Ends one that has not begun.</summary>
    /// <param name="state">failed or cancelled.</param>
    public Task<bool> EndQueuedAsync(string id, string state, string code, string message, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "UPDATE agents SET state = $state, error_code = $code, error_message = $message, ended_at = $at WHERE id = $id AND state = 'queued'",
            ("$state", state), ("$code", code), ("$message", message), ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", id)) > 0,
        cancellationToken);

    /// <summary>Ends all that have not begun, of one session or of all.</summary>
    /// <returns>How many there were.</returns>
    public Task<int> EndQueuedOfAsync(SessionId? parent, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            """
            UPDATE agents SET state = 'cancelled', error_code = 'STOPPED', error_message = 'Stopped by the user before it began.', ended_at = $at
            WHERE state = 'queued' AND ($parent IS NULL OR parent_session_id = $parent)
            """,
            ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$parent", parent?.ToString())),
        cancellationToken);

    public Task<bool> HasUnfinishedAsync(SessionId parent, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number($"SELECT EXISTS (SELECT 1 FROM agents a LEFT JOIN turns t ON t.id = a.turn_id WHERE a.parent_session_id = $parent AND {Unfinished})", ("$parent", parent.ToString())) == 1,
        cancellationToken);

    /// <summary>The mode of the session's last turn; null when it named none, or there was no turn.</summary>
    public Task<string?> ReadPolicyAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text("SELECT json_extract(request, '$.policy') FROM turns WHERE session_id = $id ORDER BY started_at DESC, rowid DESC LIMIT 1", ("$id", session.ToString())),
        cancellationToken);

    private Agent Read(SqliteDataReader row)
    {
        var started = row.TimeOrNull(13);
        var ended = row.TimeOrNull(14);
        return new(row.GetString(0), new(Guid.ParseExact(row.GetString(1), "D")), SessionId.TryParse(row.TextOrNull(2), out var parent) ? parent : null, row.GetString(3), StatusOf(row))
        {
            TurnId = TurnId.TryParse(row.TextOrNull(5), out var turn) ? turn : null,
            Model = row.TextOrNull(6),
            Policy = row.TextOrNull(7),
            Output = row.TextOrNull(8),
            ErrorCode = row.TextOrNull(9),
            Error = row.TextOrNull(10),
            TokensUsed = row.GetInt64(11),
            DurationMs = started is { } from ? (long)((ended ?? database.Time.GetUtcNow()) - from).TotalMilliseconds : null,
            CreatedAt = row.Time(12),
            StartedAt = started,
            EndedAt = ended,
        };
    }

    private static string StatusOf(SqliteDataReader row) => (row.TextOrNull(15), row.GetString(4)) switch
    {
        (null, "started") => "failed",
        (null, var state) => state,
        ("completed" or "failed" or "cancelled", _) => row.GetString(15),
        ("limited", _) => row.TextOrNull(9) == "TIMEOUT" ? "timeout" : "failed",
        _ => "running",
    };
}
