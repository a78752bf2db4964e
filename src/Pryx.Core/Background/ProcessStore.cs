using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol.Events;
using Pryx.Protocol.Processes;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Background;

/// <summary>What is known of processes beyond the life of the one that ran them: that they were started, and their last lines. Both ends are events.</summary>
/// <param name="owner">This process's name.</param>
/// <param name="isAlive">Whether the process of a name still runs.</param>
internal sealed class ProcessStore(Database database, EventLog events, string owner, Func<string, bool> isAlive)
{
    /// <summary>Rows.</summary>
    internal const int Kept = 200;

    public TimeProvider Time => database.Time;

    public Task AddAsync(BackgroundProcessBody process, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        connection.Execute(
            "INSERT INTO processes (id, session_id, owner, body, started_at) VALUES ($id, $session, $owner, $body, $at)",
            ("$id", process.Id), ("$session", process.SessionId?.ToString()), ("$owner", owner), ("$body", Json(process)), ("$at", Sql.FormatTime(process.StartedAt)));
        connection.Execute("DELETE FROM processes WHERE rowid IN (SELECT rowid FROM processes ORDER BY started_at DESC, rowid DESC LIMIT -1 OFFSET $kept)", ("$kept", Kept));
        Announce(connection, EventNames.ProcessStarted, process);
    }, cancellationToken);

    /// <summary>Its newest lines, for the case that nobody lives to store its end.</summary>
    public Task SaveAsync(BackgroundProcessBody process, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE processes SET body = $body WHERE id = $id", ("$body", Json(process)), ("$id", process.Id)), cancellationToken);

    public Task EndAsync(BackgroundProcessBody process, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var isThere = connection.Execute(
            "UPDATE processes SET body = $body, ended_at = $at WHERE id = $id", ("$body", Json(process)), ("$at", Sql.FormatTime(process.EndedAt ?? database.Time.GetUtcNow())), ("$id", process.Id)) == 1;
        if (isThere)
        {
            Announce(connection, EventNames.ProcessEnded, process);
        }
    }, cancellationToken);

    /// <summary>All that are known, newest first; what another process ran and could not end any more has ended with it.</summary>
    public async Task<IReadOnlyList<BackgroundProcessBody>> ListAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            connection => connection.Query("SELECT body, owner, ended_at FROM processes ORDER BY started_at DESC, rowid DESC", static row => (Body: row.GetString(0), Owner: row.GetString(1), HasEnded: !row.IsDBNull(2))),
            cancellationToken);
        return [.. rows.Select(row => (Process: JsonSerializer.Deserialize(row.Body, ProcessesJson.Default.BackgroundProcessBody)!, row.Owner, row.HasEnded))
            .Select(row => row.HasEnded || row.Owner == owner || isAlive(row.Owner) ? row.Process : row.Process with { Status = "ended", EndedBy = "daemon" })];
    }

    private void Announce(SqliteConnection connection, string what, BackgroundProcessBody process)
    {
        // The stream says that it happened; its words are read where they are kept.
        var payload = JsonSerializer.SerializeToElement(process with { Output = [] }, ProcessesJson.Default.BackgroundProcessBody);
        events.Append(connection, new PryxEvent { Event = what, SessionId = process.SessionId, Payload = payload });
    }

    private static string Json(BackgroundProcessBody process) => JsonSerializer.Serialize(process with { Ports = null }, ProcessesJson.Default.BackgroundProcessBody);
}
