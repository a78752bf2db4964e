using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Pryx.Core.Turns;
using Pryx.Protocol;

namespace Pryx.Core.Logs;

/// <summary>
/// The log: JSON lines, written beside the work and never waited for. What comes faster than the disk takes it is dropped and counted;
/// a full disk costs lines and nothing else. Nothing leaves the machine.
/// </summary>
public sealed class CoreLog : ITurnLog, IAsyncDisposable
{
    private const int Waiting = 4096;
    private const int LargestBatch = 256 * 1024;
    private const int RecentLimit = 20;
    private static readonly TimeSpan ClosingBudget = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly LogFile _file;
    private readonly Lock _gate = new();
    private readonly Queue<LogEntry> _recent = [];
    private Channel<LogEntry>? _channel;
    private Task _writing = Task.CompletedTask;
    private long _dropped;
    private bool _isClosed;

    public CoreLog(string directory, TimeProvider time, LogSeverity least = LogSeverity.Info)
        : this(new LogFile(directory), time, least)
    {
    }

    internal CoreLog(LogFile file, TimeProvider time, LogSeverity least = LogSeverity.Info) => (_file, _time, Least) = (file, time, least);

    /// <summary>What is less than this is not written.</summary>
    public LogSeverity Least { get; set; }
    public string Path => _file.Path;

    /// <summary>Lines that were not written, because the disk was too slow or refused them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The last errors, oldest first.</summary>
    public IReadOnlyList<LogEntry> RecentErrors
    {
        get
        {
            lock (_gate)
            {
                return [.. _recent];
            }
        }
    }

    public void Write(LogEntry entry)
    {
        if (entry.Level < Least)
        {
            return;
        }
        entry = entry.Time == default ? entry with { Time = _time.GetUtcNow() } : entry;
        if (entry.Level == LogSeverity.Error)
        {
            Remember(entry);
        }
        if (Open() is not { } channel || !channel.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    public void TurnFailed(TurnId turn, string traceId, Exception error) => Write(new(LogSeverity.Error, "turn.failed")
    {
        TurnId = turn == default ? null : turn.ToString(),
        TraceId = traceId,
        Error = LogError.Of(error),
    });

    public void RequestFailed(string traceId, Exception error) => Write(new(LogSeverity.Error, "request.failed") { TraceId = traceId, Error = LogError.Of(error) });

    /// <summary>The process is ending by it: written at once, past whatever waits.</summary>
    public void Crashed(Exception error)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new LogEntry(LogSeverity.Error, "crash") { Time = _time.GetUtcNow(), Error = LogError.Of(error) }, LogJson.Default.LogEntry);
        try
        {
            _file.Append([.. line, (byte)'\n']);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The runtime prints it to the standard error as well.
        }
    }

    /// <summary>Writes what is still waiting, as long as that takes no more than a second.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
        _channel?.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(ClosingBudget, TimeProvider.System, CancellationToken.None));
    }

    private void Remember(LogEntry entry)
    {
        lock (_gate)
        {
            _recent.Enqueue(entry);
            if (_recent.Count > RecentLimit)
            {
                _recent.Dequeue();
            }
        }
    }

    // Most commands log nothing: what it takes to write is made with the first line.
    private Channel<LogEntry>? Open()
    {
        lock (_gate)
        {
            if (_channel is null && !_isClosed)
            {
                var channel = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(Waiting) { SingleReader = true });
                _channel = channel;
                _writing = Task.Run(() => WriteAllAsync(channel.Reader), CancellationToken.None);
            }
            return _isClosed ? null : _channel;
        }
    }

    private async Task WriteAllAsync(ChannelReader<LogEntry> reader)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (await reader.WaitToReadAsync(CancellationToken.None))
        {
            var count = 0;
            while (buffer.WrittenCount < LargestBatch && reader.TryRead(out var entry))
            {
                using (var writer = new Utf8JsonWriter(buffer))
                {
                    JsonSerializer.Serialize(writer, entry, LogJson.Default.LogEntry);
                }
                buffer.Write("\n"u8);
                count++;
            }
            try
            {
                _file.Append(buffer.WrittenSpan);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not turn one failure into two; whoever was concerned has been told already.
                Interlocked.Add(ref _dropped, count);
            }
            buffer.ResetWrittenCount();
        }
    }
}
