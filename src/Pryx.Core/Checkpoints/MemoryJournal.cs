using System.Text;
using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Protocol;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// What a running turn has remembered and not stored yet, one line each, written before the change happens: it survives a process that
/// is killed. Held open, and locked, as long as its turn is worked on.
/// </summary>
internal sealed class MemoryJournal(string folder, TurnId turn) : IDisposable
{
    private FileStream? _file;

    public static string PathOf(string folder, TurnId turn) => Path.Combine(folder, $"{turn}.journal");

    public void Write(SessionId session, TurnId turn, string workspace, RememberedPath entry)
    {
        if (_file is null)
        {
            PryxPaths.CreatePrivate(folder);
            _file = new FileStream(PathOf(folder, turn), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
            if (_file.Length == 0)
            {
                Line(session.ToString(), turn.ToString(), workspace);
            }
            _file.Seek(0, SeekOrigin.End);
        }
        Line(entry.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), entry.Path, entry.Before.ToString());
    }

    /// <summary>All of it is stored elsewhere.</summary>
    public void Clear()
    {
        if (_file is { } file)
        {
            // The first line stays: the next call writes behind it.
            file.SetLength(0);
            Dispose();
            File.Delete(PathOf(folder, turn));
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Those that nobody holds: their processes have died.</summary>
    public static IEnumerable<LeftJournal> Left(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        foreach (var path in Directory.EnumerateFiles(folder, "*.journal").ToList())
        {
            if (Read(path) is { } left)
            {
                yield return left;
            }
        }
    }

    /// <summary>What the journals of running turns need kept.</summary>
    public static IEnumerable<string> HashesInUse(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        foreach (var path in Directory.EnumerateFiles(folder, "*.journal").ToList())
        {
            using var reader = Open(path);
            while (reader is not null && Fields(reader.ReadLine()) is { } fields)
            {
                if (fields is [_, _, var state] && state.StartsWith("file ", StringComparison.Ordinal) && PathState.Parse(state).Content is { } content)
                {
                    yield return content;
                }
            }
        }
    }

    private static StreamReader? Open(string path)
    {
        try
        {
            return new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (FileNotFoundException)
        {
            return null; // Its turn has stored it all in the meantime.
        }
    }

    private static LeftJournal? Read(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // Its turn is running.
        }
        using (file)
        {
            using var reader = new StreamReader(file, Encoding.UTF8);
            if (Fields(reader.ReadLine()) is not [var session, var turn, var workspace])
            {
                return new(path, default, default, "", []);
            }
            var entries = new Dictionary<long, RememberedPath>();
            // A line that was cut off belongs to a change that has not happened.
            while (Fields(reader.ReadLine()) is [var number, var name, var state])
            {
                var at = long.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
                entries[at] = new(name, PathState.Parse(state)) { Number = at };
            }
            return new(path, new(Guid.Parse(session)), new(Guid.Parse(turn)), workspace, [.. entries.Values]);
        }
    }

    private static string[]? Fields(string? line)
    {
        if (line is null)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(line);
            return [.. document.RootElement.EnumerateArray().Select(static field => field.GetString()!)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Line(string first, string second, string third)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(first);
            writer.WriteStringValue(second);
            writer.WriteStringValue(third);
            writer.WriteEndArray();
        }
        "\n"u8.CopyTo(buffer.GetSpan(1));
        buffer.Advance(1);
        _file!.Write(buffer.WrittenSpan);
    }
}

/// <param name="File">The journal itself, to be deleted when it is taken in.</param>
internal sealed record LeftJournal(string File, SessionId Session, TurnId Turn, string Workspace, IReadOnlyList<RememberedPath> Paths);
