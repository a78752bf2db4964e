using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>A server on 127.0.0.2 that says "answer" to whatever comes and keeps it.</summary>
internal sealed class OneServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Parse("127.0.0.2"), 0);
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();
    private readonly Task _serving;

    public OneServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async Task<string> NextAsync() => await _seen.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            using (client)
            {
                var stream = client.GetStream();
                var text = await ReadAsync(stream);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer"u8.ToArray());
                client.Client.Shutdown(SocketShutdown.Send);
                _seen.Writer.TryWrite(text + await ReadRestAsync(stream));
            }
        }
    }

    // A head, and the body as far as it was declared.
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsWhole(text.ToString()) && await stream.ReadAsync(buffer) is > 0 and var count)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return text.ToString();
    }

    private static async Task<string> ReadRestAsync(NetworkStream stream)
    {
        var rest = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and var count)
            {
                rest.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // The proxy closed.
        }
        return rest.ToString();
    }

    private static bool IsWhole(string text) => text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end
        && (text.Contains("chunked", StringComparison.Ordinal) ? text.EndsWith("0\r\n\r\n", StringComparison.Ordinal) : !text.Contains("Content-Length: 4", StringComparison.Ordinal) || text.Length >= end + 8);
}
