using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;

namespace Pryx.Core.Tracing;

/// <summary>Which traces are asked for; newest first.</summary>
/// <param name="Since">By the beginning of the turn, inclusive.</param>
/// <param name="Until">By the beginning of the turn, exclusive.</param>
/// <param name="Before">The place where the page before ended; null for the first.</param>
public sealed record TraceQuery(SessionId? SessionId, TurnId? TurnId, DateTimeOffset? Since, DateTimeOffset? Until, TraceCursor? Before, int Limit);

/// <param name="StartNs">Nanoseconds since 1970.</param>
public readonly record struct TraceCursor(long StartNs, long Seq);

/// <summary>
/// Spans in SQLite. They are written in the commits of what they cover, so a process that dies loses none: what had begun is there
/// without an end, and whoever goes on with the turn ends it.
/// </summary>
public sealed class SpanStore(Database database)
{
    private const string Columns = "seq, trace_id, span_id, parent_span_id, session_id, turn_id, kind, name, start_ns, duration_ns, error, attributes";

    /// <summary>In the caller's transaction. A span that is there already is replaced, and takes its place behind all others.</summary>
    public static void Write(SqliteConnection connection, Span span) => connection.Execute(
        """
        INSERT OR REPLACE INTO spans (trace_id, span_id, parent_span_id, session_id, turn_id, kind, name, start_ns, duration_ns, error, attributes)
        VALUES ($trace, $span, $parent, $session, $turn, $kind, $name, $start, $duration, $error, $attributes)
        """,
        ("$trace", span.TraceId), ("$span", span.SpanId), ("$parent", span.ParentSpanId), ("$session", span.SessionId.ToString()), ("$turn", span.TurnId.ToString()),
        ("$kind", span.Kind), ("$name", span.Name), ("$start", Nanoseconds(span.Start)), ("$duration", span.Duration is { } took ? took.Ticks * 100 : null),
        ("$error", span.Error), ("$attributes", JsonSerializer.Serialize(span.Attributes, SpanJson.Default.SpanAttributes)));

    /// <summary>In the caller's transaction; null when it has not been written.</summary>
    public static Span? Find(SqliteConnection connection, string traceId, string spanId) =>
        connection.First($"SELECT {Columns} FROM spans WHERE trace_id = $trace AND span_id = $span", Read, ("$trace", traceId), ("$span", spanId));

    /// <summary>The turns' own spans, one for each trace.</summary>
    public Task<IReadOnlyList<Span>> ListAsync(TraceQuery query, CancellationToken cancellationToken)
    {
        var conditions = new List<string> { "parent_span_id IS NULL" };
        var parameters = new List<(string, object?)> { ("$limit", query.Limit) };
        Add(query.SessionId, "session_id = $session", "$session", static id => id.ToString());
        Add(query.TurnId, "trace_id = $trace", "$trace", static id => SpanIds.TraceOf(id));
        Add(query.Since, "start_ns >= $since", "$since", static time => Nanoseconds(time));
        Add(query.Until, "start_ns < $until", "$until", static time => Nanoseconds(time));
        Add(query.Before, "(start_ns, seq) < ($start, $seq)", "$start", static cursor => cursor.StartNs);
        if (query.Before is { } before)
        {
            parameters.Add(("$seq", before.Seq));
        }
        return database.ReadAsync<IReadOnlyList<Span>>(
            connection => connection.Query(
                $"SELECT {Columns} FROM spans WHERE {string.Join(" AND ", conditions)} ORDER BY start_ns DESC, seq DESC LIMIT $limit", Read, [.. parameters]),
            cancellationToken);

        void Add<T>(T? value, string condition, string name, Func<T, object> toParameter)
            where T : struct
        {
            if (value is { } given)
            {
                conditions.Add(condition);
                parameters.Add((name, toParameter(given)));
            }
        }
    }

    /// <summary>Every span of a trace in the order of their beginnings; empty when there is no such trace.</summary>
    public Task<IReadOnlyList<Span>> ReadTraceAsync(TurnId turn, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Span>>(
        connection => connection.Query($"SELECT {Columns} FROM spans WHERE trace_id = $trace ORDER BY start_ns, seq", Read, ("$trace", SpanIds.TraceOf(turn))), cancellationToken);

    /// <summary>What has ended after a place in the order of ends.</summary>
    public Task<IReadOnlyList<Span>> ReadEndedAsync(long afterSeq, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Span>>(
        connection => connection.Query($"SELECT {Columns} FROM spans WHERE seq > $after AND duration_ns IS NOT NULL ORDER BY seq LIMIT $limit", Read, ("$after", afterSeq), ("$limit", limit)),
        cancellationToken);

    /// <summary>The place of the newest; 0 when there is none.</summary>
    public Task<long> ReadLastSeqAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(static connection => connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'spans'"), cancellationToken);

    /// <summary>Exact, by looking at every row: some 20 ms for a million.</summary>
    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(static connection => connection.Number("SELECT COUNT(*) FROM spans"), cancellationToken);

    /// <summary>Drops the oldest beyond the limit, at most a batch; returns how many.</summary>
    public async Task<int> DropOldestAsync(long limit, int batch, CancellationToken cancellationToken)
    {
        // The places have holes, so the distance between first and last is never less than the count: nearly always this is all.
        var distance = await database.ReadAsync(static connection => connection.Number("SELECT MAX(seq) FROM spans") - connection.Number("SELECT MIN(seq) FROM spans") + 1, cancellationToken);
        if (distance <= limit || await CountAsync(cancellationToken) - limit is not (> 0 and var excess))
        {
            return 0;
        }
        return await database.WriteAsync(
            connection => connection.Execute("DELETE FROM spans WHERE seq IN (SELECT seq FROM spans ORDER BY seq LIMIT $count)", ("$count", Math.Min(excess, batch))), cancellationToken);
    }

    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    private static Span Read(SqliteDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        TraceId = row.GetString(1),
        SpanId = row.GetString(2),
        ParentSpanId = row.TextOrNull(3),
        SessionId = new(Guid.ParseExact(row.GetString(4), "D")),
        TurnId = new(Guid.ParseExact(row.GetString(5), "D")),
        Kind = row.GetString(6),
        Name = row.GetString(7),
        Start = DateTimeOffset.UnixEpoch.AddTicks(row.GetInt64(8) / 100),
        Duration = row.NumberOrNull(9) is { } nanoseconds ? TimeSpan.FromTicks(nanoseconds / 100) : null,
        Error = row.TextOrNull(10),
        Attributes = JsonSerializer.Deserialize(row.GetString(11), SpanJson.Default.SpanAttributes)!,
    };
}
