using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Pins;
using Pryx.Core.Audit;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Policies;

/// <param name="Workspace">Canonical; null: everywhere.</param>
/// <param name="Session">Null: not bound to one; its forks and agents have it too.</param>
/// <param name="ExpiresAt">UTC; null: until it is removed.</param>
public sealed record StoredPin(Pin Pin, string? Workspace, SessionId? Session, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <param name="By">Who pinned it, such as <c>cli:alice</c>.</param>
public sealed record NewPin(string Text, string? Workspace, SessionId? Session, string By)
{
    /// <summary>UTC; null: until it is removed.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The session that is told of it, also where it holds elsewhere, too; null for its own.</summary>
    public SessionId? SaidIn { get; init; }
}

/// <summary>
/// What people pinned, outside every session's context: no summary shortens it, no model forgets it, a restart keeps it.
/// Each pin and its removal is in the audit log and on the stream, in the same commit.
/// </summary>
public sealed class PinStore(Database database, EventLog events)
{
    private const int Limit = 100;
    private const string Columns = "SELECT p.id, p.text, p.decision, p.rules, w.path, p.session_id, p.created_by, p.created_at, p.expires_at FROM pins p LEFT JOIN workspaces w ON w.id = p.workspace_id";
    private const string Holds = "p.removed_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > $now)";

    public TimeProvider Time => database.Time;

    /// <summary>The same words in the same place are one pin.</summary>
    /// <exception cref="PryxException">PIN_INVALID</exception>
    public async Task<StoredPin> AddAsync(NewPin pin, CancellationToken cancellationToken)
    {
        var text = pin.Text.Trim().ReplaceLineEndings(" ");
        if (text.Length is 0 or > PinWords.LongestPin)
        {
            throw new PryxException("PIN_INVALID", $"A pin has 1 to {PinWords.LongestPin} characters.");
        }
        var reading = PinReader.Read(text);
        return await database.WriteAsync(connection =>
        {
            var now = database.Time.StoredNow();
            if (pin.ExpiresAt <= now)
            {
                throw new PryxException("PIN_INVALID", "A pin that expires must do so in the future.");
            }
            var workspace = pin.Workspace is null ? null : WorkspaceStore.Ensure(connection, pin.Workspace, database.Time);
            var standing = Query(connection, "AND p.workspace_id IS $workspace AND p.session_id IS $session", ("$workspace", workspace), ("$session", pin.Session?.ToString()));
            if (standing.FirstOrDefault(other => other.Pin.Text == text) is { } same)
            {
                return same;
            }
            if (standing.Count >= Limit)
            {
                throw new PryxException("PIN_INVALID", $"There are {Limit} pins already.", "remove one: pryx pin list");
            }
            var id = Guid.NewGuid().ToString();
            connection.Execute(
                """
                INSERT INTO pins (id, text, decision, rules, workspace_id, session_id, created_by, created_at, expires_at)
                VALUES ($id, $text, $decision, $rules, $workspace, $session, $by, $at, $expires)
                """,
                ("$id", id), ("$text", text), ("$decision", NameOf(reading.Decision)), ("$rules", JsonSerializer.Serialize(reading.Targets, PinStoreJson.Default.IReadOnlyListPinTarget)),
                ("$workspace", workspace), ("$session", pin.Session?.ToString()), ("$by", pin.By), ("$at", Sql.FormatTime(now)), ("$expires", pin.ExpiresAt is { } end ? Sql.FormatTime(end) : null));
            var added = connection.First($"{Columns} WHERE p.id = $id", Read, ("$id", id))!;
            Tell(connection, EventNames.PinAdded, added, pin.By, pin.SaidIn ?? pin.Session, $"Pinned: {text}. {reading.Says} Until: pryx pin remove {id[..8]}, or \"forget: …\"");
            return added;
        }, cancellationToken);
    }

    /// <summary>Null when no pin that holds begins with this id.</summary>
    public Task<StoredPin?> RemoveAsync(string id, string by, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var found = id.Length < 4 ? [] : Query(connection, "AND substr(p.id, 1, length($id)) = $id", ("$id", id));
        if (found is not [var only])
        {
            return null;
        }
        Remove(connection, only, by);
        return only;
    }, cancellationToken);

    /// <summary>Takes back what a person names by its id or its first words, of what holds in their session.</summary>
    /// <returns>Those that went; none where it is not clear which is meant.</returns>
    public Task<IReadOnlyList<StoredPin>> ForgetAsync(string words, SessionId session, string workspace, string by, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<StoredPin>>(connection =>
    {
        var meant = Of(connection, session, workspace).Where(pin => pin.Pin.Text.StartsWith(words.TrimEnd('.'), StringComparison.OrdinalIgnoreCase) || (words.Length >= 4 && pin.Pin.Id.StartsWith(words, StringComparison.OrdinalIgnoreCase))).ToList();
        if (meant.Select(static pin => pin.Pin.Text).Distinct(StringComparer.Ordinal).Count() != 1)
        {
            events.AppendItem(connection, session, new Notice("pin", meant.Count == 0 ? $"Nothing that is pinned begins with \"{words}\": pryx pin list" : $"Several pins begin with \"{words}\": pryx pin list"));
            return [];
        }
        foreach (var pin in meant)
        {
            Remove(connection, pin, by, session);
        }
        return meant;
    }, cancellationToken);

    /// <summary>All that hold now, oldest first.</summary>
    public Task<IReadOnlyList<StoredPin>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredPin>>(connection => Query(connection, ""), cancellationToken);

    /// <summary>Those that hold now for a session in a folder, the ones of the sessions it comes from included.</summary>
    public Task<IReadOnlyList<StoredPin>> ForAsync(SessionId session, string workspace, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredPin>>(connection => Of(connection, session, workspace), cancellationToken);

    private List<StoredPin> Of(SqliteConnection connection, SessionId session, string workspace) => Query(
        connection,
        """
        AND (p.workspace_id IS NULL OR w.path = $workspace) AND (p.session_id IS NULL OR p.session_id IN (
            WITH RECURSIVE line(id, depth) AS (
                SELECT $session, 0
                UNION ALL SELECT s.parent_id, line.depth + 1 FROM sessions s JOIN line ON s.id = line.id WHERE s.parent_id IS NOT NULL AND line.depth < 20
                UNION ALL SELECT a.parent_session_id, line.depth + 1 FROM agents a JOIN line ON a.session_id = line.id WHERE a.parent_session_id IS NOT NULL AND line.depth < 20)
            SELECT id FROM line))
        """, ("$session", session.ToString()), ("$workspace", workspace));

    private List<StoredPin> Query(SqliteConnection connection, string and, params (string, object?)[] values) =>
        [.. connection.Query($"{Columns} WHERE {Holds} {and} ORDER BY p.created_at, p.rowid", Read, [("$now", Sql.FormatTime(database.Time.GetUtcNow())), .. values])];

    private void Remove(SqliteConnection connection, StoredPin pin, string by, SessionId? saidIn = null)
    {
        connection.Execute("UPDATE pins SET removed_at = $at WHERE id = $id", ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", pin.Pin.Id));
        Tell(connection, EventNames.PinRemoved, pin, by, saidIn ?? pin.Session, $"No longer pinned: {pin.Pin.Text}");
    }

    private void Tell(SqliteConnection connection, string what, StoredPin pin, string by, SessionId? toldIn, string notice)
    {
        var shown = JsonSerializer.Serialize(ShownPin.Of(pin), PinnedJson.Default.ShownPin);
        AuditLog.Append(connection, new(what, "pin", pin.Pin.Id, by, shown, "ok"), database.Time);
        using var payload = JsonDocument.Parse(Redaction.OfJson(shown));
        events.Append(connection, new PryxEvent { Event = what, SessionId = pin.Session, Payload = payload.RootElement.Clone() });
        if (toldIn is { } session)
        {
            events.AppendItem(connection, session, new Notice("pin", Redaction.OfText(notice)));
        }
    }

    private static string? NameOf(Decision? decision) => decision switch { Decision.Ask => "ask", Decision.Deny => "deny", _ => null };

    private static StoredPin Read(SqliteDataReader row) => new(
        new(row.GetString(0), row.GetString(1), new(
            row.TextOrNull(2) switch { "ask" => Decision.Ask, "deny" => Decision.Deny, _ => null },
            JsonSerializer.Deserialize(row.GetString(3), PinStoreJson.Default.IReadOnlyListPinTarget) ?? [])),
        row.TextOrNull(4), SessionId.TryParse(row.TextOrNull(5), out var session) ? session : null, row.GetString(6), row.Time(7), row.TimeOrNull(8));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<PinTarget>))]
internal sealed partial class PinStoreJson : JsonSerializerContext;
