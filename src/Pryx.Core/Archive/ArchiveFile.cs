using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Archive;

/// <param name="Rows">By table.</param>
/// <param name="Hash">SHA-256 of the file, hexadecimal.</param>
/// <param name="Bytes">Of the file.</param>
internal sealed record WrittenArchive(IReadOnlyDictionary<string, long> Rows, string Hash, long Bytes);

/// <summary>One session in a compressed file (0600): a line of JSON that says what it is, then its rows, table by table, then how many they are.</summary>
internal static class ArchiveFile
{
    private const int Format = 1;

    /// <summary>Gives a written file its name, and has the disk confirm that too, before anything relies on it.</summary>
    public static void PutInForce(string path, string name)
    {
        File.Move(path, name, overwrite: true);
        using var file = new FileStream(name, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes it and has the disk confirm it: a crash leaves a file that no session knows of.</summary>
    /// <exception cref="IOException">It exists.</exception>
    public static WrittenArchive Write(SqliteConnection connection, string session, string path)
    {
        var rows = new Dictionary<string, long>();
        using (var file = PrivateFile.Create(path))
        {
            using (var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            {
                using var line = new MemoryStream();
                ArchiveRows.WriteLine(packed, line, json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("pryx_archive", Format);
                    json.WriteString("session", session);
                    json.WriteEndObject();
                });
                foreach (var (table, key) in ArchiveRows.Tables)
                {
                    rows[table] = ArchiveRows.Write(connection, table, key, session, packed);
                }
                ArchiveRows.WriteLine(packed, line, json =>
                {
                    json.WriteStartObject();
                    json.WriteStartObject("end");
                    foreach (var (table, count) in rows)
                    {
                        json.WriteNumber(table, count);
                    }
                    json.WriteEndObject();
                    json.WriteEndObject();
                });
            }
            file.Flush(flushToDisk: true);
        }
        return new(rows, HashOf(path), new FileInfo(path).Length);
    }

    /// <summary>Each row in the file's order.</summary>
    /// <returns>How many of each table; those that the file itself counts.</returns>
    /// <exception cref="PryxException">ARCHIVE_BROKEN: it is not there, not the one that was written, or not whole.</exception>
    public static IReadOnlyDictionary<string, long> Read(string path, string session, string hash, Action<string, IReadOnlyList<string>, JsonElement> onRow)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw Broken(path, "it is not there");
            }
            if (HashOf(path) != hash)
            {
                throw Broken(path, "it is not the file that was written");
            }
            using var lines = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            using (var head = JsonDocument.Parse(lines.ReadLine() ?? ""))
            {
                if (head.RootElement.GetProperty("pryx_archive").GetInt32() != Format || head.RootElement.GetProperty("session").GetString() != session)
                {
                    throw Broken(path, "it is of another session, or of a newer Pryx");
                }
            }
            return ReadRows(lines, path, onRow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Broken(path, e.Message);
        }
    }

    private static Dictionary<string, long> ReadRows(StreamReader lines, string path, Action<string, IReadOnlyList<string>, JsonElement> onRow)
    {
        var rows = new Dictionary<string, long>();
        var (table, columns) = ("", Array.Empty<string>());
        while (lines.ReadLine() is { } text)
        {
            using var line = JsonDocument.Parse(text);
            if (line.RootElement.ValueKind == JsonValueKind.Array)
            {
                onRow(table, columns, line.RootElement);
                rows[table]++;
            }
            else if (line.RootElement.TryGetProperty("table", out var name))
            {
                // Only what is archived is put back, whatever a file says.
                table = ArchiveRows.Tables.Select(static known => known.Table).FirstOrDefault(known => known == name.GetString()) ?? throw Broken(path, "it has a table that is never archived");
                columns = [.. line.RootElement.GetProperty("columns").EnumerateArray().Select(static column => column.GetString()!)];
                rows[table] = 0;
            }
            else if (line.RootElement.TryGetProperty("end", out var end))
            {
                return end.EnumerateObject().All(counted => rows.GetValueOrDefault(counted.Name) == counted.Value.GetInt64()) ? rows : throw Broken(path, "rows are missing in it");
            }
        }
        throw Broken(path, "its end is missing");
    }

    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static PryxException Broken(string path, string why) =>
        new("ARCHIVE_BROKEN", $"The archive {path} can not be used: {why}.", "put the file back from a backup of the data directory; the session itself stays listed");
}
