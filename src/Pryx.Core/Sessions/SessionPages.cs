using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Sessions;

/// <summary>Sessions and messages a page at a time: the cursor is a place in the order, so pages neither shift nor repeat when something is added.</summary>
public sealed class SessionPages(Database database)
{
    /// <summary>Used last first.</summary>
    /// <param name="workspace">Only those of this folder; null for all.</param>
    /// <param name="parent">Only those that this one was copied into or that help it; null for all.</param>
    /// <param name="cursor">As a page before gave it; null for the first.</param>
    /// <exception cref="PryxException">CURSOR_INVALID</exception>
    public Task<SessionPage> ListAsync(int limit, string? workspace, string? status, string? cursor, CancellationToken cancellationToken, SessionId? parent = null)
    {
        var (updated, row) = cursor is null ? (null, 0) : ParseCursor(cursor);
        var path = workspace is null ? null : CanonicalPath.Of(workspace);
        return database.ReadAsync(connection =>
        {
            var found = connection.Query(
                $"""
                {SessionStore.Select}
                WHERE ($path IS NULL OR w.path = $path) AND ($status IS NULL OR s.status = $status) AND ($parent IS NULL OR s.parent_id = $parent)
                  AND ($updated IS NULL OR s.updated_at < $updated OR (s.updated_at = $updated AND s.rowid < $row))
                ORDER BY s.updated_at DESC, s.rowid DESC LIMIT $limit
                """,
                SessionStore.ReadSession, ("$path", path), ("$status", status), ("$parent", parent?.ToString()), ("$updated", updated), ("$row", row), ("$limit", limit + 1));
            return found.Count <= limit ? new SessionPage(found) : new SessionPage(found[..limit], CursorAt(connection, found[limit - 1].Id));
        }, cancellationToken);
    }

    /// <summary>User messages, replies and tool results as text, oldest first.</summary>
    public Task<MessagePage> ListMessagesAsync(SessionId id, long afterSeq, int limit, CancellationToken cancellationToken) => database.ReadAsync(connection =>
    {
        var found = connection.Query(
            "SELECT id, session_id, role, content, tool_call_id, turn_id, created_at, seq FROM messages WHERE session_id = $id AND seq > $after ORDER BY seq LIMIT $limit",
            static row => new MessageBody(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.Time(6), row.GetInt64(7)) { ToolCallId = row.TextOrNull(4), TurnId = row.TextOrNull(5) },
            ("$id", id.ToString()), ("$after", afterSeq), ("$limit", limit + 1));
        return found.Count <= limit ? new MessagePage(found) : new MessagePage(found[..limit], found[limit - 1].Seq);
    }, cancellationToken);

    private static string CursorAt(SqliteConnection connection, SessionId id) => connection.First(
        "SELECT updated_at, rowid FROM sessions WHERE id = $id",
        static row => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{row.GetString(0)}/{row.GetInt64(1)}")).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        ("$id", id.ToString()))!;

    private static (string Updated, long Row) ParseCursor(string cursor)
    {
        try
        {
            var text = Encoding.ASCII.GetString(Convert.FromBase64String(cursor.Replace('-', '+').Replace('_', '/').PadRight((cursor.Length + 3) / 4 * 4, '=')));
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            return (Sql.FormatTime(Sql.ParseTime(text[..slash])), long.Parse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new PryxException("CURSOR_INVALID", "cursor: this is none that a page gave", "begin again without it", e);
        }
    }
}
