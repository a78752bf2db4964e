using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;

namespace Pryx.Core.Sessions;

/// <param name="Path">Canonical.</param>
/// <param name="TrustedAt">UTC; null: what the folder brings is data.</param>
/// <param name="TrustedWhat">A hash of what the user was shown when he trusted it.</param>
public sealed record Workspace(string Id, string Path, DateTimeOffset? TrustedAt, string? TrustedWhat);

/// <summary>The folders that Pryx has worked in, and whether the user trusts what they bring.</summary>
public sealed class WorkspaceStore(Database database)
{
    /// <summary>Null when no session ever worked there and nobody trusted it.</summary>
    public Task<Workspace?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var canonical = CanonicalPath.Of(path);
        return database.ReadAsync(
            connection => connection.First(
                "SELECT id, path, trusted_at, trusted_what FROM workspaces WHERE path = $path",
                Read, ("$path", canonical)),
            cancellationToken);
    }

    /// <summary>The path of the folder with this id; null when there is none.</summary>
    public Task<string?> FindPathAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.Text("SELECT path FROM workspaces WHERE id = $id", ("$id", id)), cancellationToken);

    /// <summary>By path.</summary>
    public Task<IReadOnlyList<Workspace>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Workspace>>(
        static connection => connection.Query("SELECT id, path, trusted_at, trusted_what FROM workspaces ORDER BY path", Read), cancellationToken);

    /// <summary>The folder's row, and whether it was made now.</summary>
    public Task<(Workspace Workspace, bool IsNew)> AddAsync(string path, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var canonical = CanonicalPath.Of(path);
        var isNew = connection.Text("SELECT id FROM workspaces WHERE path = $path", ("$path", canonical)) is null;
        var id = Ensure(connection, canonical, database.Time);
        return (connection.First("SELECT id, path, trusted_at, trusted_what FROM workspaces WHERE id = $id", Read, ("$id", id))!, isNew);
    }, cancellationToken);

    public Task TrustAsync(string path, string what, CancellationToken cancellationToken) => SetTrustAsync(path, what, cancellationToken);

    public Task DistrustAsync(string path, CancellationToken cancellationToken) => SetTrustAsync(path, null, cancellationToken);

    /// <summary>The id of the folder's row, made if needed; inside a write transaction.</summary>
    internal static string Ensure(SqliteConnection connection, string path, TimeProvider time)
    {
        var canonical = CanonicalPath.Of(path);
        connection.Execute(
            "INSERT INTO workspaces (id, name, path, created_at) VALUES ($id, $name, $path, $at) ON CONFLICT (path) DO NOTHING",
            ("$id", Guid.NewGuid().ToString()), ("$name", Path.GetFileName(canonical) is { Length: > 0 } name ? name : canonical),
            ("$path", canonical), ("$at", Sql.FormatTime(time.GetUtcNow())));
        return connection.Text("SELECT id FROM workspaces WHERE path = $path", ("$path", canonical))!;
    }

    private static Workspace Read(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.TimeOrNull(2), row.TextOrNull(3));

    private Task SetTrustAsync(string path, string? what, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        var id = Ensure(connection, path, database.Time);
        connection.Execute(
            "UPDATE workspaces SET trusted_at = $at, trusted_what = $what WHERE id = $id",
            ("$at", what is null ? null : Sql.FormatTime(database.Time.GetUtcNow())), ("$what", what), ("$id", id));
    }, cancellationToken);
}
