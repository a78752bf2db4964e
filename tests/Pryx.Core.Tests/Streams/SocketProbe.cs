using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Pryx.Core.Tests.Streams;

/// <summary>A WebSocket client that keeps all it gets, in order.</summary>
internal sealed class SocketProbe : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly List<JsonNode> _got = [];
    private readonly SemaphoreSlim _arrival = new(0);
    private readonly CancellationTokenSource _leaving = new();
    private Task _reading = Task.CompletedTask;
    private int _taken;

    private SocketProbe(ClientWebSocket socket) => _socket = socket;

    public ClientWebSocket Socket => _socket;

    /// <summary>All frames so far.</summary>
    public IReadOnlyList<JsonNode> Got
    {
        get
        {
            lock (_got)
            {
                return [.. _got];
            }
        }
    }

    /// <summary>The committed events so far, without answers and aliases.</summary>
    public IReadOnlyList<JsonNode> Committed => [.. Got.Where(IsCommitted)];

    /// <param name="path">With its query.</param>
    /// <param name="token">Null for the core token.</param>
    /// <param name="reads">False: nothing is taken from the socket.</param>
    public static async Task<SocketProbe> ConnectAsync(TestCore core, CancellationToken cancellationToken, string path = "/ws", string? token = null, bool reads = true)
    {
        var probe = new SocketProbe(await OpenAsync(core, path, token ?? core.Token, cancellationToken));
        if (reads)
        {
            probe._reading = Task.Run(() => probe.ReadAsync(probe._leaving.Token), CancellationToken.None);
        }
        return probe;
    }

    private static async Task<ClientWebSocket> OpenAsync(TestCore core, string path, string token, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{core.Url.Port}{path}"), cancellationToken);
        return socket;
    }

    /// <summary>The status of a connection that must be refused.</summary>
    public static async Task<int> RefusedAsync(TestCore core, string path, CancellationToken cancellationToken, string? token = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token ?? core.Token}");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{core.Url.Port}{path}"), cancellationToken));
        return (int)socket.HttpStatusCode;
    }

    public Task SendAsync(string text, CancellationToken cancellationToken) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, cancellationToken);

    /// <summary>The next frame, in order of arrival, that is so; those before it are skipped.</summary>
    public async Task<JsonNode> NextAsync(Func<JsonNode, bool> isSo, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                await _arrival.WaitAsync(enough.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"It never came. What came: {string.Join('\n', Got.Select(frame => frame.ToJsonString()))}");
            }
            JsonNode next;
            lock (_got)
            {
                if (_taken == _got.Count)
                {
                    throw new InvalidOperationException($"The socket was closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
                }
                next = _got[_taken++];
            }
            if (isSo(next))
            {
                return next;
            }
        }
    }

    /// <summary>The next frame of this name.</summary>
    public Task<JsonNode> NextAsync(string name, CancellationToken cancellationToken) => NextAsync(frame => NameOf(frame) == name, cancellationToken);

    /// <summary>Sends, and waits for the answer to it.</summary>
    public async Task<JsonNode> AskAsync(string type, JsonObject? payload, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        await SendAsync(new JsonObject { ["type"] = type, ["id"] = id, ["payload"] = payload }.ToJsonString(), cancellationToken);
        return await NextAsync(frame => (string?)frame["reply_to"] == id, cancellationToken);
    }

    /// <summary>As <see cref="AskAsync"/>; what the question itself has caused may come before its answer, and is still to be taken.</summary>
    public async Task<JsonNode> AskFirstAsync(string type, JsonObject? payload, CancellationToken cancellationToken)
    {
        int before;
        lock (_got)
        {
            before = _taken;
        }
        var answer = await AskAsync(type, payload, cancellationToken);
        lock (_got)
        {
            _got.Remove(answer);
            _got.Insert(before, answer);
            var again = _taken - before - 1;
            _taken = before + 1;
            if (again > 0)
            {
                _arrival.Release(again);
            }
        }
        return answer;
    }

    /// <summary>How the server closed it.</summary>
    public async Task<WebSocketCloseStatus?> ClosedAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, cancellationToken);
        return _socket.CloseStatus;
    }

    public static bool IsCommitted(JsonNode frame) => (string?)frame["type"] == "event" && frame["reply_to"] is null && (long)frame["version"]! > 0;

    public static string NameOf(JsonNode frame) => (string?)frame["event"] ?? (string?)frame["type"] ?? "";

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _reading;
        _socket.Dispose();
        _leaving.Dispose();
        _arrival.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }
                message.Write(buffer, 0, received.Count);
                if (received.EndOfMessage)
                {
                    var frame = JsonNode.Parse(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length))!;
                    message.SetLength(0);
                    lock (_got)
                    {
                        _got.Add(frame);
                    }
                    _arrival.Release();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // Left, or cut.
        }
        finally
        {
            await message.DisposeAsync();
            // Wakes whoever waits for what will not come.
            _arrival.Release();
        }
    }
}
