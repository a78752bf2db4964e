using System.Text.Json;
using Pryx.Protocol.Sessions;

namespace Pryx.Protocol.Client;

/// <summary>
/// The queue as a file: one JSON object a line, <c>{"send":…}</c>, <c>{"sent":"external id"}</c>, <c>{"seen":version}</c>, only ever added to and
/// begun anew when it has grown. A line that a crash has cut is one that was never acknowledged.
/// </summary>
public sealed class OfflineQueueFile : IDisposable
{
    private const long CompactAt = 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string? _path;
    private readonly List<StartTurn> _waiting = [];
    private FileStream? _file;

    private OfflineQueueFile(string? path) => _path = path;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StartTurn> Waiting => _waiting;

    public long LastVersion { get; private set; }

    /// <param name="path">Null keeps it in memory only. The file is made with 0600 and belongs to one process at a time.</param>
    /// <exception cref="IOException">Another process has it.</exception>
    public static OfflineQueueFile Open(string? path)
    {
        var queue = new OfflineQueueFile(path);
        if (path is null)
        {
            return queue;
        }
        queue._file = Create(path, FileMode.OpenOrCreate);
        queue.Read();
        queue.Compact();
        return queue;
    }

    public void Add(StartTurn request)
    {
        Append(new QueueLine { Send = request }, isDurable: true);
        _waiting.Add(request);
    }

    /// <summary>Core has it, or never will.</summary>
    public void Remove(StartTurn request)
    {
        // Forgotten in a crash it is sent once more, and Core knows its id.
        Append(new QueueLine { Sent = request.ExternalId }, isDurable: false);
        _waiting.Remove(request);
    }

    public void See(long version)
    {
        if (version != LastVersion)
        {
            LastVersion = version;
            Append(new QueueLine { Seen = version }, isDurable: false);
        }
    }

    /// <summary>Only what still counts stays in the file.</summary>
    public void Compact()
    {
        if (_path is null)
        {
            return;
        }
        var temporary = _path + ".new";
        File.Delete(temporary);
        using (var next = Create(temporary, FileMode.CreateNew))
        {
            Write(next, new QueueLine { Seen = LastVersion });
            _waiting.ForEach(request => Write(next, new QueueLine { Send = request }));
            next.Flush(flushToDisk: true);
        }
        _file?.Dispose();
        File.Move(temporary, _path, overwrite: true);
        _file = Create(_path, FileMode.Open);
        _file.Seek(0, SeekOrigin.End);
    }

    public void Dispose() => _file?.Dispose();

    private void Read()
    {
        using var reader = new StreamReader(_file!, leaveOpen: true);
        while (reader.ReadLine() is { } text)
        {
            if (Parse(text) is not { } line)
            {
                continue;
            }
            if (line.Send is { } request)
            {
                _waiting.Add(request);
            }
            _waiting.RemoveAll(request => line.Sent is not null && request.ExternalId == line.Sent);
            LastVersion = line.Seen ?? LastVersion;
        }
    }

    private static QueueLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ClientJson.Default.QueueLine);
        }
        catch (JsonException)
        {
            return null; // Cut by a crash.
        }
    }

    private void Append(QueueLine line, bool isDurable)
    {
        if (_file is null)
        {
            return;
        }
        if (_file.Position > CompactAt && line.Send is null && _waiting.Count == 0)
        {
            Compact();
        }
        Write(_file!, line);
        _file!.Flush(isDurable);
    }

    private static void Write(FileStream file, QueueLine line)
    {
        file.Write(JsonSerializer.SerializeToUtf8Bytes(line, ClientJson.Default.QueueLine));
        file.WriteByte((byte)'\n');
    }

    private static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = OwnerOnly;
        }
        return new FileStream(path, options);
    }
}

/// <summary>One of the three.</summary>
internal sealed record QueueLine
{
    public StartTurn? Send { get; init; }
    public string? Sent { get; init; }
    public long? Seen { get; init; }
}
