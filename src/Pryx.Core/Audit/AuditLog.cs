using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol.Audit;

namespace Pryx.Core.Audit;

/// <param name="Action">Such as <c>tool.judged</c>, <c>approval.answered</c>, <c>grant.added</c>.</param>
/// <param name="Actor">Who caused it: <c>model</c>, <c>cli:alice</c>, <c>--approve-all</c>.</param>
/// <param name="Details">A JSON object; secrets are taken out of it before it is stored.</param>
/// <param name="ResultHash">SHA-256 of a result that is not itself in the log, hexadecimal.</param>
public sealed record AuditEntry(string Action, string ResourceType, string ResourceId, string Actor, string Details, string Outcome, string? ResultHash = null);

/// <summary>The append-only record of what was judged, asked, answered and done (SEC5): each row's hash covers the row and the hash before it, and is sealed.</summary>
public sealed class AuditLog(Database database)
{
    internal const string Table = "audit_log";

    /// <summary>In the transaction of what it records, so that neither exists without the other.</summary>
    public static void Append(SqliteConnection connection, AuditEntry entry, TimeProvider time)
    {
        var seal = AuditSeal.For(connection);
        // The counter knows of rows that are gone; the rows may know of more than a counter that was set back.
        var seq = Math.Max(connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'"), connection.Number("SELECT MAX(seq) FROM audit_log")) + 1;
        string?[] fields =
        [
            Guid.NewGuid().ToString(), Sql.FormatTime(time.GetUtcNow()), entry.Action, entry.ResourceType, entry.ResourceId, entry.Actor, Redaction.OfJson(entry.Details),
            entry.Outcome, entry.ResultHash, connection.Text("SELECT hash FROM audit_log ORDER BY seq DESC LIMIT 1") ?? AuditRow.Beginning,
        ];
        using var row = new AuditRow();
        row.Begin(seq);
        foreach (var field in fields)
        {
            row.Add(field);
        }
        var hash = row.End();
        connection.Execute(
            $"""
            INSERT INTO audit_log (seq, {AuditRow.Columns}, hash, seal)
            VALUES ($seq, $id, $at, $action, $type, $resource, $actor, $details, $outcome, $result, $previous, $hash, $seal)
            """,
            ("$seq", seq), ("$id", fields[0]), ("$at", fields[1]), ("$action", fields[2]), ("$type", fields[3]), ("$resource", fields[4]), ("$actor", fields[5]),
            ("$details", fields[6]), ("$outcome", fields[7]), ("$result", fields[8]), ("$previous", fields[9]), ("$hash", Convert.ToHexStringLower(hash)), ("$seal", seal?.Of(hash)));
        (connection as StoreConnection)?.Grew(Table);
    }

    /// <summary>What has no other row to be stored with.</summary>
    public Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken) => database.WriteAsync(connection => Append(connection, entry, database.Time), cancellationToken);

    /// <summary>Null when the log is whole, else the first thing that is not as it was written.</summary>
    public async Task<AuditBreak?> VerifyAsync(CancellationToken cancellationToken) => (await CheckAsync(null, cancellationToken)).FirstBroken;

    /// <summary>Reads and checks all of it, row after row.</summary>
    /// <param name="expected">An entry and its hash as somebody noted them earlier; null for none.</param>
    public Task<AuditCheck> CheckAsync((long Seq, string Hash)? expected, CancellationToken cancellationToken)
    {
        // The anchor first: what it names is in every snapshot taken after it.
        var anchor = AuditAnchor.Read(database.Path);
        var seal = AuditSeal.Read(database.Path);
        return database.ReadAsync(connection =>
        {
            using var verifier = new AuditVerifier(connection, anchor, seal, expected);
            return verifier.Check(cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Takes note of a break: an entry says what was found and who accepted it, and from it on the log is checked again.</summary>
    /// <returns>What is checked from now on; of a whole log nothing is accepted.</returns>
    public async Task<AuditCheck> AcceptAsync(string by, string? reason, CancellationToken cancellationToken)
    {
        var found = await CheckAsync(null, cancellationToken);
        if (found.FirstBroken is not { } broken)
        {
            return found;
        }
        var trouble = broken.Seq == 0 ? broken.Trouble : $"entry {broken.Seq}: {broken.Trouble}";
        var (head, seal) = await database.WriteAsync(connection =>
        {
            connection.Execute(AuditVerifier.NoUpdate);
            connection.Execute(AuditVerifier.NoDelete);
            var key = AuditSeal.Read(database.Path) ?? AuditSeal.Make(database.Path, static _ => { });
            if (connection is StoreConnection store)
            {
                store.Kept = key;
            }
            Append(connection, new("audit.accepted", "audit", "log", by, AuditDetails.Of(("trouble", trouble), ("reason", reason)), "ok"), database.Time);
            return (connection.First("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1", static row => (Seq: row.GetInt64(0), Hash: row.GetString(1))), key);
        }, cancellationToken);
        var now = database.Time.GetUtcNow();
        new AuditAnchor(head.Seq, head.Hash, head.Seq, head.Seq, Sql.FormatTime(now)) { Accepted = new(head.Seq, database.Time.StoredNow(), by, trouble) }.Write(database.Path, seal);
        return await CheckAsync(null, cancellationToken);
    }

    public static string HashOf(string text) => AuditRow.HashOf(text);
}
