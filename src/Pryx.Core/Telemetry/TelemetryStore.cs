using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;

namespace Pryx.Core.Telemetry;

/// <param name="Body">JSON, exactly as it is sent.</param>
/// <param name="SentAt">Null: not sent.</param>
public sealed record StoredEvent(long Seq, int Tier, string Body, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

public sealed record TelemetryCounts(long Waiting, long Sent, DateTimeOffset? LastSentAt);

/// <summary>Events that wait to be sent or were, bounded, and the few values that telemetry and export keep over restarts.</summary>
public sealed class TelemetryStore(Database database)
{
    /// <summary>So many are kept, sent ones included; older ones are dropped.</summary>
    public const int Most = 5_000;
    private const string Select = "SELECT seq, tier, body, created_at, sent_at FROM telemetry_events";

    public Task<string?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.Text("SELECT value FROM telemetry_state WHERE name = $name", ("$name", name)), cancellationToken);

    /// <param name="value">Null removes it.</param>
    public Task SetAsync(string name, string? value, CancellationToken cancellationToken) => database.WriteAsync(connection => Set(connection, name, value), cancellationToken);

    /// <summary>The value there is, or this one from now on.</summary>
    public Task<string> GetOrSetAsync(string name, string value, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        connection.Execute("INSERT INTO telemetry_state (name, value) VALUES ($name, $value) ON CONFLICT (name) DO NOTHING", ("$name", name), ("$value", value));
        return connection.Text("SELECT value FROM telemetry_state WHERE name = $name", ("$name", name))!;
    }, cancellationToken);

    public Task AddAsync(IReadOnlyList<(int Tier, string Body)> events, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        foreach (var (tier, body) in events)
        {
            connection.Execute(
                "INSERT INTO telemetry_events (tier, body, created_at) VALUES ($tier, $body, $at)", ("$tier", tier), ("$body", body), ("$at", Sql.FormatTime(database.Time.GetUtcNow())));
        }
        connection.Execute("DELETE FROM telemetry_events WHERE seq <= (SELECT MAX(seq) FROM telemetry_events) - $most", ("$most", Most));
    }, cancellationToken);

    public Task<List<StoredEvent>> ReadWaitingAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.Query($"{Select} WHERE sent_at IS NULL ORDER BY seq LIMIT $limit", Read, ("$limit", limit)), cancellationToken);

    public Task<List<StoredEvent>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(static connection => connection.Query($"{Select} ORDER BY seq", Read), cancellationToken);

    public Task MarkSentAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var now = Sql.FormatTime(database.Time.GetUtcNow());
        foreach (var sent in events)
        {
            connection.Execute("UPDATE telemetry_events SET sent_at = $at WHERE seq = $seq", ("$at", now), ("$seq", sent.Seq));
        }
    }, cancellationToken);

    /// <summary>Forgets what was not sent.</summary>
    public Task ClearWaitingAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(static connection => connection.Execute("DELETE FROM telemetry_events WHERE sent_at IS NULL"), cancellationToken);

    public Task<TelemetryCounts> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static connection => connection.First(
            "SELECT COUNT(*) - COUNT(sent_at), COUNT(sent_at), MAX(sent_at) FROM telemetry_events", static row => new TelemetryCounts(row.GetInt64(0), row.GetInt64(1), row.TimeOrNull(2)))!,
        cancellationToken);

    private static void Set(SqliteConnection connection, string name, string? value)
    {
        if (value is null)
        {
            connection.Execute("DELETE FROM telemetry_state WHERE name = $name", ("$name", name));
        }
        else
        {
            connection.Execute("INSERT INTO telemetry_state (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", ("$name", name), ("$value", value));
        }
    }

    private static StoredEvent Read(SqliteDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.Time(3), row.TimeOrNull(4));
}
