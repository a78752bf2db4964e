using System.Buffers;
using System.Net.WebSockets;
using Pryx.Core.Events;
using Pryx.Protocol.Events;

namespace Pryx.Core.Streams;

/// <summary>
/// One client's socket: what it says is answered in order, and beside that the events go out to it. Nobody waits for a slow one: it has
/// its own bounded subscription, and when it takes nothing for <see cref="Patience"/> it is cut off.
/// </summary>
/// <param name="maxMessage">Bytes of one message of the client.</param>
/// <param name="cut">Ends the connection under the socket at once.</param>
internal sealed class SocketConnection(WebSocket socket, SocketClient client, SocketCommands commands, EventLog events, int maxMessage, Action cut) : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // For each half of the closing handshake: a stopping daemon has half a second for everything.
    private static readonly TimeSpan ClosingTime = TimeSpan.FromMilliseconds(150);

    // What a rejected message still has under way is read away first.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    // What other processes of this data directory store is found by looking.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private const int FirstBuffer = 4 * 1024;

    // A long message goes out in frames, so that the patience is with each of them.
    private const int FrameSize = 64 * 1024;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TaskCompletionSource<Ending> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version;

    private TimeProvider Time => events.Time;
    private bool IsEnding => _ending.Task.IsCompleted;

    /// <summary>Runs until either side ends it.</summary>
    /// <param name="afterVersion">Committed events after it are sent again.</param>
    /// <param name="stopping">Cancelled when the daemon stops.</param>
    /// <param name="aborted">Cancelled when the connection is gone.</param>
    public async Task RunAsync(long afterVersion, CancellationToken stopping, CancellationToken aborted)
    {
        Volatile.Write(ref _version, afterVersion);
        using var listening = new CancellationTokenSource();
        using var reading = new CancellationTokenSource();
        // From here on it counts: as a listener, and as one who may approve.
        var subscription = events.SubscribeAsync(client.SessionId, afterVersion, () => client.CanApprove, LookInterval, listening.Token);
        await using var onStop = stopping.UnsafeRegister(_ => End(new(WebSocketCloseStatus.EndpointUnavailable, "Pryx is stopping")), null);
        await using var onRevoke = client.Caller.Revoked.UnsafeRegister(_ => End(Ending.Revoked), null);
        // What is revoked is aborted too: which of the two is told first is not said.
        await using var onAbort = aborted.UnsafeRegister(_ => End(client.Caller.Revoked.IsCancellationRequested ? Ending.Revoked : Ending.Gone), null);
        var pump = PumpAsync(subscription, listening.Token);
        var read = ReadAsync(reading.Token);
        var ending = await _ending.Task;
        await listening.CancelAsync();
        if (ending.Status is not null && !await CloseAsync(ending))
        {
            // Whatever still waits to be sent would wait for nothing.
            cut();
        }
        else if (ending.Status is not null)
        {
            // Cut at once, the reason of the close would not arrive.
            await Task.WhenAny(read, Task.Delay(ending.Status is WebSocketCloseStatus.MessageTooBig ? DrainTime : ClosingTime, Time, CancellationToken.None));
        }
        await reading.CancelAsync();
        await Task.WhenAll(pump, read);
    }

    public void Dispose() => _sending.Dispose();

    private void End(Ending ending) => _ending.TrySetResult(ending);

    private async Task PumpAsync(IAsyncEnumerable<PryxEvent> subscription, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var e in subscription)
            {
                if (IsEnding)
                {
                    return;
                }
                await SendAsync(e);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            End(Ending.Gone);
        }
        catch (Exception e)
        {
            // The store can not be read: the client comes back with its version.
            commands.Report(e);
            End(new(WebSocketCloseStatus.InternalServerError, "The events can not be read"));
        }
    }

    private async Task SendAsync(PryxEvent e)
    {
        // What this client itself types it knows.
        if (e.Event == EventNames.SessionTyping && e.Payload is { } typing && typing.TryGetProperty("client_id", out var who) && who.ValueEquals(client.Id))
        {
            return;
        }
        var wanted = client.Wanted;
        var isWanted = wanted.Admits(e.Event);
        var hasAlias = client.HasAliases && EventText.AliasOf(e) is { } alias && (isWanted || wanted.Admits(alias));
        if (isWanted || hasAlias)
        {
            var text = EventText.Of(e);
            if (isWanted)
            {
                await SendAsync(text.Envelope);
            }
            if (hasAlias)
            {
                await SendAsync(text.Alias);
            }
        }
        if (!e.IsProgress)
        {
            Volatile.Write(ref _version, e.Version);
        }
    }

    private async Task ReplyAsync(SocketMessage? message, SocketReply reply) => await SendAsync(reply.ToUtf8(message?.Id, Time.GetUtcNow(), Volatile.Read(ref _version)));

    private async Task SendAsync(ReadOnlyMemory<byte> text)
    {
        if (!await _sending.WaitAsync(Patience))
        {
            throw Unread();
        }
        try
        {
            do
            {
                var frame = text[..Math.Min(text.Length, FrameSize)];
                text = text[frame.Length..];
                var sent = socket.SendAsync(frame, WebSocketMessageType.Text, text.IsEmpty, CancellationToken.None);
                if (!sent.IsCompletedSuccessfully)
                {
                    await sent.AsTask().WaitAsync(Patience, Time);
                }
            }
            while (!text.IsEmpty);
        }
        catch (TimeoutException)
        {
            throw Unread();
        }
        finally
        {
            _sending.Release();
        }
    }

    private WebSocketException Unread()
    {
        End(Ending.Gone);
        cut();
        return new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "The client takes nothing.");
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    End(new(WebSocketCloseStatus.NormalClosure, ""));
                    return;
                }
                if (IsEnding)
                {
                    length = 0;
                    continue;
                }
                length += received.Count;
                if (length > maxMessage)
                {
                    length = 0;
                    End(new(WebSocketCloseStatus.MessageTooBig, $"A message may have {maxMessage} bytes"));
                }
                else if (received.EndOfMessage)
                {
                    await AnswerAsync(buffer.AsMemory(0, length));
                    length = 0;
                    buffer = Smaller(buffer);
                }
                else if (length == buffer.Length)
                {
                    buffer = Larger(buffer);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            End(Ending.Gone);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> utf8)
    {
        SocketMessage? message = null;
        try
        {
            message = SocketMessage.Parse(utf8);
            if (await commands.AnswerAsync(client, message) is { } reply)
            {
                await ReplyAsync(message, reply);
            }
        }
        catch (Exception e) when (e is not (WebSocketException or OperationCanceledException or ObjectDisposedException))
        {
            await ReplyAsync(message, commands.Failure(client, message, e));
        }
        finally
        {
            message?.Dispose();
        }
    }

    /// <summary>False when the client could not be told.</summary>
    private async Task<bool> CloseAsync(Ending ending)
    {
        if (ending.Status is not { } status || socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived) || !await _sending.WaitAsync(ClosingTime))
        {
            return false;
        }
        try
        {
            using var limit = new CancellationTokenSource(ClosingTime, Time);
            await socket.CloseOutputAsync(status, ending.Why, limit.Token);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _sending.Release();
        }
    }

    private byte[] Larger(byte[] buffer)
    {
        // One byte more than allowed is enough to know that it is too much.
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)buffer.Length * 2, maxMessage + 1L));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    // An idle connection keeps little.
    private static byte[] Smaller(byte[] buffer)
    {
        if (buffer.Length <= FirstBuffer * 4)
        {
            return buffer;
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return ArrayPool<byte>.Shared.Rent(FirstBuffer);
    }

    /// <param name="Status">Null when there is nobody left to tell.</param>
    private sealed record Ending(WebSocketCloseStatus? Status, string Why)
    {
        public static Ending Gone { get; } = new(null, "");
        public static Ending Revoked { get; } = new(WebSocketCloseStatus.PolicyViolation, "The token of this connection does not count any more");
    }
}
