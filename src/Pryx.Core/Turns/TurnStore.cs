using Microsoft.Data.Sqlite;
using Pryx.Core.Approvals;
using Pryx.Core.Costs;
using Pryx.Core.Events;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>What became of an input.</summary>
public enum BeginOutcome
{
    /// <summary>A turn of this process has begun with it.</summary>
    Started,
    /// <summary>It waits for the next step of the turn that runs.</summary>
    Steered,
    /// <summary>It has a turn of its own that begins when those before it have ended.</summary>
    Queued,
    /// <summary>This input (by source and external id) was taken before: nothing was stored.</summary>
    AlreadyTaken,
    /// <summary>A turn is open whose process has died: nothing was stored. Claim and finish that one, then begin again.</summary>
    Orphaned,
}

/// <param name="Turn">The turn the outcome speaks of.</param>
/// <param name="IsElsewhere">True when another process works on that turn.</param>
/// <param name="Unparked">The turn whose question this input has answered with no: it is to go on. Null when none was parked.</param>
public sealed record BegunTurn(BeginOutcome Outcome, Turn Turn, bool IsElsewhere = false, TurnId? Unparked = null);

/// <summary>What became of a STOP.</summary>
public enum StopOutcome
{
    /// <summary>The process that runs it will see it.</summary>
    Requested,
    /// <summary>No living process has it: it is to be claimed and ended.</summary>
    Free,
    /// <summary>There is nothing to stop.</summary>
    Over,
}

/// <summary>Turns and the inputs that start them.</summary>
public sealed class TurnStore(Database database, EventLog events, OwnerLock owner)
{
    private readonly TurnRows _rows = new(database, events, owner);
    private readonly ApprovalStore _approvals = new(database, events);

    public Task<BegunTurn> BeginAsync(StartTurn request, string model, CancellationToken cancellationToken) => BeginAsync(TurnId.New(), request, model, cancellationToken);

    /// <summary>Everything of the input is durable when this returns: input, turn, user message and their events in one commit.</summary>
    /// <param name="id">The turn's, if the input gets one of its own.</param>
    /// <param name="model">As <c>provider/model</c>: the one this turn uses.</param>
    /// <exception cref="PryxException">SESSION_NOT_FOUND; CONFLICT: the external id belongs to another session's input.</exception>
    public Task<BegunTurn> BeginAsync(TurnId id, StartTurn request, string model, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Begin(connection, id, request, model), cancellationToken);

    public Task<Turn?> FindAsync(TurnId id, CancellationToken cancellationToken) => database.ReadAsync(connection => TurnRows.Find(connection, id), cancellationToken);

    /// <summary>The session's own turns, newest first.</summary>
    public Task<IReadOnlyList<Turn>> ListAsync(SessionId sessionId, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Turn>>(
        connection => connection.Query($"{TurnRows.Select} WHERE session_id = $session AND parent_turn_id IS NULL ORDER BY started_at DESC, rowid DESC LIMIT $limit", TurnRows.Read, ("$session", sessionId.ToString()), ("$limit", limit)),
        cancellationToken);

    /// <summary>The session's turn that has begun and not ended; null when there is none.</summary>
    public Task<Turn?> FindOpenAsync(SessionId sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TurnRows.FindOpen(connection, sessionId)?.Turn, cancellationToken);

    /// <summary>Every turn that has not ended: those that have begun, and those that wait.</summary>
    public Task<(IReadOnlyList<TurnId> Open, IReadOnlyList<TurnId> Queued)> ListUnfinishedAsync(CancellationToken cancellationToken) => database.ReadAsync<(IReadOnlyList<TurnId>, IReadOnlyList<TurnId>)>(
        static connection => (
            connection.Query($"SELECT id FROM turns WHERE status IN {TurnRows.Open}", static row => new TurnId(Guid.ParseExact(row.GetString(0), "D"))),
            connection.Query("SELECT id FROM turns WHERE status = 'queued'", static row => new TurnId(Guid.ParseExact(row.GetString(0), "D")))),
        cancellationToken);

    /// <summary>The session's queued turns, oldest first.</summary>
    public Task<IReadOnlyList<Turn>> ListQueuedAsync(SessionId sessionId, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Turn>>(
        connection => connection.Query($"{TurnRows.Select} WHERE session_id = $session AND status = 'queued' ORDER BY queued_at, rowid", TurnRows.Read, ("$session", sessionId.ToString())), cancellationToken);

    /// <summary>What was said and no model has read yet: what steers the open turn, then what waits for the next ones.</summary>
    public Task<IReadOnlyList<WaitingInput>> ListWaitingAsync(SessionId sessionId, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<WaitingInput>>(
        connection => connection.Query(
            """
            SELECT id, turn_id, text, state, COALESCE(json_array_length(attachments), 0), source, created_at FROM inputs
            WHERE session_id = $session AND state IN ('steered', 'queued') ORDER BY state DESC, created_at, rowid
            """,
            static row => new WaitingInput(
                row.GetString(0), row.TextOrNull(1) is { } turn ? new TurnId(Guid.ParseExact(turn, "D")) : null, row.GetString(2),
                row.GetString(3) == "steered" ? Delivery.Steer : Delivery.Queue, row.GetInt32(4), row.GetString(5), row.Time(6)),
            ("$session", sessionId.ToString())),
        cancellationToken);

    /// <summary>Turns whose process has died or has let them go, and parked ones whose questions are answered, oldest first: to be claimed and continued.</summary>
    /// <param name="runsHere">Whether this process works on a turn that is its own.</param>
    public async Task<IReadOnlyList<Turn>> FindOrphansAsync(Func<TurnId, bool> runsHere, CancellationToken cancellationToken)
    {
        var open = await database.ReadAsync(
            connection => connection.Query(
                $"""
                {TurnRows.Select} WHERE status IN {TurnRows.Open}
                  AND (status <> 'parked' OR NOT EXISTS (SELECT 1 FROM approvals a WHERE a.turn_id = turns.id AND a.state = 'pending'))
                ORDER BY started_at
                """, TurnRows.ReadOwned), cancellationToken);
        return [.. open.Where(entry => entry.Owner == owner.Name ? !runsHere(entry.Turn.Id) : !owner.IsAlive(entry.Owner)).Select(entry => entry.Turn)];
    }

    /// <summary>The turn when it is parked and its questions are answered, else null.</summary>
    public Task<Turn?> FindAnsweredAsync(TurnId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => ApprovalStore.PendingOf(connection, id).Count == 0 && TurnRows.Find(connection, id) is { Status: TurnStatus.Parked } turn ? turn : null, cancellationToken);

    /// <summary>Leaves word for the process that runs the turn.</summary>
    public Task<StopOutcome> RequestStopAsync(TurnId id, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var found = connection.First($"{TurnRows.Select} WHERE id = $id AND status IN {TurnRows.Open}", TurnRows.ReadOwned, ("$id", id.ToString()));
        if (found is null)
        {
            return StopOutcome.Over;
        }
        if (found.Owner == owner.Name || !owner.IsAlive(found.Owner))
        {
            return StopOutcome.Free;
        }
        connection.Execute("UPDATE turns SET stop_requested_at = $at WHERE id = $id", ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", id.ToString()));
        return StopOutcome.Requested;
    }, cancellationToken);

    /// <summary>Turns of this process that another one wants stopped.</summary>
    public Task<IReadOnlyList<TurnId>> ReadStopRequestsAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TurnId>>(
        connection => connection.Query(
            $"SELECT id FROM turns WHERE status IN {TurnRows.Open} AND owner = $me AND stop_requested_at IS NOT NULL",
            static row => new TurnId(Guid.ParseExact(row.GetString(0), "D")), ("$me", owner.Name)),
        cancellationToken);

    /// <summary>
    /// Makes this process the owner of a turn that no process works on, and announces that it goes on; false when it has ended or is
    /// owned by another living one. Whether this process itself works on it, the caller knows.
    /// </summary>
    public Task<bool> ClaimAsync(TurnId id, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (connection.First($"{TurnRows.Select} WHERE id = $id", TurnRows.ReadOwned, ("$id", id.ToString())) is not { } found || IsHeldElsewhere(found))
        {
            return false;
        }
        // Compared again in the same statement: whoever was quicker keeps it.
        if (connection.Execute(
            $"UPDATE turns SET owner = $me, status = 'running' WHERE id = $id AND status IN {TurnRows.Open} AND owner IS $seen",
            ("$me", owner.Name), ("$id", id.ToString()), ("$seen", found.Owner)) == 0)
        {
            return false;
        }
        UsageStore.SettleLeft(connection, id);
        _rows.AnnounceStart(connection, found.Turn, isResumed: true);
        return true;
    }, cancellationToken);

    /// <summary>How the turn was asked to run, without text and attachments; null when there is no such turn.</summary>
    public Task<StartTurn?> ReadRequestAsync(TurnId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text("SELECT request FROM turns WHERE id = $id", ("$id", id.ToString())) is { } json ? TurnRows.ReadRequest(json) : null,
        cancellationToken);

    /// <summary>Hands the input to the turn that this process runs in the session; null where there is more to it.</summary>
    /// <param name="runsHere">Whether this process works on a turn.</param>
    public Task<BegunTurn?> TrySteerAsync(StartTurn request, Func<TurnId, bool> runsHere, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (FindTaken(connection, request) is { } taken)
        {
            return new BegunTurn(BeginOutcome.AlreadyTaken, taken.Turn, IsElsewhere(taken));
        }
        if (TurnRows.FindOpen(connection, request.SessionId) is not { Turn.Status: TurnStatus.Running } open || open.Owner != owner.Name || !runsHere(open.Turn.Id))
        {
            return null;
        }
        _rows.InsertInput(connection, request, open.Turn.Id, "steered");
        return new BegunTurn(BeginOutcome.Steered, open.Turn);
    }, cancellationToken);

    private BegunTurn Begin(SqliteConnection connection, TurnId id, StartTurn request, string model)
    {
        if (FindTaken(connection, request) is { } taken)
        {
            return new(BeginOutcome.AlreadyTaken, taken.Turn, IsElsewhere(taken));
        }
        var open = TurnRows.FindOpen(connection, request.SessionId);
        var ahead = TurnRows.CountQueued(connection, request.SessionId);
        if (open is null && ahead == 0)
        {
            var turn = _rows.Start(connection, id, request, model);
            _rows.InsertInput(connection, request, id, "consumed");
            return new(BeginOutcome.Started, turn);
        }
        var unparked = open?.Turn.Status == TurnStatus.Parked ? open.Turn.Id : (TurnId?)null;
        if (unparked is { } parked)
        {
            // The user has moved on: that is an answer.
            _approvals.CloseAll(connection, parked, TurnRows.MovedOn);
        }
        // Nothing overtakes what waits, whatever it asked for.
        if (open is null || request.Delivery == Delivery.Queue)
        {
            var turn = _rows.Queue(connection, id, request, model, ahead);
            _rows.InsertInput(connection, request, id, "queued");
            return new(BeginOutcome.Queued, turn, Unparked: unparked);
        }
        if (unparked is null && !owner.IsAlive(open.Owner))
        {
            return new(BeginOutcome.Orphaned, open.Turn);
        }
        _rows.InsertInput(connection, request, open.Turn.Id, "steered");
        return new(BeginOutcome.Steered, open.Turn, IsElsewhere(open), unparked);
    }

    private bool IsElsewhere(OwnedTurn turn) => turn.Owner is { } name && name != owner.Name;

    private bool IsHeldElsewhere(OwnedTurn turn) => IsElsewhere(turn) && owner.IsAlive(turn.Owner);

    /// <summary>The turn that took an input, whatever its session; null when it was not taken yet.</summary>
    /// <param name="source">The surface it came from.</param>
    public Task<Turn?> FindTakenAsync(string source, string externalId, CancellationToken cancellationToken) => database.ReadAsync(
        connection => FindTaken(connection, source, externalId)?.Turn, cancellationToken);

    private static OwnedTurn? FindTaken(SqliteConnection connection, StartTurn request)
    {
        if (request.ExternalId is not { } external)
        {
            return null;
        }
        var taken = FindTaken(connection, request.Surface, external);
        return taken is null || taken.Turn.SessionId == request.SessionId
            ? taken
            : throw new PryxException("CONFLICT", $"The external id '{external}' was used for an input of another session.", "send every input with an id of its own");
    }

    private static OwnedTurn? FindTaken(SqliteConnection connection, string source, string external) => connection.First(
        $"{TurnRows.Select} WHERE id = (SELECT turn_id FROM inputs WHERE source = $source AND external_id = $external)",
        TurnRows.ReadOwned, ("$source", source), ("$external", external));
}
