using Microsoft.Data.Sqlite;
using Pryx.Agent.Turns;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>The next input of a session.</summary>
/// <param name="TurnId">Of the queued turn; a new one for an input that came too late for the turn it meant to steer.</param>
/// <param name="Request">Without text and attachments.</param>
public sealed record QueuedInput(string Id, TurnId TurnId, StartTurn Request);

/// <summary>
/// What waits in a session until its open turn has ended: queued turns, and inputs that came too late for the turn they meant to steer.
/// The oldest begins first, whichever it is.
/// </summary>
public sealed class QueueStore(Database database, EventLog events, OwnerLock owner)
{
    private readonly TurnRows _rows = new(database, events, owner);

    /// <summary>What is to begin; null when nothing waits, or a turn is open.</summary>
    public Task<QueuedInput?> FindNextAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync(
        connection => TurnRows.FindOpen(connection, session) is null ? Oldest(connection, session)?.Input : null, cancellationToken);

    /// <summary>Sessions where something could begin.</summary>
    public Task<IReadOnlyList<SessionId>> FindSessionsAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<SessionId>>(
        connection => connection.Query(
            $"""
            SELECT i.session_id FROM inputs i WHERE i.state = 'queued'
              AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.session_id = i.session_id AND t.status IN {TurnRows.Open} AND t.parent_turn_id IS NULL)
            GROUP BY i.session_id ORDER BY MIN(i.created_at)
            """, static row => new SessionId(Guid.ParseExact(row.GetString(0), "D"))),
        cancellationToken);

    /// <summary>Begins the turn in this process; null when it is no longer the next one, or a turn is open.</summary>
    /// <param name="model">As <c>provider/model</c>: the one this turn uses.</param>
    /// <param name="asked">The strategy that chose the model; null when none did.</param>
    public Task<Turn?> BeginAsync(QueuedInput next, string model, CancellationToken cancellationToken, string? asked = null) => database.WriteAsync(connection =>
    {
        var session = next.Request.SessionId;
        if (TurnRows.FindOpen(connection, session) is not null || Oldest(connection, session) is not { } oldest || oldest.Input.Id != next.Id)
        {
            return null;
        }
        var (text, attachments) = connection.First(
            "SELECT text, attachments FROM inputs WHERE id = $id", static row => (row.GetString(0), TurnRows.ReadAttachments(row.TextOrNull(1))), ("$id", next.Id));
        var turn = _rows.Start(connection, next.TurnId, oldest.Input.Request with { Text = text, Attachments = attachments, Model = asked ?? oldest.Input.Request.Model }, model, oldest.QueuedAt);
        connection.Execute("UPDATE inputs SET state = 'consumed', turn_id = $turn WHERE id = $id", ("$turn", turn.Id.ToString()), ("$id", next.Id));
        return turn;
    }, cancellationToken);

    /// <summary>STOP before it began: it ends with its one terminal event and its message is never shown to a model; false when it is not queued.</summary>
    public Task<bool> CancelAsync(TurnId id, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        const string why = "Stopped by the user before it began.";
        if (connection.Execute(
            "UPDATE turns SET status = 'cancelled', completed_at = $at, error_code = 'STOPPED', error_message = $why WHERE id = $id AND status = 'queued'",
            ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$why", why), ("$id", id.ToString())) == 0)
        {
            return false;
        }
        connection.Execute("UPDATE inputs SET state = 'consumed' WHERE turn_id = $id AND state = 'queued'", ("$id", id.ToString()));
        var turn = TurnRows.Find(connection, id)!;
        TurnSpans.End(connection, turn, new(TurnEnd.Cancelled, 0, default, 0), "cancelled", database.Time.GetUtcNow());
        _rows.AnnounceEnd(connection, turn, EventNames.TurnCancelled, new("cancelled", "STOPPED", why, 0, default, 0));
        return true;
    }, cancellationToken);

    private static (QueuedInput Input, DateTimeOffset? QueuedAt)? Oldest(SqliteConnection connection, SessionId session) => connection.First<(QueuedInput, DateTimeOffset?)?>(
        """
        SELECT i.id, t.id, t.status, t.model, t.request, i.request, t.queued_at
        FROM inputs i LEFT JOIN turns t ON t.id = i.turn_id
        WHERE i.session_id = $session AND i.state = 'queued' ORDER BY i.created_at, i.rowid LIMIT 1
        """,
        static row =>
        {
            if (row.TextOrNull(2) == "queued")
            {
                return (new(row.GetString(0), new(Guid.ParseExact(row.GetString(1), "D")), TurnRows.ReadRequest(row.GetString(4)) with { Model = row.GetString(3) }), row.Time(6));
            }
            // The model stays that of the turn it meant to reach, unless it asked for another.
            var request = TurnRows.ReadRequest(row.GetString(5));
            return (new(row.GetString(0), TurnId.New(), request with { Model = request.Model ?? row.TextOrNull(3) }), null);
        },
        ("$session", session.ToString()));
}
