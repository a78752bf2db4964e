using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;

namespace Pryx.Core.Audit;

/// <summary>
/// The key beside the database (0600, <c>pryx.db.audit.key</c>). What it seals was written by a Pryx: whoever can write the database alone
/// can recompute every hash in it, but no seal. docs/decisions/0022 says what it keeps out, and what not.
/// </summary>
internal sealed class AuditSeal(byte[] key)
{
    private const int KeyBytes = 32;
    private const int SealBytes = 16;

    public static string KeyPath(string database) => database + ".audit.key";

    /// <summary>22 letters for the hash of a row.</summary>
    public string Of(ReadOnlySpan<byte> hash)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, hash, full);
        return Base64Url.EncodeToString(full[..SealBytes]);
    }

    public bool Fits(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> seal)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> text = stackalloc byte[Base64Url.GetEncodedLength(SealBytes)];
        HMACSHA256.HashData(key, hash, full);
        Base64Url.EncodeToUtf8(full[..SealBytes], text);
        return CryptographicOperations.FixedTimeEquals(text, seal);
    }

    /// <summary>Null when there is none, or it can not be used.</summary>
    public static AuditSeal? Read(string database)
    {
        try
        {
            var key = Convert.FromBase64String(File.ReadAllText(KeyPath(database)).Trim());
            return key.Length == KeyBytes ? new(key) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Of the log that this connection writes; made with its first row, together with its first anchor, under the lock of the transaction.
    /// Null when the key of a log that had one is gone: its rows are written without, and the check says so.
    /// </summary>
    public static AuditSeal? For(SqliteConnection connection)
    {
        var store = connection as StoreConnection;
        if (store?.Kept is AuditSeal known)
        {
            return known;
        }
        var seal = Read(connection.DataSource) ?? MakeFirst(connection);
        if (store is not null)
        {
            store.Kept = seal;
        }
        return seal;
    }

    public static AuditSeal Make(string database, Action<AuditSeal> first)
    {
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        var seal = new AuditSeal(key);
        // The anchor before the key, the key before any row that carries its seal: whatever a crash leaves of this is begun anew.
        first(seal);
        PrivateFile.Replace(KeyPath(database), System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
        return seal;
    }

    private static AuditSeal? MakeFirst(SqliteConnection connection)
    {
        if (File.Exists(KeyPath(connection.DataSource)) || connection.Number("SELECT EXISTS (SELECT 1 FROM audit_log WHERE seal IS NOT NULL)") == 1)
        {
            return null;
        }
        var head = connection.First("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1", static row => (Seq: row.GetInt64(0), Hash: row.GetString(1)));
        return Make(connection.DataSource, seal => new AuditAnchor(head.Seq, head.Hash ?? AuditRow.Beginning, 1, head.Seq + 1, "").Write(connection.DataSource, seal));
    }
}
