using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Sessions;

/// <summary>Sessions and what is in them.</summary>
public sealed class SessionStore(Database database, EventLog events, SessionHistory history)
{
    internal const string Select =
        """
        SELECT s.id, s.title, s.status, w.path, s.model, s.system_prompt, s.parent_id, s.created_at, s.updated_at,
               s.tokens_in, s.tokens_out, s.tokens_cached, s.tokens_cache_write, s.tokens_reasoning, s.total_cost_usd, s.message_count, s.model_api,
               s.estimated_cost_usd, s.budget_usd, s.archived_at, s.summary, s.mode
        FROM sessions s LEFT JOIN workspaces w ON w.id = s.workspace_id
        """;

    /// <param name="request">Without a title the session takes the first line of its first message.</param>
    public Task<Session> CreateAsync(CreateSession request, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var id = SessionId.New();
        Insert(connection, id, request, request.Workspace is { } path ? WorkspaceStore.Ensure(connection, path, database.Time) : null);
        events.Append(connection, new PryxEvent { Event = EventNames.SessionCreated, SessionId = id });
        return Find(connection, id)!;
    }, cancellationToken);

    public Task<Session?> FindAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(connection => Find(connection, id), cancellationToken);

    /// <summary>The one used last in a folder; null when there is none.</summary>
    public Task<Session?> FindLatestAsync(string workspace, CancellationToken cancellationToken)
    {
        var path = CanonicalPath.Of(workspace);
        return database.ReadAsync(
            connection => connection.First($"{Select} WHERE s.workspace_id = (SELECT id FROM workspaces WHERE path = $path) ORDER BY s.updated_at DESC, s.rowid DESC LIMIT 1", ReadSession, ("$path", path)),
            cancellationToken);
    }

    /// <summary>Newest first.</summary>
    /// <param name="limit">1 to 1,000; what is outside is moved to the nearer end.</param>
    public Task<IReadOnlyList<Session>> ListAsync(int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Session>>(
        connection => connection.Query($"{Select} ORDER BY s.updated_at DESC, s.rowid DESC LIMIT $limit", ReadSession, ("$limit", Math.Clamp(limit, 1, 1000))),
        cancellationToken);

    /// <summary>All items, oldest first; empty when there is no such session.</summary>
    public Task<IReadOnlyList<Item>> ReadItemsAsync(SessionId id, CancellationToken cancellationToken) => history.ReadAsync(id, cancellationToken);

    /// <summary>Hears of a session that is going to be deleted, or has been archived: what lives beside its turns ends with it.</summary>
    public Func<SessionId, Task> OnLeaving { get; set; } = static _ => Task.CompletedTask;

    /// <summary>False when there is no such session. What it cost and what was audited stays.</summary>
    public async Task<bool> DeleteAsync(SessionId id, CancellationToken cancellationToken)
    {
        await OnLeaving(id);
        var isDeleted = await database.WriteAsync(connection =>
        {
            connection.Execute("DELETE FROM events WHERE session_id = $id", ("$id", id.ToString()));
            if (connection.Execute("DELETE FROM sessions WHERE id = $id", ("$id", id.ToString())) == 0)
            {
                return false;
            }
            events.Append(connection, new PryxEvent { Event = EventNames.SessionDeleted, SessionId = id });
            return true;
        }, cancellationToken);
        history.Forget(id);
        return isDeleted;
    }

    /// <summary>What is null stays. Null when there is no such session.</summary>
    public async Task<Session?> ChangeAsync(SessionId id, ChangeSession change, CancellationToken cancellationToken)
    {
        var changed = await ChangeRowAsync(id, change, cancellationToken);
        if (changed is { Status: "archived" })
        {
            await OnLeaving(id);
        }
        return changed;
    }

    private Task<Session?> ChangeRowAsync(SessionId id, ChangeSession change, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (Find(connection, id) is not { } before)
        {
            return null;
        }
        connection.Execute(
            "UPDATE sessions SET title = COALESCE($title, title), status = COALESCE($status, status), model = COALESCE($model, model), model_api = CASE WHEN $model IS NULL THEN model_api END WHERE id = $id",
            ("$title", change.Title), ("$status", change.Status), ("$model", change.Model), ("$id", id.ToString()));
        var after = Find(connection, id)!;
        if (after != before)
        {
            var payload = JsonSerializer.SerializeToElement(new(after.Title, after.Status, after.Model) { Mode = after.Mode }, ProtocolJson.Default.SessionUpdatedPayload);
            events.Append(connection, new PryxEvent { Event = EventNames.SessionUpdated, SessionId = id, Payload = payload });
            if (after.Status == "archived" && before.Status != after.Status)
            {
                events.Append(connection, new PryxEvent { Event = EventNames.SessionArchived, SessionId = id });
            }
        }
        return after;
    }, cancellationToken);

    /// <summary>Its title is still what its first turn, which is its only one, begins with.</summary>
    public Task<bool> IsUnnamedAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT COUNT(*) FROM sessions WHERE id = $id AND title = derived_title AND (SELECT COUNT(*) FROM turns WHERE session_id = $id) = 1", ("$id", id.ToString())) == 1, cancellationToken);

    /// <summary>How much the session's models were last asked to think; null when nobody has said.</summary>
    public Task<string?> FindEffortAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text("SELECT json_extract(request, '$.effort') FROM turns WHERE session_id = $id ORDER BY rowid DESC LIMIT 1", ("$id", id.ToString())), cancellationToken);

    /// <summary>A copy of all there is.</summary>
    public Task<Session> ForkAsync(SessionId id, string? title, CancellationToken cancellationToken) => ForkAsync(id, title, default, cancellationToken);

    /// <summary>
    /// A new session with the same history, settings and folder. While a turn runs, the copy ends before the step whose tool calls
    /// still wait for their results: a history with unanswered calls is one no model can go on from.
    /// </summary>
    /// <param name="title">Null for "Copy of …".</param>
    /// <exception cref="PryxException">SESSION_NOT_FOUND, SESSION_ARCHIVED, TURN_NOT_FOUND, VALIDATION_ERROR</exception>
    public Task<Session> ForkAsync(SessionId id, string? title, ForkPoint point, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var parent = Find(connection, id) ?? throw NotFound(id);
        RequireAtHand(parent);
        var copy = SessionId.New();
        var whole = connection.Number(
            """
            SELECT COALESCE(
                (SELECT MIN(s.seq) FROM items c JOIN items s ON s.session_id = c.session_id AND s.turn_id = c.turn_id AND s.step = c.step AND s.type <> 'user_message'
                 WHERE c.session_id = $id AND c.type = 'tool_call'
                   AND NOT EXISTS (SELECT 1 FROM items r WHERE r.turn_id = c.turn_id AND r.call_id = c.call_id AND r.type = 'tool_result')),
                (SELECT MAX(seq) + 1 FROM items WHERE session_id = $id), 1)
            """, ("$id", id.ToString()));
        var end = Math.Min(whole, point.EndIn(connection, id) ?? whole);
        connection.Execute(
            """
            INSERT INTO sessions (id, workspace_id, parent_id, parent_seq, created_at, updated_at, title, model, model_api, system_prompt, instructions, summary, tags, agent_role, mode)
            SELECT $copy, workspace_id, id, $end - 1, $at, $at, $title, model, model_api, system_prompt, instructions, summary, tags, agent_role, mode FROM sessions WHERE id = $id
            """,
            ("$copy", copy.ToString()), ("$end", end), ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$title", title ?? $"Copy of {parent.Title}"), ("$id", id.ToString()));
        CopyItems(connection, id, copy, end);
        events.Append(connection, new PryxEvent { Event = EventNames.SessionCreated, SessionId = copy });
        return Find(connection, copy)!;
    }, cancellationToken);

    /// <summary>Full-text search over all items, best first, one hit a session; every word must occur. Any text is a valid query.</summary>
    /// <param name="limit">1 to 1,000; what is outside is moved to the nearer end.</param>
    public Task<IReadOnlyList<SessionHit>> SearchAsync(string query, int limit, CancellationToken cancellationToken)
    {
        if (SearchQuery.From(query) is not { } match)
        {
            return Task.FromResult<IReadOnlyList<SessionHit>>([]);
        }
        var most = Math.Clamp(limit, 1, 1000);
        return database.ReadAsync<IReadOnlyList<SessionHit>>(connection =>
        {
            var hits = FindHits(connection, match, most);
            return [.. hits, .. ArchivedSearch.Find(connection, query, most - hits.Count)];
        }, cancellationToken);
    }

    /// <summary>The composed prompt as it was frozen at the session's first turn; null before.</summary>
    public Task<string?> ReadInstructionsAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text("SELECT instructions FROM sessions WHERE id = $id", ("$id", id.ToString())), cancellationToken);

    public Task SetInstructionsAsync(SessionId id, string? instructions, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE sessions SET instructions = $text WHERE id = $id", ("$text", instructions), ("$id", id.ToString())),
        cancellationToken);

    /// <summary>How full the window was with the last request; null before the first.</summary>
    public Task<ContextUsage?> ReadLastContextAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text(
            "SELECT payload FROM events WHERE session_id = $id AND event = $name ORDER BY version DESC LIMIT 1", ("$id", id.ToString()), ("$name", EventNames.StepCompleted)) is { } json
            ? JsonSerializer.Deserialize(json, ProtocolJson.Default.StepCompletedPayload)?.Context
            : null,
        cancellationToken);

    /// <exception cref="PryxException">SESSION_ARCHIVED</exception>
    internal static void RequireAtHand(Session session)
    {
        if (session.ArchivedAt is { } since)
        {
            throw new PryxException("SESSION_ARCHIVED", $"The session \"{session.Title}\" was archived on {since:yyyy-MM-dd}; what was said in it lies in a file.", $"bring it back: pryx session unarchive {session.Id}");
        }
    }

    internal static PryxException NotFound(SessionId id) => new("SESSION_NOT_FOUND", $"There is no session {id}.", "pryx session list shows those there are.");

    internal static Session? Find(SqliteConnection connection, SessionId id) => connection.First($"{Select} WHERE s.id = $id", ReadSession, ("$id", id.ToString()));

    private void Insert(SqliteConnection connection, SessionId id, CreateSession request, string? workspaceId) => connection.Execute(
        """
        INSERT INTO sessions (id, workspace_id, parent_id, created_at, updated_at, title, model, model_api, system_prompt, mode)
        VALUES ($id, $workspace, $parent, $at, $at, $title, $model, $api, $prompt, (SELECT mode FROM sessions WHERE id = $parent)) -- a helper may no more than whom it helps
        """,
        ("$id", id.ToString()), ("$workspace", workspaceId), ("$parent", request.ParentId?.ToString()), ("$at", Sql.FormatTime(database.Time.GetUtcNow())),
        ("$title", request.Title ?? ""), ("$model", request.Model), ("$api", request.ModelApi), ("$prompt", request.SystemPrompt));

    private static void CopyItems(SqliteConnection connection, SessionId from, SessionId to, long end)
    {
        // Row by row, because summaries point at the items they stand for.
        var places = new Dictionary<long, long>();
        var originals = connection.Query(
            $"SELECT {ItemRows.Columns} FROM items i WHERE i.session_id = $id AND i.seq < $end ORDER BY i.seq", ItemRows.Read, ("$id", from.ToString()), ("$end", end));
        foreach (var original in originals)
        {
            var copy = original with { Id = ItemId.New(), TurnId = null };
            if (copy is Summary summary)
            {
                copy = summary with { FromSeq = places.GetValueOrDefault(summary.FromSeq), ToSeq = places.GetValueOrDefault(summary.ToSeq) };
            }
            places[original.Seq] = ItemRows.Insert(connection, to, copy, original.CreatedAt).Seq;
        }
        connection.Execute("UPDATE sessions SET message_count = $count WHERE id = $id", ("$count", originals.Count(item => item is UserMessage or Reply)), ("$id", to.ToString()));
    }

    private static List<long> FindBest(SqliteConnection connection, string match, int most, int limit) => connection.Query(
        """
        SELECT seq, MIN(rank) FROM (SELECT rowid AS seq, rank FROM items_fts WHERE items_fts MATCH $match ORDER BY rank LIMIT $most) JOIN items USING (seq)
        GROUP BY session_id ORDER BY MIN(rank) LIMIT $limit
        """, static row => row.GetInt64(0), ("$match", match), ("$most", most), ("$limit", limit));

    private static List<SessionHit> FindHits(SqliteConnection connection, string match, int limit)
    {
        // The best items are usually of many sessions; only where a few sessions have them all is it worth looking at more.
        var most = Math.Max(1000, limit * 10);
        var best = FindBest(connection, match, most, limit);
        if (best.Count < limit && most < 10_000)
        {
            best = FindBest(connection, match, 10_000, limit);
        }
        // The ranking first and snippets only for what is shown: a snippet tokenizes the whole text again.
        return
        [
            .. from seq in best
               select connection.First(
                   """
                   SELECT s.id, s.title, s.updated_at, i.type, snippet(items_fts, 0, '«', '»', '…', 24)
                   FROM items_fts JOIN items i ON i.seq = items_fts.rowid JOIN sessions s ON s.id = i.session_id
                   WHERE items_fts MATCH $match AND items_fts.rowid = $seq
                   """,
                   static row => new SessionHit(new(Guid.Parse(row.GetString(0))), TitleOr(row.GetString(1)), row.Time(2), row.GetString(3), row.GetString(4)),
                   ("$match", match), ("$seq", seq)) into hit
               where hit is not null
               select hit,
        ];
    }

    internal static Session ReadSession(SqliteDataReader row) => new()
    {
        Id = new(Guid.ParseExact(row.GetString(0), "D")),
        Title = TitleOr(row.GetString(1)),
        Status = row.GetString(2),
        Workspace = row.TextOrNull(3),
        Model = row.TextOrNull(4),
        SystemPrompt = row.TextOrNull(5),
        ParentId = SessionId.TryParse(row.TextOrNull(6), out var parent) ? parent : null,
        CreatedAt = row.Time(7),
        UpdatedAt = row.Time(8),
        Usage = new TokenUsage(row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13)),
        TotalCostUsd = row.Money(14),
        MessageCount = row.GetInt64(15),
        ModelApi = row.TextOrNull(16),
        EstimatedCostUsd = row.Money(17),
        BudgetUsd = row.IsDBNull(18) ? null : row.Money(18),
        ArchivedAt = row.TimeOrNull(19),
        Summary = row.TextOrNull(20),
        Mode = row.TextOrNull(21),
    };

    private static string TitleOr(string title) => title.Length == 0 ? "Session" : title;
}
