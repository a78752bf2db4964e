using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pryx.Bench.Gateway;

/// <summary>Very many requests at once, by sockets and bytes made beforehand: the client must not be what is slow.</summary>
internal sealed class PostStorm(RunningCore core, CancellationToken cancellationToken)
{
    /// <summary>The 95th percentile of write to answer in milliseconds; every answer must be a 202.</summary>
    public async Task<double> RunAsync(int count)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        await using var feed = await Feed.OpenAsync(core, $"?session_id={session}&event=turn.completed", cancellationToken);
        // The turn that takes them all: it is still thinking while they come.
        await core.SendAsync(session, GatewayScript.Slow, cancellationToken);
        var body = """{"content":"slow"}""";
        var request = Encoding.ASCII.GetBytes(
            $"POST /api/v1/sessions/{session}/messages HTTP/1.1\r\nHost: 127.0.0.1:{core.Port}\r\nAuthorization: Bearer {core.Token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, core.Port), cancellationToken);
                sockets.Add(socket);
            }
            var times = await Task.WhenAll(sockets.Select(socket => PostAsync(socket, request)));
            await feed.WaitAsync(cancellationToken, "turn.completed");
            return Clock.Percentile(times, 0.95);
        }
        finally
        {
            foreach (var socket in sockets)
            {
                socket.Dispose();
            }
        }
    }

    private async Task<double> PostAsync(Socket socket, byte[] request)
    {
        var buffer = new byte[4096];
        var started = Clock.Now;
        await socket.SendAsync(request, cancellationToken);
        var count = await socket.ReceiveAsync(buffer, cancellationToken);
        var took = Clock.MillisecondsSince(started);
        var answer = Encoding.ASCII.GetString(buffer, 0, count);
        return answer.StartsWith("HTTP/1.1 202", StringComparison.Ordinal) ? took : throw new InvalidOperationException($"A message of the storm was answered: {answer}");
    }
}
