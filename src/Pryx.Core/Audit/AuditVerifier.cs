using System.Text;
using System.Text.Unicode;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol.Audit;
using SQLitePCL;

namespace Pryx.Core.Audit;

/// <summary>
/// Reads the whole log once and says the first thing that is not as it was written. Rows are hashed as the bytes that the database holds:
/// nothing is allocated for them, and no two different ones read the same.
/// </summary>
/// <param name="connection">On one snapshot, taken after the anchor was read.</param>
/// <param name="anchor">Null when there is none.</param>
/// <param name="seal">Null when the key is not there.</param>
/// <param name="expected">An entry and its hash as somebody noted them earlier.</param>
internal sealed class AuditVerifier(SqliteConnection connection, AuditAnchor? anchor, AuditSeal? seal, (long Seq, string Hash)? expected) : IDisposable
{
    public const string NoUpdate = "CREATE TRIGGER IF NOT EXISTS audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END";
    public const string NoDelete = "CREATE TRIGGER IF NOT EXISTS audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END";

    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    private const int HashColumn = AuditRow.ColumnCount + 1;
    private const int SealColumn = AuditRow.ColumnCount + 2;
    private const int Text = 3;
    private const int Null = 5;

    // What an anchor says counts only if its seal fits.
    private readonly AuditAnchor? _anchor = anchor is not null && seal is not null && anchor.IsSealedBy(seal) ? anchor : null;
    private readonly byte[] _previous = Encoding.ASCII.GetBytes(AuditRow.Beginning);
    private readonly byte[] _hash = new byte[64];
    private readonly AuditRow _row = new();
    private long _next;
    private long _entries;
    private long _sealedFrom;

    public AuditCheck Check(CancellationToken cancellationToken)
    {
        var broken = CheckRows(cancellationToken) ?? CheckEnd() ?? CheckAround();
        return new AuditCheck(broken is null, _entries)
        {
            FirstBroken = broken,
            HeadSeq = _next - 1,
            HeadHash = _entries == 0 ? null : Encoding.ASCII.GetString(_previous),
            AnchoredSeq = _anchor?.Seq ?? 0,
            AnchoredAt = _anchor is { At.Length: > 0 } known ? Sql.ParseTime(known.At) : null,
            SealedFrom = _sealedFrom,
            Accepted = _anchor?.Accepted,
        };
    }

    public void Dispose() => _row.Dispose();

    private AuditBreak? CheckRows(CancellationToken cancellationToken)
    {
        var from = _anchor?.From ?? 1;
        _next = from;
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT seq, {AuditRow.Columns}, hash, seal FROM audit_log{(from > 1 ? $" WHERE seq >= {from}" : "")} ORDER BY seq";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (CheckRow(reader.Handle!, raw.sqlite3_column_int64(reader.Handle!, 0), from) is { } trouble)
            {
                var seq = raw.sqlite3_column_int64(reader.Handle!, 0);
                return new(seq, Encoding.UTF8.GetString(raw.sqlite3_column_blob(reader.Handle!, 1)), trouble);
            }
            if (++_entries % 1024 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            _next++;
        }
        return null;
    }

    private string? CheckRow(sqlite3_stmt row, long seq, long from)
    {
        if (seq != _next)
        {
            return seq < _next ? "it was put before the first one" : seq == _next + 1 ? $"entry {_next} is missing" : $"entries {_next} to {seq - 1} are missing";
        }
        _row.Begin(seq);
        for (var column = 1; column <= AuditRow.ColumnCount; column++)
        {
            var type = raw.sqlite3_column_type(row, column);
            var bytes = raw.sqlite3_column_blob(row, column);
            if (type == Null && column == AuditRow.ResultHash + 1)
            {
                _row.AddNull();
                continue;
            }
            // Of bytes that are no text every mistake reads the same; we have written none.
            if (type != Text || !Utf8.IsValid(bytes))
            {
                return "its content was changed";
            }
            if (column == AuditRow.ColumnCount && (seq > from || from == 1) && !bytes.SequenceEqual(_previous))
            {
                return "it does not follow the entry before it";
            }
            _row.Add(bytes);
        }
        var hash = _row.End();
        for (var i = 0; i < hash.Length; i++)
        {
            _hash[2 * i] = Digits[hash[i] >> 4];
            _hash[2 * i + 1] = Digits[hash[i] & 15];
        }
        if (raw.sqlite3_column_type(row, HashColumn) != Text || !raw.sqlite3_column_blob(row, HashColumn).SequenceEqual(_hash))
        {
            return "its content was changed";
        }
        _hash.CopyTo(_previous, 0);
        return CheckSeal(row, seq, hash) ?? CheckNoted(seq);
    }

    private string? CheckSeal(sqlite3_stmt row, long seq, ReadOnlySpan<byte> hash)
    {
        if (raw.sqlite3_column_type(row, SealColumn) != Text)
        {
            return _anchor is not null && seq >= _anchor.SealedFrom || _sealedFrom > 0 || raw.sqlite3_column_type(row, SealColumn) != Null ? "it carries no seal: no Pryx that has the key wrote it" : null;
        }
        _sealedFrom = _sealedFrom == 0 ? seq : _sealedFrom;
        return seal is not null && !seal.Fits(hash, raw.sqlite3_column_blob(row, SealColumn)) ? "its seal does not fit: no Pryx that has the key wrote it" : null;
    }

    private string? CheckNoted(long seq) =>
        _anchor?.Seq == seq && !Is(_anchor.Hash) ? "it is not the entry that the anchor knows: the log was written anew up to here"
        : expected?.Seq == seq && !Is(expected.Value.Hash) ? "it is not the entry that was noted: the log was written anew up to here"
        : null;

    private AuditBreak? CheckEnd()
    {
        // Before the first one that is checked, the noted entry still tells what it can.
        if (expected is { } noted && noted.Seq < (_anchor?.From ?? 1) && connection.Text("SELECT hash FROM audit_log WHERE seq = $seq", ("$seq", noted.Seq)) != noted.Hash)
        {
            return new(noted.Seq, null, "it is not the entry that was noted: the log was written anew up to here");
        }
        var last = Math.Max(_anchor?.Seq ?? 0, expected?.Seq ?? 0);
        // The counter remembers rows that were cut off at the end, unless it was set back too.
        var counted = connection.Number("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'");
        last = Math.Max(last, counted);
        return last >= _next ? new(_next, null, last == _next ? $"entry {last} is missing: it was cut off" : $"entries {_next} to {last} are missing: they were cut off")
            : counted < _next - 1 ? new(0, null, "the counter of the entries was set back")
            : null;
    }

    private AuditBreak? CheckAround()
    {
        if (_sealedFrom > 0 && seal is null)
        {
            return new(0, null, $"the key {AuditSeal.KeyPath(connection.DataSource)} is missing or damaged: the seals can not be checked");
        }
        // The anchor is made before the key is.
        if (seal is not null && _anchor is null)
        {
            return new(0, null, anchor is null
                ? $"the anchor {AuditAnchor.PathOf(connection.DataSource)} is missing: whether entries were cut off at the end can not be told"
                : $"the anchor {AuditAnchor.PathOf(connection.DataSource)} was changed, or is another log's");
        }
        // Without them the next mistake or attack goes through unhindered.
        return connection.Number("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name IN ('audit_log_no_update', 'audit_log_no_delete') AND sql LIKE '%RAISE(ABORT, ''audit_log is append-only'')%'") == 2
            ? null
            : new(0, null, "the triggers that keep the log append-only were removed");
    }

    private bool Is(string hash) => Encoding.ASCII.GetBytes(hash).AsSpan().SequenceEqual(_hash);
}
