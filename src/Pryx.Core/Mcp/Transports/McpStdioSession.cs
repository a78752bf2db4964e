using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Processes;

namespace Pryx.Core.Mcp.Transports;

/// <summary>
/// The messages of one running program, one JSON text a line. What it writes besides is kept as log lines. It ends with its whole process
/// tree, and by itself when it sends a message over 16 MB or floods.
/// </summary>
internal sealed class McpStdioSession : TransportBase
{
    private const int MaxMessage = 16 * 1024 * 1024;

    /// <summary>Unasked for, in <see cref="FloodTime"/>: nobody reads that many.</summary>
    private const int MaxNotifications = 20_000;
    private static readonly TimeSpan FloodTime = TimeSpan.FromSeconds(10), PoliteTime = TimeSpan.FromSeconds(1);
    private static readonly JsonTypeInfo<JsonRpcMessage> MessageType = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    private readonly RunningProcess _process;
    private readonly McpPlace _place;
    private readonly McpLog _log;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _reading, _errors;
    private readonly Lock _lock = new();
    private Task? _close;

    public McpStdioSession(string name, RunningProcess process, McpPlace place, McpLog log) : base(name, loggerFactory: null)
    {
        (_process, _place, _log) = (process, place, log);
        SetConnected();
        _reading = Task.Run(ReadAsync);
        _errors = Task.Run(ReadErrorsAsync);
    }

    public int ProcessId => _process.ProcessId;
    public string Level => _place.Level;

    /// <summary>Why it ended, as far as that is known; null while it runs.</summary>
    public string? Ended { get; private set; }

    public override async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        if (message is JsonRpcRequest { Method: RequestMethods.ToolsCall } request && McpCaller.Sending.Value is { } caller)
        {
            caller.Request = request.Id;
        }
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, MessageType);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Not cancelled in the middle: half a message would spoil every later one.
            await _process.StandardInput!.WriteAsync((byte[])[.. bytes, (byte)'\n'], _closing.Token).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new IOException(Ended ?? "its program does not read any more", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Told in the order of the wire, before what follows is handed on: whoever handles the notification may come to it later.</summary>
    public Action OnToolsChanged { get; set; } = static () => { };

    public override async ValueTask DisposeAsync() => await CloseAsync(null, isPolite: true).ConfigureAwait(false);

    private async Task ReadAsync()
    {
        string? reason;
        try
        {
            using var lines = new LineReader(_process.StandardOutput, MaxMessage);
            var (since, unasked) = (TimeProvider.System.GetTimestamp(), 0);
            while (await lines.ReadAsync(_closing.Token).ConfigureAwait(false) is { } line)
            {
                if (Parse(line.Span) is not { } message)
                {
                    continue;
                }
                if (message is not JsonRpcMessageWithId && ++unasked > MaxNotifications)
                {
                    if (TimeProvider.System.GetElapsedTime(since) < FloodTime)
                    {
                        throw new InvalidDataException($"it sent more than {MaxNotifications} notifications in {FloodTime.TotalSeconds:0} seconds");
                    }
                    (since, unasked) = (TimeProvider.System.GetTimestamp(), 0);
                }
                if (message is JsonRpcNotification { Method: NotificationMethods.ToolListChangedNotification })
                {
                    OnToolsChanged();
                }
                await WriteMessageAsync(message, _closing.Token).ConfigureAwait(false);
            }
            reason = null;
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            reason = e.Message;
        }
        await CloseAsync(reason ?? "", isPolite: false).ConfigureAwait(false);
    }

    private JsonRpcMessage? Parse(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        if (line.IsEmpty)
        {
            return null;
        }
        if (line[0] == (byte)'{')
        {
            try
            {
                return JsonSerializer.Deserialize(line, MessageType);
            }
            catch (JsonException)
            {
                // A line of its log that looks like one.
            }
        }
        _log.Add("stdout", Encoding.UTF8.GetString(line[..Math.Min(line.Length, 4096)]));
        return null;
    }

    private async Task ReadErrorsAsync()
    {
        try
        {
            using var lines = new LineReader(_process.StandardError, 1024 * 1024);
            while (await lines.ReadAsync(_closing.Token).ConfigureAwait(false) is { } line)
            {
                _log.Add("stderr", Encoding.UTF8.GetString(line.Span[..Math.Min(line.Length, 4096)]).TrimEnd('\r'));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It has ended.
        }
        catch (InvalidDataException)
        {
            // Nobody reads such a line; a full pipe would stop the program.
            await _process.StandardError.CopyToAsync(Stream.Null, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <param name="reason">Null: we are done with it. Empty: it has closed its output.</param>
    private Task CloseAsync(string? reason, bool isPolite)
    {
        lock (_lock)
        {
            // Whoever comes later waits for the reason of whoever was first.
            return _close ??= Task.Run(() => EndAsync(reason, isPolite));
        }
    }

    private async Task EndAsync(string? reason, bool isPolite)
    {
        if (isPolite && reason is null)
        {
            // As the protocol has it: a closed input tells the program to end by itself.
            try
            {
                await _process.StandardInput!.DisposeAsync().ConfigureAwait(false);
                await _process.Exited.WaitAsync(PoliteTime).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                // Then not politely.
            }
        }
        if (reason is { Length: 0 })
        {
            // What it wrote last says why.
            await Task.WhenAny(Task.WhenAll(_errors, _process.Exited), Task.Delay(PoliteTime, TimeProvider.System)).ConfigureAwait(false);
            reason = _process.Exited.IsCompletedSuccessfully ? $"its program ended with code {await _process.Exited.ConfigureAwait(false)}" : "it closed its output";
            reason = _log.Last(McpLog.Kept).LastOrDefault(static line => line.Stream == "stderr" && line.Text.Trim().Length > 0) is { } last ? $"{reason}; its last words: {last.Text.Trim()}" : reason;
        }
        if (reason is not null)
        {
            Ended = reason;
            _log.Add("pryx", $"The connection ended: {reason}.");
        }
        await _process.EndTreeAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _process.DisposeAsync().ConfigureAwait(false);
        await _place.DisposeAsync().ConfigureAwait(false);
        SetDisconnected(reason is null ? null : new IOException(reason));
    }
}
