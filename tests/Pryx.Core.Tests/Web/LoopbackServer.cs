using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pryx.Core.Tests.Web;

/// <summary>Real sockets on loopback that say exactly the bytes a test wants, and keep what they were asked.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly Task _loop;

    /// <param name="answer">Gets the head of the request and the stream to answer on; the connection is closed afterwards.</param>
    public LoopbackServer(Func<string, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>Answers every path from a table; what is missing is 404.</summary>
    public static LoopbackServer With(IReadOnlyDictionary<string, string> answers) => new(async (head, stream, cancellationToken) =>
    {
        var path = head.Split(' ')[1];
        var text = answers.GetValueOrDefault(path) ?? "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\nnothing here";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    });

    public static string Page(string body, string type = "text/html; charset=utf-8") => $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nConnection: close\r\n\r\n{body}";

    public static string Redirect(string to, int status = 302) => $"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public List<string> Heads { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException || (e is InvalidOperationException && _end.IsCancellationRequested))
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _end.Token) == 1)
                {
                    head.Append((char)buffer[0]);
                }
                var length = head.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
                if (length is not null)
                {
                    var body = new byte[int.Parse(length["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture)];
                    await stream.ReadExactlyAsync(body, _end.Token);
                    head.Append(Encoding.UTF8.GetString(body));
                }
                lock (Heads)
                {
                    Heads.Add(head.ToString());
                }
                await _answer(head.ToString(), stream, _end.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client left, as some tests want it to.
            }
        }
    }
}
