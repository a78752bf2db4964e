using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <param name="Kind"><c>token</c> or <c>web</c>.</param>
/// <param name="ExpiresAt">UTC; null: until it is revoked.</param>
public sealed record StoredToken(string Id, string Name, string Kind, Scopes Scopes, string? ParentId, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

/// <param name="Minter">The token that mints it, whose end is its end; null for the core token.</param>
/// <param name="By">The caller, for the audit log.</param>
public sealed record NewToken(string Name, string Kind, Scopes Scopes, string? Minter, string By)
{
    /// <summary>From now; null: no expiry.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The address it was minted from.</summary>
    public string Address { get; init; } = "";
}

/// <summary>Minted tokens, of which only the hash is kept. Each minting and each end is in the audit log, in the same commit.</summary>
public sealed class AccessTokenStore(Database database)
{
    private const int MostInForce = 1000;
    private const string Columns = "SELECT id, name, kind, scopes, parent_id, created_at, created_by, expires_at, last_used_at FROM access_tokens";
    private const string InForce = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $now)";
    private static readonly TimeSpan KeptAfterTheEnd = TimeSpan.FromDays(90);

    /// <summary>How a token looks in the table and in the cache.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <param name="hash">Of the token that the caller will get.</param>
    /// <exception cref="PryxException">UNAUTHORIZED: its minter has ended in between; CONFLICT: there are too many.</exception>
    public Task<StoredToken> AddAsync(NewToken token, string hash, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var now = database.Time.StoredNow();
        var parent = token.Minter is { } minter ? Find(connection, "id = $key", minter, now) : null;
        if (token.Minter is not null && parent is null)
        {
            throw new PryxException("UNAUTHORIZED", "This token has just ended.");
        }
        connection.Execute("DELETE FROM access_tokens WHERE coalesce(revoked_at, expires_at) < $then", ("$then", Sql.FormatTime(now - KeptAfterTheEnd)));
        if (connection.Number($"SELECT count(*) FROM access_tokens WHERE {InForce}", ("$now", Sql.FormatTime(now))) >= MostInForce)
        {
            throw new PryxException("CONFLICT", $"There are {MostInForce} tokens in force already.", "revoke some: pryx token list");
        }
        var id = Guid.NewGuid().ToString();
        var end = now + token.Lifetime;
        // Counted from a moment ago, a child would outlive its parent by that moment.
        end = parent?.ExpiresAt is { } last && (end is null || end > last) ? last : end;
        connection.Execute(
            """
            INSERT INTO access_tokens (id, name, hash, scopes, kind, parent_id, created_at, created_by, expires_at)
            VALUES ($id, $name, $hash, $scopes, $kind, $parent, $at, $by, $expires)
            """,
            ("$id", id), ("$name", token.Name), ("$hash", hash), ("$scopes", token.Scopes.Text()), ("$kind", token.Kind), ("$parent", token.Minter),
            ("$at", Sql.FormatTime(now)), ("$by", token.By), ("$expires", end is { } until ? Sql.FormatTime(until) : null));
        var added = Find(connection, "id = $key", id, now)!;
        Record(connection, token.Kind == "web" ? "signin.completed" : "token.minted", added, token.By, token.Address);
        return added;
    }, cancellationToken);

    /// <summary>Null when no token in force has this hash.</summary>
    public Task<StoredToken?> FindAsync(string hash, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => Find(connection, "hash = $key", hash, database.Time.GetUtcNow()), cancellationToken);

    /// <summary>Those in force, newest first.</summary>
    public Task<IReadOnlyList<StoredToken>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredToken>>(
        connection => connection.Query($"{Columns} WHERE {InForce} ORDER BY created_at DESC, rowid DESC", Read, ("$now", Sql.FormatTime(database.Time.GetUtcNow()))), cancellationToken);

    /// <summary>Ends a token and all that it has minted.</summary>
    /// <returns>The ids of those that ended; empty when there is none of this id in force.</returns>
    public Task<IReadOnlyList<string>> RevokeAsync(string id, string by, string address, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<string>>(
        connection => End(connection, connection.Query(
            $"""
            WITH RECURSIVE family(id) AS (SELECT id FROM access_tokens WHERE id = $id UNION SELECT t.id FROM access_tokens t JOIN family f ON t.parent_id = f.id)
            {Columns} WHERE id IN family AND {InForce}
            """, Read, ("$id", id), ("$now", Sql.FormatTime(database.Time.GetUtcNow()))), by, address), cancellationToken);

    /// <summary>Records that the core token was rotated.</summary>
    /// <param name="all">Ends every minted token as well.</param>
    /// <returns>The ids of those that ended.</returns>
    public Task<IReadOnlyList<string>> RotatedAsync(bool all, string by, string address, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<string>>(connection =>
    {
        AuditLog.Append(connection, new("token.rotated", "token", "core", by, Details([("address", address)]), "ok"), database.Time);
        return all ? End(connection, connection.Query($"{Columns} WHERE {InForce}", Read, ("$now", Sql.FormatTime(database.Time.GetUtcNow()))), by, address) : [];
    }, cancellationToken);

    public Task UsedAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        connection => { connection.Execute("UPDATE access_tokens SET last_used_at = $at WHERE id = $id", ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", id)); }, cancellationToken);

    private List<string> End(SqliteConnection connection, List<StoredToken> tokens, string by, string address)
    {
        foreach (var token in tokens)
        {
            connection.Execute("UPDATE access_tokens SET revoked_at = $at WHERE id = $id", ("$at", Sql.FormatTime(database.Time.GetUtcNow())), ("$id", token.Id));
            Record(connection, "token.revoked", token, by, address);
        }
        return [.. tokens.Select(token => token.Id)];
    }

    private static StoredToken? Find(SqliteConnection connection, string where, string key, DateTimeOffset now) =>
        connection.First($"{Columns} WHERE {where} AND {InForce}", Read, ("$key", key), ("$now", Sql.FormatTime(now)));

    private static StoredToken Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), ScopeNames.Parse(row.GetString(3).Split(',')), row.TextOrNull(4),
        row.Time(5), row.GetString(6), row.TimeOrNull(7), row.TimeOrNull(8));

    private void Record(SqliteConnection connection, string action, StoredToken token, string by, string address) => AuditLog.Append(connection, new(
        action, "token", token.Id, by,
        Details([("name", token.Name), ("kind", token.Kind), ("scopes", token.Scopes.Text()), ("expires_at", token.ExpiresAt is { } end ? Sql.FormatTime(end) : ""), ("address", address)]), "ok"), database.Time);

    private static string Details(ReadOnlySpan<(string Name, string Value)> fields)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                if (value.Length > 0)
                {
                    writer.WriteString(name, value);
                }
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
