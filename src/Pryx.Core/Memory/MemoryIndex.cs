using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;

namespace Pryx.Core.Memory;

/// <summary>The full-text index over what the files say now: looked at before each search, and made anew for a file that has changed.</summary>
internal sealed class MemoryIndex(Database database)
{
    /// <returns>Null when the query has no word in it.</returns>
    public async Task<IReadOnlyList<PlacedEntry>?> FindAsync(string query, IReadOnlyList<PlacedEntry> all, IEnumerable<string> files, int limit, CancellationToken cancellationToken)
    {
        if (SearchQuery.From(query) is not { } match)
        {
            return null;
        }
        var paths = files.Distinct().ToList();
        foreach (var path in paths)
        {
            await RenewAsync(path, [.. all.Where(placed => placed.File == path)], cancellationToken);
        }
        var known = all.GroupBy(static placed => (placed.File, placed.Entry.Id)).ToDictionary(static group => group.Key, static group => group.First());
        var hits = await database.ReadAsync(connection => connection.Query(
            "SELECT path, entry FROM memory_fts WHERE memory_fts MATCH $match ORDER BY rank LIMIT 1000", static row => (Path: row.GetString(0), Id: row.GetString(1)), ("$match", match)), cancellationToken);
        return [.. hits.Select(hit => known.GetValueOrDefault((hit.Path, hit.Id))).OfType<PlacedEntry>().Take(limit)];
    }

    private async Task RenewAsync(string path, IReadOnlyList<PlacedEntry> entries, CancellationToken cancellationToken)
    {
        var stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', entries.Select(static placed => placed.Entry.Id)))));
        if (await database.ReadAsync(connection => StampOf(connection, path) == stamp, cancellationToken))
        {
            return;
        }
        await database.WriteAsync(connection =>
        {
            connection.Execute("DELETE FROM memory_fts WHERE path = $path", ("$path", path));
            foreach (var placed in entries)
            {
                connection.Execute("INSERT INTO memory_fts (text, path, entry) VALUES ($text, $path, $entry)", ("$text", placed.Entry.Text), ("$path", path), ("$entry", placed.Entry.Id));
            }
            connection.Execute("INSERT INTO memory_files (path, stamp) VALUES ($path, $stamp) ON CONFLICT (path) DO UPDATE SET stamp = $stamp", ("$path", path), ("$stamp", stamp));
        }, cancellationToken);
    }

    private static string? StampOf(SqliteConnection connection, string path) => connection.Text("SELECT stamp FROM memory_files WHERE path = $path", ("$path", path));
}
