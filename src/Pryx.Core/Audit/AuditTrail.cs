using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol.Audit;

namespace Pryx.Core.Audit;

/// <summary>Which entries are asked for; null everywhere means all.</summary>
/// <param name="SessionId">Those that name it, and calls of its turns; of a deleted session only the former are found.</param>
/// <param name="Action">Such as <c>tool.judged</c>, or its beginning with a star: <c>tool.*</c>.</param>
/// <param name="Surface">Of the actor: <c>cli</c> finds <c>cli:alice</c> and <c>model:cli</c>.</param>
/// <param name="Since">The oldest; UTC.</param>
/// <param name="Until">The newest; UTC.</param>
/// <param name="Actor">The whole one, or its beginning with a star.</param>
public sealed record AuditFilter(string? SessionId, string? Action, string? Surface, DateTimeOffset? Since, DateTimeOffset? Until = null, string? Actor = null, string? Outcome = null);

/// <summary>The audit log as people read it: a page at a time, filtered.</summary>
public sealed class AuditTrail(Database database)
{
    private const string Select = "SELECT seq, id, timestamp, action, resource_type, resource_id, actor, details, outcome, result_hash, hash FROM audit_log";

    private const string Where =
        """
        ($since IS NULL OR timestamp >= $since)
        AND ($action IS NULL OR action = $action OR ($begins IS NOT NULL AND substr(action, 1, length($begins)) = $begins))
        AND ($until IS NULL OR timestamp <= $until)
        AND ($outcome IS NULL OR outcome = $outcome)
        AND ($actor IS NULL OR actor = $actor OR ($acts IS NOT NULL AND substr(actor, 1, length($acts)) = $acts))
        AND ($surface IS NULL OR actor = $surface OR substr(actor, 1, length($surface) + 1) = $surface || ':' OR substr(actor, -length($surface) - 1) = ':' || $surface)
        AND ($session IS NULL
             OR (resource_type = 'session' AND resource_id = $session)
             OR (resource_type = 'tool_call' AND substr(resource_id, 1, 36) IN (SELECT id FROM turns WHERE session_id = $session))
             OR (CASE WHEN json_valid(details) THEN COALESCE(json_extract(details, '$.session_id'), json_extract(details, '$.session')) END) = $session)
        """;

    /// <summary>Newest first.</summary>
    /// <param name="before">Only what is older than this entry; null for the newest.</param>
    public Task<IReadOnlyList<AuditRecord>> ReadNewestAsync(AuditFilter filter, int limit, long? before, CancellationToken cancellationToken) =>
        ReadAsync($"{Select} WHERE seq < $place AND {Where} ORDER BY seq DESC LIMIT $limit", filter, limit, before ?? long.MaxValue, cancellationToken);

    /// <summary>Oldest first, from behind an entry.</summary>
    public Task<IReadOnlyList<AuditRecord>> ReadOldestAsync(AuditFilter filter, int limit, long after, CancellationToken cancellationToken) =>
        ReadAsync($"{Select} WHERE seq > $place AND {Where} ORDER BY seq LIMIT $limit", filter, limit, after, cancellationToken);

    private Task<IReadOnlyList<AuditRecord>> ReadAsync(string sql, AuditFilter filter, int limit, long place, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AuditRecord>>(
        connection => connection.Query(
            sql, Read, ("$place", place), ("$limit", limit), ("$since", filter.Since is { } since ? Sql.FormatTime(since) : null),
            ("$action", filter.Action), ("$begins", filter.Action is { } action && action.EndsWith('*') ? action[..^1] : null),
            ("$until", filter.Until is { } until ? Sql.FormatTime(until) : null), ("$outcome", filter.Outcome),
            ("$actor", filter.Actor), ("$acts", filter.Actor is { } actor && actor.EndsWith('*') ? actor[..^1] : null),
            ("$surface", filter.Surface), ("$session", filter.SessionId)),
        cancellationToken);

    private static AuditRecord Read(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.Time(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), Details(row.GetString(7)),
        row.GetString(8), row.TextOrNull(9), row.GetString(10));

    private static JsonElement Details(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text, AuditJson.Default.String);
        }
    }
}
