using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Configuration;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Sessions;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Archive;

/// <param name="Items">How many lie in the file.</param>
/// <param name="Bytes">Of the file.</param>
public sealed record ArchivedSession(SessionId Id, long Items, long Bytes);

/// <summary>
/// Moves what was said in a session into a file, and back. The file is whole, on the disk and read back before a row is deleted, and it is
/// deleted only once its rows are stored again: at every moment one of the two has everything.
/// </summary>
/// <param name="folder">Made when it is first needed, 0700.</param>
public sealed class SessionArchive(Database database, EventLog events, SessionHistory history, string folder)
{
    private const string Busy = "SELECT COUNT(*) FROM turns WHERE session_id = $id AND status IN ('queued', 'running', 'parked')";

    /// <summary>Hears of a session that is going to be archived: what lives beside its turns ends with it.</summary>
    public Func<SessionId, Task> OnLeaving { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Null when it is archived already.</summary>
    /// <param name="summary">What it was about, where nobody has said yet; null to leave that open.</param>
    /// <exception cref="PryxException">SESSION_NOT_FOUND, SESSION_BUSY, ARCHIVE_BROKEN.</exception>
    public async Task<ArchivedSession?> ArchiveAsync(SessionId id, string? summary, CancellationToken cancellationToken)
    {
        PryxPaths.CreatePrivate(folder);
        await CheckAsync(id, cancellationToken);
        // Before a row is read: what ends says so in the session.
        await OnLeaving(id);
        // A name of its own: whoever archives the same session beside this one must not write into a file that is in force.
        var (text, path) = (id.ToString(), Path.Combine(folder, $"{id}.{Guid.NewGuid():N}.tmp"));
        try
        {
            return await ArchiveAsync(id, text, path, summary, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<ArchivedSession?> ArchiveAsync(SessionId id, string text, string path, string? summary, CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(connection => Write(connection, id, path), cancellationToken) is not { } written)
        {
            return null;
        }
        // What can not be read back was not written.
        ArchiveFile.Read(path, text, written.Hash, static (_, _, _) => { });
        var isDone = await database.WriteAsync(connection =>
        {
            if (Require(connection, id) is null || ArchiveRows.Tables.Any(table => CountOf(connection, table.Table, text) != written.Rows[table.Table]))
            {
                // Somebody has worked in it meanwhile.
                return false;
            }
            ArchiveFile.PutInForce(path, PathOf(id));
            foreach (var (table, _) in ArchiveRows.Tables)
            {
                connection.Execute($"DELETE FROM {table} WHERE session_id = $id", ("$id", text));
            }
            connection.Execute(
                "UPDATE sessions SET status = 'archived', archived_at = $at, archive_hash = $hash, archive_items = $items, summary = COALESCE(summary, $summary) WHERE id = $id",
                ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$hash", written.Hash), ("$items", written.Rows["items"]), ("$summary", summary), ("$id", text));
            Announce(connection, id);
            events.Append(connection, new PryxEvent { Event = EventNames.SessionArchived, SessionId = id });
            return true;
        }, cancellationToken);
        if (!isDone)
        {
            throw new PryxException("SESSION_BUSY", "Somebody worked in this session while it was being archived; nothing was changed.", "try again when it is quiet");
        }
        history.Forget(id);
        return new(id, written.Rows["items"], written.Bytes);
    }

    /// <exception cref="PryxException">SESSION_NOT_FOUND, SESSION_BUSY: it could not be archived now.</exception>
    public Task CheckAsync(SessionId id, CancellationToken cancellationToken) => database.ReadAsync(connection => Require(connection, id), cancellationToken);

    /// <summary>Everything is as it was, with its ids, places and versions; false when it is not archived.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND, ARCHIVE_BROKEN.</exception>
    public async Task<bool> UnarchiveAsync(SessionId id, CancellationToken cancellationToken)
    {
        var (text, path) = (id.ToString(), PathOf(id));
        var isBack = await database.WriteAsync(connection =>
        {
            var session = SessionStore.Find(connection, id) ?? throw SessionStore.NotFound(id);
            if (session.ArchivedAt is null)
            {
                if (session.Status == "archived")
                {
                    connection.Execute("UPDATE sessions SET status = 'active' WHERE id = $id", ("$id", text));
                    Announce(connection, id);
                }
                return false;
            }
            var hash = connection.Text("SELECT archive_hash FROM sessions WHERE id = $id", ("$id", text))!;
            ArchiveFile.Read(path, text, hash, (table, columns, row) => ArchiveRows.Insert(connection, table, columns, row));
            connection.Execute("UPDATE sessions SET status = 'active', archived_at = NULL, archive_hash = NULL, archive_items = NULL WHERE id = $id", ("$id", text));
            Announce(connection, id);
            return true;
        }, cancellationToken);
        if (isBack)
        {
            history.Forget(id);
            File.Delete(path);
        }
        return isBack;
    }

    /// <summary>Those that nobody has used since, oldest first, at most 1,000.</summary>
    public Task<IReadOnlyList<SessionId>> FindOldAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<SessionId>>(connection => connection.Query(
        """
        SELECT id FROM sessions s WHERE archived_at IS NULL AND updated_at < $before
          AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.session_id = s.id AND t.status IN ('queued', 'running', 'parked')) ORDER BY updated_at LIMIT 1000
        """,
        static row => new SessionId(Guid.ParseExact(row.GetString(0), "D")), ("$before", Sql.FormatTime(before))), cancellationToken);

    /// <summary>The file of a session that is deleted goes with it.</summary>
    public void Forget(SessionId id)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(PathOf(id));
        }
    }

    private string PathOf(SessionId id) => Path.Combine(folder, $"{id}.jsonl.gz");

    private static WrittenArchive? Write(SqliteConnection connection, SessionId id, string path) =>
        Require(connection, id) is null ? null : ArchiveFile.Write(connection, id.ToString(), path);

    /// <returns>Null: it is archived.</returns>
    private static Session? Require(SqliteConnection connection, SessionId id)
    {
        var session = SessionStore.Find(connection, id) ?? throw SessionStore.NotFound(id);
        if (session.ArchivedAt is not null)
        {
            return null;
        }
        return connection.Number(Busy, ("$id", id.ToString())) == 0 && connection.Number("SELECT COUNT(*) FROM inputs WHERE session_id = $id AND state IN ('queued', 'steered')", ("$id", id.ToString())) == 0
            ? session
            : throw new PryxException("SESSION_BUSY", "A turn of this session has not ended.", "wait for it, or stop it: pryx stop");
    }

    private static long CountOf(SqliteConnection connection, string table, string session) => connection.Number($"SELECT COUNT(*) FROM {table} WHERE session_id = $id", ("$id", session));

    private void Announce(SqliteConnection connection, SessionId id)
    {
        var session = SessionStore.Find(connection, id)!;
        events.Append(connection, new PryxEvent
        {
            Event = EventNames.SessionUpdated, SessionId = id,
            Payload = JsonSerializer.SerializeToElement(new(session.Title, session.Status, session.Model), ProtocolJson.Default.SessionUpdatedPayload),
        });
    }
}
