using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Costs;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Agents;

/// <summary>An agent whose turn may begin.</summary>
/// <param name="Request">Null for the defaults.</param>
public sealed record StartableAgent(string Id, SessionId SessionId, string Task, string? Context, string? Policy, string? Principal, StartTurn? Request);

/// <summary>Agents, and what their turns say of them.</summary>
public sealed class AgentStore(Database database, EventLog events)
{
    private const string Open = "('running', 'parked', 'queued')";

    private const string Select =
        """
        SELECT a.id, a.session_id, a.parent_session_id, a.task, a.state, a.turn_id, COALESCE(t.model, s.model), a.policy,
               (SELECT i.text FROM items i WHERE i.turn_id = a.turn_id AND i.type = 'reply' ORDER BY i.seq DESC LIMIT 1),
               COALESCE(t.error_code, a.error_code), COALESCE(t.error_message, a.error_message),
               (SELECT COALESCE(SUM(u.tokens_in + u.tokens_out), 0) FROM usage u WHERE u.turn_id = a.turn_id),
               a.created_at, t.started_at, COALESCE(t.completed_at, a.ended_at), t.status, a.name, a.parent_turn_id, a.parent_call_id, a.depth, t.steps, a.worktree, a.branch
        FROM agents a JOIN sessions s ON s.id = a.session_id LEFT JOIN turns t ON t.id = a.turn_id
        """;

    // One that waits, or whose turn has not ended.
    private const string Unfinished = $"(a.state = 'queued' OR (a.state = 'started' AND t.status IN {Open}))";

    public Task InsertAsync(string id, SessionId session, NewAgent agent, CancellationToken cancellationToken) => database.WriteAsync(connection => connection.Execute(
        """
        INSERT INTO agents (id, session_id, parent_session_id, task, context, policy, principal, state, created_at, name, parent_turn_id, parent_call_id, depth, request, base_folder, worktree, branch)
        VALUES ($id, $session, $parent, $task, $context, $policy, $principal, 'queued', $at, $name, $turn, $call, $depth, $request, $base, $worktree, $branch)
        """,
        ("$id", id), ("$session", session.ToString()), ("$parent", agent.ParentSessionId?.ToString()), ("$task", agent.Task), ("$context", agent.Context),
        ("$policy", agent.Policy), ("$principal", agent.Principal), ("$at", Sql.FormatTime(database.Time.GetUtcNow())),
        ("$name", agent.Name), ("$turn", agent.ParentTurnId?.ToString()), ("$call", agent.ParentCallId), ("$depth", agent.Depth),
        ("$request", agent.Request is { } request ? JsonSerializer.Serialize(request with { Text = null, Attachments = [] }, ProtocolJson.Default.StartTurn) : null),
        ("$base", agent.Folder?.Base), ("$worktree", agent.Folder?.Worktree), ("$branch", agent.Folder?.Branch)), cancellationToken);

    public Task<Agent?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(connection => Find(connection, id), cancellationToken);

    private Agent? Find(SqliteConnection connection, string id) =>
        connection.First($"{Select} WHERE a.id = $id", Read, ("$id", id)) is { } agent ? agent with { CostUsd = CostOf(connection, agent) } : null;

    private static decimal? CostOf(SqliteConnection connection, Agent agent)
    {
        if (agent.TurnId is not { } turn)
        {
            return 0;
        }
        var sum = UsageStore.SumOf(connection, turn).Plus(UsageStore.SumOfAgents(connection, turn).Sum);
        return sum.UnpricedCalls > 0 ? null : sum.CostUsd;
    }

    /// <summary>Unfinished ones and those that ended since, newest first.</summary>
    public Task<IReadOnlyList<Agent>> ListAsync(DateTimeOffset endedSince, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => [.. connection.Query(
            $"{Select} WHERE {Unfinished} OR COALESCE(t.completed_at, a.ended_at) >= $since ORDER BY a.created_at DESC, a.rowid DESC",
            Read, ("$since", Sql.FormatTime(endedSince))).Select(agent => agent with { CostUsd = CostOf(connection, agent) })],
        cancellationToken);

    /// <summary>All that a session has called, whenever they ended, newest first.</summary>
    public Task<IReadOnlyList<Agent>> ListOfSessionAsync(SessionId caller, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => [.. connection.Query(
            $"{Select} WHERE a.parent_session_id = $session ORDER BY a.created_at DESC, a.rowid DESC LIMIT $limit",
            Read, ("$session", caller.ToString()), ("$limit", limit)).Select(agent => agent with { CostUsd = CostOf(connection, agent) })],
        cancellationToken);

    /// <summary>Those of a turn, in the order of their calls.</summary>
    public Task<IReadOnlyList<Agent>> ListOfAsync(TurnId turn, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => connection.Query($"{Select} WHERE a.parent_turn_id = $turn ORDER BY a.rowid", Read, ("$turn", turn.ToString())), cancellationToken);

    /// <summary>Those that have ended and were not told of: a crash came between.</summary>
    public Task<IReadOnlyList<Agent>> ListUntoldAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => connection.Query($"{Select} WHERE a.is_told = 0 AND a.parent_turn_id IS NOT NULL AND NOT {Unfinished}", Read), cancellationToken);

    /// <summary>How deep the session's own agent is; 0 for a session of nobody's.</summary>
    public Task<int> ReadDepthAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (int)connection.Number("SELECT COALESCE(MAX(depth), 0) FROM agents WHERE session_id = $id", ("$id", session.ToString())), cancellationToken);

    /// <summary>How the turn was asked to run; null when there is none.</summary>
    public Task<StartTurn?> ReadRequestAsync(TurnId turn, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text("SELECT request FROM turns WHERE id = $id", ("$id", turn.ToString())) is { } json ? JsonSerializer.Deserialize(json, ProtocolJson.Default.StartTurn) : null, cancellationToken);

    /// <summary>Its worktree is gone, or its folder now is none.</summary>
    public Task ForgetWorktreeAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE agents SET worktree = NULL, branch = NULL WHERE id = $id", ("$id", id)), cancellationToken);

    public Task<long> CountUnfinishedAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.Number($"SELECT COUNT(*) FROM agents a LEFT JOIN turns t ON t.id = a.turn_id WHERE {Unfinished}"), cancellationToken);

    /// <summary>Those whose turn has begun and not ended.</summary>
    public Task<IReadOnlyList<Agent>> ListRunningAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        connection => connection.Query($"{Select} WHERE a.state = 'started' AND t.status IN {Open}", Read), cancellationToken);

    /// <summary>The oldest that waits and has no older unfinished sibling, or was called by a turn; null when there is none.</summary>
    public Task<StartableAgent?> FindStartableAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.First(
            $"""
            SELECT n.id, n.session_id, n.task, n.context, n.policy, n.principal, n.request FROM agents n
            WHERE n.state = 'queued' AND (n.parent_turn_id IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM agents a LEFT JOIN turns t ON t.id = a.turn_id
                WHERE a.parent_session_id = n.parent_session_id AND a.parent_turn_id IS NULL AND a.rowid < n.rowid AND {Unfinished}))
            ORDER BY n.rowid LIMIT 1
            """,
            static row => new StartableAgent(row.GetString(0), new(Guid.ParseExact(row.GetString(1), "D")), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5),
                row.TextOrNull(6) is { } request ? JsonSerializer.Deserialize(request, ProtocolJson.Default.StartTurn) : null)),
        cancellationToken);

    public Task SetStartedAsync(string id, TurnId turn, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (connection.Execute("UPDATE agents SET state = 'started', turn_id = $turn WHERE id = $id AND state = 'queued'", ("$turn", turn.ToString()), ("$id", id)) > 0)
            {
                Announce(connection, EventNames.AgentStarted, Find(connection, id)!, "running");
            }
        }, cancellationToken);

    /// <summary>Announces the end, once.</summary>
    public Task TellEndAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (connection.Execute("UPDATE agents SET is_told = 1 WHERE id = $id AND is_told = 0", ("$id", id)) > 0)
            {
                var agent = Find(connection, id)!;
                Announce(connection, EventNames.AgentEnded, agent, agent.Status);
            }
        }, cancellationToken);

    // In the session that waits for it, as something of its turn's.
    private void Announce(SqliteConnection connection, string name, Agent agent, string status)
    {
        if (agent.ParentSessionId is not { } parent)
        {
            return;
        }
        var payload = new AgentPayload(agent.AgentId, agent.Name, agent.SessionId, agent.TurnId, agent.ParentCallId, Redacted(agent.Task), agent.Model, status)
        {
            Steps = agent.Steps,
            TokensUsed = agent.TokensUsed,
            CostUsd = agent.CostUsd,
            DurationMs = agent.DurationMs,
            Error = agent.Error is { } error ? Redacted(error) : null,
        };
        events.Append(connection, new PryxEvent { Event = name, SessionId = parent, TurnId = agent.ParentTurnId, Payload = JsonSerializer.SerializeToElement(payload, ProtocolJson.Default.AgentPayload) });
    }

    private static string Redacted(string text) => Audit.Redaction.OfText(text.Length <= 200 ? text : text[..(char.IsHighSurrogate(text[198]) ? 198 : 199)] + "…");

    /// <summary>Ends one that has not begun.</summary>
    /// <param name="state">failed or cancelled.</param>
    public Task<bool> EndQueuedAsync(string id, string state, string code, string message, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "UPDATE agents SET state = $state, error_code = $code, error_message = $message, ended_at = $at WHERE id = $id AND state = 'queued'",
            ("$state", state), ("$code", code), ("$message", message), ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", id)) > 0,
        cancellationToken);

    /// <summary>Ends those of a turn that have not begun.</summary>
    public Task<int> EndQueuedOfTurnAsync(TurnId turn, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "UPDATE agents SET state = 'cancelled', error_code = 'STOPPED', error_message = 'The turn that called it has ended.', ended_at = $at WHERE state = 'queued' AND parent_turn_id = $turn",
            ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$turn", turn.ToString())),
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
            Name = row.TextOrNull(16),
            ParentTurnId = TurnId.TryParse(row.TextOrNull(17), out var caller) ? caller : null,
            ParentCallId = row.TextOrNull(18),
            Depth = row.GetInt32(19),
            Steps = row.IsDBNull(20) ? 0 : row.GetInt32(20),
            Worktree = row.TextOrNull(21),
            Branch = row.TextOrNull(22),
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
