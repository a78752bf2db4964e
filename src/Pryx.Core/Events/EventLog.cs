using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Core.Events;

/// <summary>
/// The one stream of events. Committed ones are stored in the transaction of what they announce and published only once that is durable,
/// in the order of their versions. Progress is published at once, stored nowhere, and dropped when a reader is slow.
/// </summary>
public sealed class EventLog(Database database)
{
    private const int ReplayBatch = 256;
    private const string Select = $"SELECT e.version, e.event, e.session_id, e.turn_id, e.surface, e.payload, e.created_at, {ItemRows.Columns} FROM events e LEFT JOIN items i ON i.id = e.item_id";
    private readonly Lock _gate = new();
    private Subscription[] _subscriptions = [];

    // Touched by the writer's thread alone.
    private long _lastPublished = -1;

    public TimeProvider Time => database.Time;

    /// <summary>Stores the event in the caller's write transaction; it is published when that has committed.</summary>
    /// <param name="connection">As handed to the work of <see cref="Database.WriteAsync{T}"/>.</param>
    /// <returns>The event with its version and time.</returns>
    public PryxEvent Append(SqliteConnection connection, PryxEvent draft)
    {
        var now = Time.StoredNow();
        connection.Execute(
            "INSERT INTO events (event, session_id, turn_id, item_id, surface, payload, created_at) VALUES ($event, $session, $turn, $item, $surface, $payload, $at)",
            ("$event", draft.Event), ("$session", draft.SessionId?.ToString()), ("$turn", draft.TurnId?.ToString()), ("$item", draft.Item?.Id.ToString()),
            ("$surface", draft.Surface), ("$payload", draft.Payload?.GetRawText()), ("$at", Sql.FormatTime(now)));
        var stored = draft with { Version = connection.Number("SELECT last_insert_rowid()"), Timestamp = now };
        ((StoreConnection)connection).AfterCommit(() => Publish(stored));
        return stored;
    }

    /// <summary>Stores an item, counts it, and announces it.</summary>
    /// <returns>The item with its place and time.</returns>
    public Item AppendItem(SqliteConnection connection, SessionId sessionId, Item item, string? surface = null, TokenUsage? usage = null)
    {
        var stored = ItemRows.Insert(connection, sessionId, item, Time.StoredNow(), usage);
        var message = stored switch { UserMessage => "user", Reply => "assistant", _ => null };
        connection.Execute(
            "UPDATE sessions SET updated_at = $at, message_count = message_count + $count WHERE id = $id",
            ("$at", Sql.FormatTime(stored.CreatedAt)), ("$count", message is null ? 0 : 1), ("$id", sessionId.ToString()));
        var announcement = new PryxEvent { Event = EventNames.ItemAdded, SessionId = sessionId, TurnId = stored.TurnId, Surface = surface, Item = stored };
        Append(connection, announcement);
        if (message is not null)
        {
            Append(connection, announcement with { Event = EventNames.SessionMessage, Payload = RolePayload(message) });
        }
        return stored;
    }

    /// <summary>Ephemeral: reaches whoever listens now, merged or dropped where a reader is slow.</summary>
    public void Progress(Progress progress)
    {
        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            subscription.Offer(progress);
        }
    }

    /// <summary>How many listen now.</summary>
    public int Subscribers => Volatile.Read(ref _subscriptions).Length;

    /// <summary>Whether anybody listens to the session who may answer an approval.</summary>
    public bool HasApprover(SessionId sessionId) =>
        Volatile.Read(ref _subscriptions).Any(subscription => subscription.CanApprove && subscription.Covers(sessionId));

    /// <summary>The version of the newest committed event; 0 when there is none.</summary>
    public Task<long> ReadLastVersionAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(static connection => connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'events'"), cancellationToken);

    /// <summary>Committed events after a version, a page at a time.</summary>
    /// <param name="sessionId">Null for all sessions.</param>
    /// <param name="names">Empty for all events.</param>
    /// <param name="limit">0 asks for the version alone.</param>
    public Task<EventPage> ReadPageAsync(SessionId? sessionId, long afterVersion, IReadOnlyCollection<string> names, int limit, CancellationToken cancellationToken) => database.ReadAsync(connection =>
    {
        var version = connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
        var found = limit == 0 ? [] : connection.Query(
            $"""
            {Select}
            WHERE e.version > $after AND ($session IS NULL OR e.session_id = $session) AND ($names IS NULL OR instr($names, ' ' || e.event || ' ') > 0)
            ORDER BY e.version LIMIT $limit
            """,
            ReadEvent,
            ("$after", afterVersion), ("$session", sessionId?.ToString()), ("$names", names.Count == 0 ? null : $" {string.Join(' ', names)} "), ("$limit", limit + 1));
        return found.Count <= limit ? new EventPage(found, version) : new EventPage(found[..limit], version, found[limit - 1].Version);
    }, cancellationToken);

    /// <summary>The version of a turn's first event; 0 when there is none.</summary>
    public Task<long> ReadFirstVersionAsync(TurnId turn, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.Number("SELECT MIN(version) FROM events WHERE turn_id = $turn", ("$turn", turn.ToString())), cancellationToken);

    /// <summary>
    /// Every committed event after the version, exactly once and in order, with its item; progress in between. The subscription counts
    /// (also as approver) from this call on, until its enumerator is disposed or the token is cancelled; it can be enumerated once.
    /// </summary>
    /// <param name="sessionId">Null for all sessions.</param>
    /// <param name="pollForOthers">How often to look for events that another process has stored; null to see them only beside our own.</param>
    public IAsyncEnumerable<PryxEvent> SubscribeAsync(
        SessionId? sessionId, long afterVersion, bool canApprove, TimeSpan? pollForOthers, CancellationToken cancellationToken) =>
        SubscribeAsync(sessionId, afterVersion, () => canApprove, pollForOthers, cancellationToken);

    /// <summary>As the other one, for a reader whose right to approve can change while it listens.</summary>
    /// <param name="canApprove">Asked whenever somebody has to approve; must be quick.</param>
    public IAsyncEnumerable<PryxEvent> SubscribeAsync(
        SessionId? sessionId, long afterVersion, Func<bool> canApprove, TimeSpan? pollForOthers, CancellationToken cancellationToken)
    {
        // Not only from the first MoveNextAsync on: whoever subscribes and then starts a turn must not be missed as its approver.
        var subscription = new Subscription(sessionId, canApprove);
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }
        var registration = cancellationToken.UnsafeRegister(_ => Remove(subscription), null);
        return FollowAsync(subscription, registration, sessionId, afterVersion, pollForOthers, cancellationToken);
    }

    /// <summary>As the other one, without looking for events of other processes.</summary>
    public IAsyncEnumerable<PryxEvent> SubscribeAsync(SessionId? sessionId, long afterVersion, bool canApprove, CancellationToken cancellationToken) =>
        SubscribeAsync(sessionId, afterVersion, canApprove, null, cancellationToken);

    private async IAsyncEnumerable<PryxEvent> FollowAsync(
        Subscription subscription, CancellationTokenRegistration registration, SessionId? sessionId, long cursor, TimeSpan? pollForOthers,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            // Listening began before this first look at the store, so nothing falls between the two; what comes twice is skipped by its version.
            var isBehind = true;
            while (true)
            {
                while (isBehind)
                {
                    var batch = await ReadAfterAsync(sessionId, cursor, cancellationToken);
                    foreach (var stored in batch)
                    {
                        cursor = stored.Version;
                        yield return stored;
                    }
                    isBehind = batch.Count == ReplayBatch;
                }
                var next = await subscription.TakeAsync(pollForOthers, Time, cancellationToken);
                isBehind = next is null;
                if (next is { IsProgress: true })
                {
                    yield return next;
                }
                else if (next is not null && next.Version > cursor)
                {
                    cursor = next.Version;
                    yield return next;
                }
            }
        }
        finally
        {
            await registration.DisposeAsync();
            Remove(subscription);
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }

    private void Publish(PryxEvent stored)
    {
        // Versions have no holes, so one that does not follow ours means another process has written in between: its events are to be read first.
        var hasGap = stored.Version != _lastPublished + 1;
        _lastPublished = stored.Version;
        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            if (hasGap)
            {
                subscription.MustReread();
            }
            subscription.Offer(stored);
        }
    }

    private Task<List<PryxEvent>> ReadAfterAsync(SessionId? sessionId, long cursor, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => connection.Query(
                $"""
                {Select}
                WHERE e.version > $cursor {(sessionId is null ? "" : "AND e.session_id = $session")}
                ORDER BY e.version LIMIT {ReplayBatch}
                """,
                ReadEvent,
                sessionId is { } id ? [("$cursor", cursor), ("$session", id.ToString())] : [("$cursor", cursor)]),
            cancellationToken);

    private static PryxEvent ReadEvent(SqliteDataReader row) => new()
    {
        Version = row.GetInt64(0),
        Event = row.GetString(1),
        SessionId = SessionId.TryParse(row.TextOrNull(2), out var session) ? session : null,
        TurnId = TurnId.TryParse(row.TextOrNull(3), out var turn) ? turn : null,
        Surface = row.TextOrNull(4),
        Payload = row.TextOrNull(5) is { } payload ? JsonSerializer.Deserialize(payload, ProtocolJson.Default.JsonElement) : null,
        Timestamp = row.Time(6),
        Item = row.IsDBNull(7) ? null : ItemRows.Read(row, 7),
    };

    private static JsonElement RolePayload(string role) => JsonSerializer.Deserialize($$"""{"role":"{{role}}"}""", ProtocolJson.Default.JsonElement);
}
