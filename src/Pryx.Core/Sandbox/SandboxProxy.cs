using Pryx.Agent.Policy;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Network;

namespace Pryx.Core.Sandbox;

/// <summary>What the proxy may be told, by tests only; the defaults are the safe ones.</summary>
public sealed record SandboxNetworkOptions
{
    /// <summary>Judges every address that is connected to.</summary>
    public Func<IPAddress, bool> IsAllowed { get; init; } = PublicAddress.IsPublic;
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>True where no person answers, and what is refused now may be allowed later: a host that was refused is asked about each time.</summary>
    public bool ForgetsRefusals { get; init; }
}

/// <summary>
/// The only way out of one sandbox: an HTTP proxy on a Unix socket. A host is judged by its name before that name is looked up, for
/// looking it up would already tell its owner something; then by its addresses. What leaves through an allowed host is not read:
/// inside TLS a client may name another host to the same server.
/// </summary>
public sealed class SandboxProxy : IAsyncDisposable
{
    private const int MaxConnections = 256;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(30), ConnectTime = TimeSpan.FromSeconds(30);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _refused = new();
    private readonly SemaphoreSlim _room = new(MaxConnections, MaxConnections);
    private readonly HostGrants _grants;
    private readonly SandboxMode _mode;
    private readonly SandboxNetworkOptions _options;
    private readonly Task _accepting;

    private SandboxProxy(string path, SandboxMode mode, SandboxNetworkOptions options)
    {
        (SocketPath, _mode, _options) = (path, mode, options);
        _grants = new HostGrants(mode.Hosts);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(128);
        _accepting = AcceptAsync();
    }

    public string SocketPath { get; }

    /// <summary>Hosts that were refused, in order.</summary>
    public IReadOnlyList<string> Refused => [.. _refused];

    /// <param name="path">Short enough for a Unix socket (107 bytes), in a private folder.</param>
    /// <exception cref="FormatException">A host of the mode can not be read.</exception>
    /// <exception cref="SocketException">It can not listen there.</exception>
    public static SandboxProxy Start(string path, SandboxMode mode, SandboxNetworkOptions options) => new(path, mode, options);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        File.Delete(SocketPath);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var token = _closing.Token;
        while (true)
        {
            Socket client;
            try
            {
                await _room.WaitAsync(token).ConfigureAwait(false);
                client = await _listener.AcceptAsync(token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = ServeAsync(client, token);
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                await AnswerAsync(client, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or TimeoutException)
            {
                // One side is gone, or the command is.
            }
            finally
            {
                _room.Release();
            }
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken cancellationToken)
    {
        var reader = new SocketReader(client);
        var head = await reader.ReadHeadAsync(ProxyRequest.MaxHead, cancellationToken).WaitAsync(HeadTime, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        if (head is null)
        {
            return;
        }
        if (ProxyRequest.Read(head, out var why) is not { } request)
        {
            await RefuseAsync(client, 400, $"Refused: {why}.", cancellationToken).ConfigureAwait(false);
            return;
        }
        var wanted = new HostRequest(request.Host.Text, request.Port);
        if (await WhyNotAsync(wanted, request.Host, cancellationToken).ConfigureAwait(false) is { } reason)
        {
            _refused.Enqueue(wanted.Target);
            await RefuseAsync(client, 403, reason, cancellationToken).ConfigureAwait(false);
            return;
        }
        Socket server;
        try
        {
            using var limit = new CancellationTokenSource(ConnectTime, TimeProvider.System);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            server = await GuardedConnection.OpenAsync(request.Host.Text, request.Port, _options.IsAllowed, _options.Resolve, both.Token).ConfigureAwait(false);
        }
        catch (AddressRefusedException e)
        {
            _refused.Enqueue(wanted.Target);
            await RefuseAsync(client, 403, e.Message, cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await RefuseAsync(client, 502, $"{wanted.Target} can not be reached: {(e is SocketException ? e.Message : "no answer in time")}", cancellationToken).ConfigureAwait(false);
            return;
        }
        using (server)
        {
            if (request.IsTunnel)
            {
                await SendAsync(client, "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
                await SendAsync(server, reader.TakeRest(), cancellationToken).ConfigureAwait(false);
                await SocketPipe.JoinAsync(client, server, cancellationToken).ConfigureAwait(false);
                return;
            }
            await SendAsync(server, request.Head, cancellationToken).ConfigureAwait(false);
            // Only this request's body: what else the client sends would be a request that nobody has judged.
            var body = request.BodyLength is { } length ? reader.CopyAsync(server, length, cancellationToken) : reader.CopyChunksAsync(server, cancellationToken);
            var answer = SocketReader.DrainAsync(server, client, cancellationToken);
            // A server may answer before it has read everything; a body that breaks off gets no answer.
            await (await Task.WhenAny(body, answer).ConfigureAwait(false)).ConfigureAwait(false);
            await answer.ConfigureAwait(false);
        }
    }

    /// <returns>Null when the host may be reached.</returns>
    private async Task<string?> WhyNotAsync(HostRequest wanted, HostName host, CancellationToken cancellationToken)
    {
        // Nobody is asked about an address that is refused anyway.
        if (host.Address is { } address && !_options.IsAllowed(address))
        {
            return $"{wanted.Target} is not on the public internet; private, local and metadata addresses are refused.";
        }
        if (_grants.Cover(wanted.Target))
        {
            return null;
        }
        var refusal = $"The host {wanted.Target} is not allowed in this sandbox. To allow it, tell the user which host is needed and why; they can grant it ({wanted.Target}, or '{NamedHosts.Registries}' for package registries).";
        if (_mode.AskHostAsync is not { } askAsync)
        {
            return refusal;
        }
        // Ten connections to one host are one question.
        var answer = _answers.GetOrAdd(wanted.Target, _ => new(() => askAsync(wanted, _closing.Token)));
        if (await answer.Value.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }
        if (_options.ForgetsRefusals)
        {
            _answers.TryRemove(wanted.Target, out _);
        }
        return refusal;
    }

    private static Task RefuseAsync(Socket client, int status, string text, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes($"pryx: {text}\n");
        var reason = status switch { 400 => "Bad Request", 403 => "Forbidden", _ => "Bad Gateway" };
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        return SendAsync(client, (byte[])[.. head, .. body], cancellationToken);
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
        }
    }
}
