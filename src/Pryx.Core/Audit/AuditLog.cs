using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;

namespace Pryx.Core.Audit;

/// <param name="Action">Such as <c>tool.judged</c>, <c>approval.answered</c>, <c>grant.added</c>.</param>
/// <param name="Actor">Who caused it: <c>model</c>, <c>cli:alice</c>, <c>--approve-all</c>.</param>
/// <param name="Details">A JSON object; secrets are taken out of it before it is stored.</param>
/// <param name="ResultHash">SHA-256 of a result that is not itself in the log, hexadecimal.</param>
public sealed record AuditEntry(string Action, string ResourceType, string ResourceId, string Actor, string Details, string Outcome, string? ResultHash = null);

/// <summary>The append-only record of what was judged, asked, answered and done (SEC5): each row's hash covers the row and the hash before it.</summary>
public sealed class AuditLog(Database database)
{
    private static readonly string Beginning = new('0', 64);

    /// <summary>In the transaction of what it records, so that neither exists without the other.</summary>
    public static void Append(SqliteConnection connection, AuditEntry entry, TimeProvider time)
    {
        var row = new Row(
            connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'") + 1, Guid.NewGuid().ToString(), Sql.FormatTime(time.GetUtcNow()),
            entry.Action, entry.ResourceType, entry.ResourceId, entry.Actor, Redaction.OfJson(entry.Details), entry.Outcome, entry.ResultHash,
            connection.Text("SELECT hash FROM audit_log ORDER BY seq DESC LIMIT 1") ?? Beginning);
        connection.Execute(
            """
            INSERT INTO audit_log (seq, id, timestamp, action, resource_type, resource_id, actor, details, outcome, result_hash, previous_hash, hash)
            VALUES ($seq, $id, $at, $action, $type, $resource, $actor, $details, $outcome, $result, $previous, $hash)
            """,
            ("$seq", row.Seq), ("$id", row.Id), ("$at", row.Timestamp), ("$action", row.Action), ("$type", row.ResourceType), ("$resource", row.ResourceId),
            ("$actor", row.Actor), ("$details", row.Details), ("$outcome", row.Outcome), ("$result", row.ResultHash), ("$previous", row.PreviousHash), ("$hash", row.Hash()));
    }

    /// <summary>What has no other row to be stored with.</summary>
    public Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken) => database.WriteAsync(connection => Append(connection, entry, database.Time), cancellationToken);

    /// <summary>Null when the chain is whole, else the first row that is not as it was written.</summary>
    public Task<AuditBreak?> VerifyAsync(CancellationToken cancellationToken) => database.ReadAsync(Verify, cancellationToken);

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static AuditBreak? Verify(SqliteConnection connection)
    {
        var previous = Beginning;
        var expected = 1L;
        while (true)
        {
            var rows = connection.Query(
                """
                SELECT seq, id, timestamp, action, resource_type, resource_id, actor, details, outcome, result_hash, previous_hash, hash
                FROM audit_log WHERE seq >= $from ORDER BY seq LIMIT 1000
                """, ReadRow, ("$from", expected));
            foreach (var (row, hash) in rows)
            {
                var trouble = row.Seq != expected ? $"row {expected} is missing"
                    : row.PreviousHash != previous ? "it does not follow the row before it"
                    : row.Hash() != hash ? "its content was changed"
                    : null;
                if (trouble is not null)
                {
                    return new(row.Seq, row.Id, trouble);
                }
                previous = hash;
                expected++;
            }
            if (rows.Count == 0)
            {
                break;
            }
        }
        // The counter remembers rows that were cut off at the end.
        var last = connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'");
        return last >= expected ? new(expected, null, $"rows {expected} to {last} are missing") : null;
    }

    private static (Row Row, string Hash) ReadRow(SqliteDataReader row) => (
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6),
            row.GetString(7), row.GetString(8), row.TextOrNull(9), row.GetString(10)),
        row.GetString(11));

    private sealed record Row(
        long Seq, string Id, string Timestamp, string Action, string ResourceType, string ResourceId, string Actor, string Details, string Outcome, string? ResultHash, string PreviousHash)
    {
        /// <summary>SHA-256 over the row as a JSON array: no two different rows are written the same.</summary>
        public string Hash()
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(Seq);
                foreach (var field in (ReadOnlySpan<string?>)[Id, Timestamp, Action, ResourceType, ResourceId, Actor, Details, Outcome, ResultHash, PreviousHash])
                {
                    writer.WriteStringValue(field);
                }
                writer.WriteEndArray();
            }
            return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
        }
    }
}

/// <param name="Id">Null when the row itself is gone.</param>
public sealed record AuditBreak(long Seq, string? Id, string Trouble);
