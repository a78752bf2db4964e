using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

namespace Pryx.Bench.Gateway;

/// <summary>One subscriber: a WebSocket whose messages are timed as they arrive.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Channel<(DateTimeOffset At, string Text)> _arrivals = Channel.CreateUnbounded<(DateTimeOffset, string)>();
    private Task _reading = Task.CompletedTask;

    private Feed()
    {
    }

    /// <param name="query">Such as <c>?session_id=…</c>.</param>
    public static async Task<Feed> OpenAsync(RunningCore core, string query, CancellationToken cancellationToken)
    {
        var feed = new Feed();
        feed._socket.Options.SetRequestHeader("Authorization", $"Bearer {core.Token}");
        await feed._socket.ConnectAsync(new($"ws://127.0.0.1:{core.Port}/ws{query}"), cancellationToken);
        feed._reading = Task.Run(() => feed.ReadAsync(cancellationToken), cancellationToken);
        return feed;
    }

    public Task SendAsync(string text, CancellationToken cancellationToken) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>When the next message arrived that contains all of it; those before are skipped.</summary>
    public async Task<DateTimeOffset> WaitAsync(CancellationToken cancellationToken, params string[] parts)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            (DateTimeOffset At, string Text) message;
            try
            {
                message = await _arrivals.Reader.ReadAsync(either.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ChannelClosedException && !cancellationToken.IsCancellationRequested)
            {
                throw new InvalidOperationException($"No event with {string.Join(" and ", parts)} came ({e.Message}).");
            }
            if (parts.All(part => message.Text.Contains(part, StringComparison.Ordinal)))
            {
                return message.At;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await _reading;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }
                var at = Clock.Now;
                text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
                if (part.EndOfMessage)
                {
                    _arrivals.Writer.TryWrite((at, text.ToString()));
                    text.Clear();
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed by us, or the gateway has ended: whoever waits is told.
        }
        _arrivals.Writer.TryComplete();
    }
}
