using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Models;
using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>The rows of turns and of their inputs, with the events that announce them. For use inside a transaction.</summary>
internal sealed class TurnRows(Database database, EventLog events, OwnerLock owner)
{
    public const string Open = "('running', 'parked')";
    public const string Select = "SELECT id, session_id, status, model, surface, steps, started_at, completed_at, error_code, error_message, owner, queued_at FROM turns";
    private const int TitleLength = 60;

    /// <summary>The answer to a question that the user has left behind.</summary>
    public static ApprovalAnswer MovedOn { get; } = ApprovalAnswer.Deny("new input", "not answered; the user went on with a new message");

    /// <summary>Inserts a turn of this process, or begins the queued one of this id, with its first message.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND</exception>
    public Turn Start(SqliteConnection connection, TurnId id, StartTurn request, string model, DateTimeOffset? queuedAt = null)
    {
        var session = request.SessionId.ToString();
        RequireAtHand(connection, request.SessionId);
        var now = database.Time.StoredNow();
        var turn = new Turn { Id = id, SessionId = request.SessionId, Status = TurnStatus.Running, Model = model, Surface = request.Surface, QueuedAt = queuedAt, StartedAt = now };
        var text = request.Text ?? "";
        if (connection.Execute(
            """
            UPDATE sessions SET model = CASE WHEN $keeps THEN model ELSE $model END, updated_at = CASE WHEN $describes THEN updated_at ELSE $at END,
                title = CASE title WHEN '' THEN $title ELSE title END, derived_title = CASE title WHEN '' THEN $title ELSE derived_title END
            WHERE id = $id
            """,
            ("$keeps", request.KeepsSessionModel), ("$describes", request.Describes), ("$model", RouteStrategies.IsStrategy(request.Model) ? request.Model : model), ("$at", Sql.FormatTime(now)), ("$title", TitleFrom(text)), ("$id", session)) == 0)
        {
            throw SessionStore.NotFound(request.SessionId);
        }
        if (queuedAt is null)
        {
            Insert(connection, turn, request, "running", owner.Name);
        }
        else
        {
            connection.Execute(
                "UPDATE turns SET status = 'running', owner = $me, started_at = $at, request = $request WHERE id = $id",
                ("$me", owner.Name), ("$at", Sql.FormatTime(now)), ("$request", RequestJson(request)), ("$id", id.ToString()));
        }
        TurnSpans.Begin(connection, turn);
        AnnounceStart(connection, turn, isResumed: false);
        if (request is { Compact: null, Call: null, Say: null, Describes: false })
        {
            events.AppendItem(connection, request.SessionId, MessageOf(text, request) with { TurnId = id, Attachments = request.Attachments }, request.Surface);
        }
        return turn;
    }

    /// <summary>Inserts a turn that waits for those before it; its message comes when it begins.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND</exception>
    public Turn Queue(SqliteConnection connection, TurnId id, StartTurn request, string model, int ahead)
    {
        RequireAtHand(connection, request.SessionId);
        var now = database.Time.StoredNow();
        var turn = new Turn { Id = id, SessionId = request.SessionId, Status = TurnStatus.Queued, Model = model, Surface = request.Surface, QueuedAt = now, StartedAt = now };
        if (connection.Execute("UPDATE sessions SET updated_at = $at WHERE id = $id", ("$at", Sql.FormatTime(now)), ("$id", request.SessionId.ToString())) == 0)
        {
            throw SessionStore.NotFound(request.SessionId);
        }
        Insert(connection, turn, request, "queued", null);
        Announce(connection, turn, EventNames.TurnQueued, JsonSerializer.SerializeToElement(new(model, ahead), ProtocolJson.Default.TurnQueuedPayload));
        return turn;
    }

    // Looked at in the transaction that begins the turn: it may have been archived a moment ago.
    private static void RequireAtHand(SqliteConnection connection, SessionId id)
    {
        if (connection.Text("SELECT archived_at FROM sessions WHERE id = $id", ("$id", id.ToString())) is not null && SessionStore.Find(connection, id) is { } session)
        {
            SessionStore.RequireAtHand(session);
        }
    }

    public void AnnounceStart(SqliteConnection connection, Turn turn, bool isResumed) =>
        Announce(connection, turn, EventNames.TurnStarted, JsonSerializer.SerializeToElement(new(turn.Model, isResumed), ProtocolJson.Default.TurnStartedPayload));

    public void AnnounceEnd(SqliteConnection connection, Turn turn, string name, TurnEndedPayload payload) =>
        Announce(connection, turn, name, JsonSerializer.SerializeToElement(payload, ProtocolJson.Default.TurnEndedPayload));

    /// <param name="state">consumed, steered or queued.</param>
    public void InsertInput(SqliteConnection connection, StartTurn request, TurnId turnId, string state) => connection.Execute(
        """
        INSERT INTO inputs (id, session_id, turn_id, source, external_id, principal, text, attachments, request, state, created_at)
        VALUES ($id, $session, $turn, $source, $external, $principal, $text, $attachments, $request, $state, $at)
        """,
        ("$id", Guid.NewGuid().ToString()), ("$session", request.SessionId.ToString()), ("$turn", turnId.ToString()), ("$source", request.Surface),
        ("$external", request.ExternalId), ("$principal", request.Principal), ("$text", request.Text ?? ""),
        ("$attachments", request.Attachments.Count == 0 ? null : JsonSerializer.Serialize(request.Attachments, ProtocolJson.Default.IReadOnlyListAttachment)),
        ("$request", state == "steered" ? RequestJson(request) : null), ("$state", state), ("$at", Sql.FormatTime(database.Time.GetUtcNow())));

    public static Turn? Find(SqliteConnection connection, TurnId id) => connection.First($"{Select} WHERE id = $id", Read, ("$id", id.ToString()));

    public static OwnedTurn? FindOpen(SqliteConnection connection, SessionId sessionId) => connection.First(
        $"{Select} WHERE session_id = $session AND status IN {Open} AND parent_turn_id IS NULL", ReadOwned, ("$session", sessionId.ToString()));

    /// <summary>Inputs that have no turn yet, and those of queued turns.</summary>
    public static int CountQueued(SqliteConnection connection, SessionId sessionId) =>
        (int)connection.Number("SELECT COUNT(*) FROM inputs WHERE session_id = $session AND state = 'queued'", ("$session", sessionId.ToString()));

    public static OwnedTurn ReadOwned(SqliteDataReader row) => new(Read(row), row.TextOrNull(10));

    /// <summary>The user's message with what its <c>/name</c> stands for; somebody else's words in it make all of it untrusted.</summary>
    public static UserMessage MessageOf(string text, StartTurn? request) => new(text)
    {
        Expansion = request?.Expansion,
        Mentions = request?.Mentions,
        Provenance = (request?.ExpansionSource ?? request?.TextSource) is null ? Provenance.User : Provenance.Untrusted,
        Source = request?.ExpansionSource ?? request?.TextSource,
    };

    public static StartTurn ReadRequest(string json) => JsonSerializer.Deserialize(json, ProtocolJson.Default.StartTurn)!;

    public static IReadOnlyList<Attachment> ReadAttachments(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize(json, ProtocolJson.Default.IReadOnlyListAttachment)!;

    public static Turn Read(SqliteDataReader row) => new()
    {
        Id = new(Guid.ParseExact(row.GetString(0), "D")),
        SessionId = new(Guid.ParseExact(row.GetString(1), "D")),
        Status = row.GetString(2) switch
        {
            "completed" => TurnStatus.Completed,
            "failed" => TurnStatus.Failed,
            "cancelled" => TurnStatus.Cancelled,
            "limited" => TurnStatus.Limited,
            "queued" => TurnStatus.Queued,
            "parked" => TurnStatus.Parked,
            _ => TurnStatus.Running,
        },
        Model = row.GetString(3),
        Surface = row.TextOrNull(4),
        Steps = row.GetInt32(5),
        StartedAt = row.Time(6),
        CompletedAt = row.TimeOrNull(7),
        ErrorCode = row.TextOrNull(8),
        ErrorMessage = row.TextOrNull(9),
        QueuedAt = row.TimeOrNull(11),
    };

    private static void Insert(SqliteConnection connection, Turn turn, StartTurn request, string status, string? owner) => connection.Execute(
        """
        INSERT INTO turns (id, session_id, surface, principal, model, request, status, owner, queued_at, started_at)
        VALUES ($id, $session, $surface, $principal, $model, $request, $status, $owner, $queued, $at)
        """,
        ("$id", turn.Id.ToString()), ("$session", turn.SessionId.ToString()), ("$surface", turn.Surface), ("$principal", request.Principal), ("$model", turn.Model),
        ("$request", RequestJson(request, keepsCall: turn.QueuedAt is not null)), ("$status", status), ("$owner", owner), ("$queued", turn.QueuedAt is { } at ? Sql.FormatTime(at) : null), ("$at", Sql.FormatTime(turn.StartedAt)));

    private void Announce(SqliteConnection connection, Turn turn, string name, JsonElement payload) =>
        events.Append(connection, new PryxEvent { Event = name, SessionId = turn.SessionId, TurnId = turn.Id, Surface = turn.Surface, Payload = payload });

    /// <param name="keepsCall">While it waits: a call that has begun is found among the items, and one that a crash has kept from it is not made, since nobody waits for it any more.</param>
    private static string RequestJson(StartTurn request, bool keepsCall = false) =>
        JsonSerializer.Serialize(request with { Text = null, Attachments = [], Call = request.Call is { } call && !keepsCall ? call with { Arguments = "" } : request.Call }, ProtocolJson.Default.StartTurn);

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
}

/// <param name="Owner">The name of the process that works on it; null when none does.</param>
internal sealed record OwnedTurn(Turn Turn, string? Owner);
