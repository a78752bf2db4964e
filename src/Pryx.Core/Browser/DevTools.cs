using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace Pryx.Core.Browser;

/// <summary>The DevTools protocol over a browser's pipe: JSON messages, each ended by a NUL.</summary>
public sealed class DevTools : IAsyncDisposable
{
    /// <summary>Bytes of one message; a screenshot takes a tenth.</summary>
    private const int MaxMessage = 64 * 1024 * 1024;

    private readonly Stream _to, _from;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = [];
    private readonly Task _reading;
    private int _last;
    private volatile bool _hasEnded;

    /// <param name="to">What the browser reads.</param>
    /// <param name="from">What it writes.</param>
    public DevTools(Stream to, Stream from)
    {
        (_to, _from) = (to, from);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Hears of every event: its name, its parameters. Must be quick.</summary>
    public Action<string, JsonElement> OnEvent { get; set; } = static (_, _) => { };

    /// <param name="session">Of the page; null speaks to the browser itself.</param>
    /// <param name="write">The parameters; null for none.</param>
    /// <exception cref="BrowserException">The browser refused, or has ended.</exception>
    public async Task<JsonElement> SendAsync(string method, string? session, Action<Utf8JsonWriter>? write, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await WriteAsync(Message(id, method, session, write), cancellationToken);
            if (_hasEnded)
            {
                throw Ended();
            }
            return await answer.Task.WaitAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new BrowserException("The browser has ended.", e);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _to.DisposeAsync();
        await _from.DisposeAsync();
        await _reading;
        _sending.Dispose();
    }

    private static ReadOnlyMemory<byte> Message(int id, string method, string? session, Action<Utf8JsonWriter>? write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("method", method);
            if (session is not null)
            {
                writer.WriteString("sessionId", session);
            }
            writer.WriteStartObject("params");
            write?.Invoke(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        buffer.Write("\0"u8);
        return buffer.WrittenMemory;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            // Whole or not at all: half a message would spoil the next one.
            await _to.WriteAsync(message, CancellationToken.None);
            await _to.FlushAsync(CancellationToken.None);
        }
        catch (ObjectDisposedException e)
        {
            throw new BrowserException("The browser has ended.", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>(64 * 1024);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _from.ReadAsync(buffer) is > 0 and var read && message.WrittenCount < MaxMessage)
            {
                var rest = buffer.AsMemory(0, read);
                while (rest.Span.IndexOf((byte)0) is >= 0 and var end)
                {
                    message.Write(rest.Span[..end]);
                    Dispatch(message.WrittenMemory);
                    message.ResetWrittenCount();
                    rest = rest[(end + 1)..];
                }
                message.Write(rest.Span);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException)
        {
            // The browser is gone, or says what nobody can read: whoever waits is told.
        }
        _hasEnded = true;
        foreach (var waiting in _waiting.Values)
        {
            waiting.TrySetException(Ended());
        }
    }

    private void Dispatch(ReadOnlyMemory<byte> message)
    {
        using var document = JsonDocument.Parse(message);
        var root = document.RootElement;
        if (root.TryGetProperty("method", out var method))
        {
            OnEvent(method.GetString()!, root.TryGetProperty("params", out var parameters) ? parameters.Clone() : default);
        }
        else if (root.TryGetProperty("id", out var id) && _waiting.TryGetValue(id.GetInt32(), out var waiting))
        {
            if (root.TryGetProperty("error", out var error))
            {
                waiting.TrySetException(new BrowserException($"The browser refused: {(error.TryGetProperty("message", out var text) ? text.GetString() : error.GetRawText())}"));
            }
            else
            {
                waiting.TrySetResult(root.TryGetProperty("result", out var result) ? result.Clone() : default);
            }
        }
    }

    private static BrowserException Ended() => new("The browser has ended. Open the page again with navigate.");
}
