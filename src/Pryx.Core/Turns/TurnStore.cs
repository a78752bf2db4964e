using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>What became of an input.</summary>
public enum BeginOutcome
{
    /// <summary>A turn of this process has begun with it.</summary>
    Started,
    /// <summary>It waits for the next step of the turn that runs.</summary>
    Steered,
    /// <summary>This input (by source and external id) was taken before: nothing was stored.</summary>
    AlreadyTaken,
    /// <summary>A turn is open whose process has died: nothing was stored. Claim and finish that one, then begin again.</summary>
    Orphaned,
}

/// <param name="Turn">The turn the outcome speaks of.</param>
public sealed record BegunTurn(BeginOutcome Outcome, Turn Turn);

/// <summary>Turns and the inputs that start them.</summary>
public sealed class TurnStore(Database database, EventLog events, OwnerLock owner)
{
    private const int TitleLength = 60;
    private const string Open = "('running', 'parked')";
    private const string Select = "SELECT id, session_id, status, model, surface, steps, started_at, completed_at, error_code, error_message, owner FROM turns";

    /// <summary>Everything of the input is durable when this returns: input, turn, user message and their events in one commit.</summary>
    /// <param name="model">As <c>provider/model</c>: the one this turn uses.</param>
    /// <exception cref="PryxException">SESSION_NOT_FOUND</exception>
    public Task<BegunTurn> BeginAsync(StartTurn request, string model, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Begin(connection, request, model), cancellationToken);

    /// <summary>Begins a turn with the oldest input that was too late for the turn it meant to steer; null when none waits.</summary>
    public Task<BegunTurn?> BeginQueuedAsync(SessionId sessionId, string model, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        if (FindOpen(connection, sessionId) is not null)
        {
            return null;
        }
        var queued = connection.First(
            "SELECT id, request, text, attachments FROM inputs WHERE session_id = $session AND state = 'queued' ORDER BY created_at, rowid LIMIT 1",
            static row => (Id: row.GetString(0), Request: ReadRequest(row.GetString(1)) with { Text = row.GetString(2), Attachments = ReadAttachments(row.TextOrNull(3)) }),
            ("$session", sessionId.ToString()));
        if (queued.Id is null)
        {
            return null;
        }
        var turn = Start(connection, queued.Request, model);
        connection.Execute("UPDATE inputs SET state = 'consumed', turn_id = $turn WHERE id = $id", ("$turn", turn.Id.ToString()), ("$id", queued.Id));
        return new BegunTurn(BeginOutcome.Started, turn);
    }, cancellationToken);

    public Task<Turn?> FindAsync(TurnId id, CancellationToken cancellationToken) => database.ReadAsync(connection => Find(connection, id), cancellationToken);

    /// <summary>The session's turn that has not ended; null when there is none.</summary>
    public Task<Turn?> FindOpenAsync(SessionId sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindOpen(connection, sessionId)?.Turn, cancellationToken);

    /// <summary>Turns whose process has died, oldest first: to be claimed and continued.</summary>
    public async Task<IReadOnlyList<Turn>> FindOrphansAsync(CancellationToken cancellationToken)
    {
        var open = await database.ReadAsync(
            connection => connection.Query($"{Select} WHERE status IN {Open} ORDER BY started_at", static row => (Turn: ReadTurn(row), Owner: row.TextOrNull(10))),
            cancellationToken);
        return [.. open.Where(entry => !owner.IsAlive(entry.Owner)).Select(entry => entry.Turn)];
    }

    /// <summary>Makes this process the owner of a turn whose own has died, and announces that it goes on; false when it has ended or is owned by a living one.</summary>
    public Task<bool> ClaimAsync(TurnId id, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var found = connection.First($"{Select} WHERE id = $id", static row => (Turn: ReadTurn(row), Owner: row.TextOrNull(10)), ("$id", id.ToString()));
        if (found.Turn is null || owner.IsAlive(found.Owner))
        {
            return false;
        }
        // Compared again in the same statement: whoever was quicker keeps it.
        if (connection.Execute(
            $"UPDATE turns SET owner = $me, status = 'running' WHERE id = $id AND status IN {Open} AND owner IS $seen",
            ("$me", owner.Name), ("$id", id.ToString()), ("$seen", found.Owner)) == 0)
        {
            return false;
        }
        events.Append(connection, StartedEvent(found.Turn, isResumed: true));
        return true;
    }, cancellationToken);

    /// <summary>How the turn was asked to run, without text and attachments; null when there is no such turn.</summary>
    public Task<StartTurn?> ReadRequestAsync(TurnId id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Text("SELECT request FROM turns WHERE id = $id", ("$id", id.ToString())) is { } json ? ReadRequest(json) : null,
        cancellationToken);

    /// <summary>Whether an input waits that came too late for its turn.</summary>
    public Task<bool> HasQueuedAsync(SessionId sessionId, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT COUNT(*) FROM inputs WHERE session_id = $session AND state = 'queued'", ("$session", sessionId.ToString())) > 0,
        cancellationToken);

    internal static StartTurn ReadRequest(string json) => JsonSerializer.Deserialize(json, ProtocolJson.Default.StartTurn)!;

    internal static IReadOnlyList<Attachment> ReadAttachments(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize(json, ProtocolJson.Default.IReadOnlyListAttachment)!;

    private BegunTurn Begin(SqliteConnection connection, StartTurn request, string model)
    {
        if (FindTaken(connection, request) is { } taken)
        {
            return new(BeginOutcome.AlreadyTaken, taken);
        }
        if (FindOpen(connection, request.SessionId) is not { } open)
        {
            var turn = Start(connection, request, model);
            InsertInput(connection, request, turn.Id, "consumed");
            return new(BeginOutcome.Started, turn);
        }
        if (!owner.IsAlive(open.Owner))
        {
            return new(BeginOutcome.Orphaned, open.Turn);
        }
        InsertInput(connection, request, open.Turn.Id, "steered");
        return new(BeginOutcome.Steered, open.Turn);
    }

    private Turn Start(SqliteConnection connection, StartTurn request, string model)
    {
        var session = request.SessionId.ToString();
        var now = database.Time.StoredNow();
        var turn = new Turn { Id = TurnId.New(), SessionId = request.SessionId, Status = TurnStatus.Running, Model = model, Surface = request.Surface, StartedAt = now };
        var text = request.Text ?? "";
        if (connection.Execute(
            "UPDATE sessions SET model = $model, updated_at = $at, title = CASE title WHEN '' THEN $title ELSE title END WHERE id = $id",
            ("$model", model), ("$at", Sql.FormatTime(now)), ("$title", TitleFrom(text)), ("$id", session)) == 0)
        {
            throw SessionStore.NotFound(request.SessionId);
        }
        connection.Execute(
            "INSERT INTO turns (id, session_id, surface, principal, model, request, status, owner, started_at) VALUES ($id, $session, $surface, $principal, $model, $request, 'running', $owner, $at)",
            ("$id", turn.Id.ToString()), ("$session", session), ("$surface", request.Surface), ("$principal", request.Principal), ("$model", model),
            ("$request", RequestJson(request)), ("$owner", owner.Name), ("$at", Sql.FormatTime(now)));
        TurnSpans.Begin(connection, turn);
        events.Append(connection, StartedEvent(turn, isResumed: false));
        events.AppendItem(connection, request.SessionId, new UserMessage(text) { TurnId = turn.Id, Attachments = request.Attachments }, request.Surface);
        return turn;
    }

    private void InsertInput(SqliteConnection connection, StartTurn request, TurnId turnId, string state) => connection.Execute(
        """
        INSERT INTO inputs (id, session_id, turn_id, source, external_id, principal, text, attachments, request, state, created_at)
        VALUES ($id, $session, $turn, $source, $external, $principal, $text, $attachments, $request, $state, $at)
        """,
        ("$id", Guid.NewGuid().ToString()), ("$session", request.SessionId.ToString()), ("$turn", turnId.ToString()), ("$source", request.Surface),
        ("$external", request.ExternalId), ("$principal", request.Principal), ("$text", request.Text ?? ""),
        ("$attachments", request.Attachments.Count == 0 ? null : JsonSerializer.Serialize(request.Attachments, ProtocolJson.Default.IReadOnlyListAttachment)),
        ("$request", state == "steered" ? RequestJson(request) : null), ("$state", state), ("$at", Sql.FormatTime(database.Time.GetUtcNow())));

    private static Turn? FindTaken(SqliteConnection connection, StartTurn request) => request.ExternalId is not { } external ? null : connection.First(
        $"{Select} WHERE id = (SELECT turn_id FROM inputs WHERE source = $source AND external_id = $external)",
        ReadTurn, ("$source", request.Surface), ("$external", external));

    private static (Turn Turn, string? Owner)? FindOpen(SqliteConnection connection, SessionId sessionId) => connection.First<(Turn, string?)?>(
        $"{Select} WHERE session_id = $session AND status IN {Open} AND parent_turn_id IS NULL",
        static row => (ReadTurn(row), row.TextOrNull(10)), ("$session", sessionId.ToString()));

    private static Turn? Find(SqliteConnection connection, TurnId id) => connection.First($"{Select} WHERE id = $id", ReadTurn, ("$id", id.ToString()));

    private static PryxEvent StartedEvent(Turn turn, bool isResumed) => new()
    {
        Event = EventNames.TurnStarted,
        SessionId = turn.SessionId,
        TurnId = turn.Id,
        Surface = turn.Surface,
        Payload = JsonSerializer.SerializeToElement(new TurnStartedPayload(turn.Model, isResumed), ProtocolJson.Default.TurnStartedPayload),
    };

    private static string RequestJson(StartTurn request) =>
        JsonSerializer.Serialize(request with { Text = null, Attachments = [] }, ProtocolJson.Default.StartTurn);

    private static string TitleFrom(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end].TrimEnd();
        if (line.Length <= TitleLength)
        {
            return line.ToString();
        }
        // Not through the middle of a surrogate pair.
        var cut = char.IsHighSurrogate(line[TitleLength - 2]) ? TitleLength - 2 : TitleLength - 1;
        return $"{line[..cut].TrimEnd()}…";
    }

    private static Turn ReadTurn(SqliteDataReader row) => new()
    {
        Id = new(Guid.ParseExact(row.GetString(0), "D")),
        SessionId = new(Guid.ParseExact(row.GetString(1), "D")),
        Status = row.GetString(2) switch
        {
            "completed" => TurnStatus.Completed,
            "failed" => TurnStatus.Failed,
            "cancelled" => TurnStatus.Cancelled,
            "limited" => TurnStatus.Limited,
            _ => TurnStatus.Running,
        },
        Model = row.GetString(3),
        Surface = row.TextOrNull(4),
        Steps = row.GetInt32(5),
        StartedAt = row.Time(6),
        CompletedAt = row.TimeOrNull(7),
        ErrorCode = row.TextOrNull(8),
        ErrorMessage = row.TextOrNull(9),
    };
}
