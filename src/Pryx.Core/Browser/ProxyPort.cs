using System.Net;
using System.Net.Sockets;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Browser;

/// <summary>A port of this machine's loopback that leads to the judging proxy, for a browser that can not be given its socket.</summary>
internal sealed class ProxyPort : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;

    public ProxyPort(string socketPath)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        _accepting = AcceptAsync(new UnixDomainSocketEndPoint(socketPath));
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync(UnixDomainSocketEndPoint proxy)
    {
        var token = _closing.Token;
        while (true)
        {
            try
            {
                _ = PassAsync(await _listener.AcceptAsync(token), proxy, token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task PassAsync(Socket client, UnixDomainSocketEndPoint proxy, CancellationToken cancellationToken)
    {
        using (client)
        using (var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            try
            {
                await server.ConnectAsync(proxy, cancellationToken);
                await SocketPipe.JoinAsync(client, server, cancellationToken);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // One side is gone.
            }
        }
    }
}
