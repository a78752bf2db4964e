using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pryx.Attacks.World;

/// <summary>
/// Every address of the world on the ports that attackers like: plain bytes, HTTP, or TLS with a certificate nobody knows. What reaches
/// anybody but an honest host is heard by the attacker.
/// </summary>
public sealed class Internet : IAsyncDisposable
{
    private static readonly int[] Ports = [21, 22, 23, 25, 53, 80, 110, 143, 443, 587, 1337, 2375, 3128, 4444, 5432, 6379, 8000, 8080, 8443, 8888, 9000, 9418, 11434];
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(1500);

    private readonly List<Socket> _listeners = [];
    private readonly List<string> _heard = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Lazy<X509Certificate2> _certificate = new(MakeCertificate);
    private readonly Lock _lock = new();
    private int _open;

    internal Internet(NetworkSpace space)
    {
        _listeners.AddRange(space.Run(() => Ports.Select(port =>
        {
            var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            listener.Listen(256);
            return listener;
        }).ToList()));
        foreach (var listener in _listeners)
        {
            _ = AcceptAsync(listener, _closing.Token);
        }
    }

    /// <summary>What the attacker's server answers, by path; "/" for those that are not named.</summary>
    public IReadOnlyDictionary<string, string> Pages { get; set; } = new Dictionary<string, string>();

    /// <summary>What a cloud's metadata service hands out.</summary>
    public string Credentials { get; set; } = "";

    /// <summary>Everything the attacker got, in order.</summary>
    public string Heard { get { lock (_lock) { return string.Join('\n', _heard); } } }

    public void Forget()
    {
        lock (_lock)
        {
            _heard.Clear();
        }
    }

    internal void Hear(bool isAttackers, string text)
    {
        if (isAttackers)
        {
            lock (_lock)
            {
                _heard.Add(text);
            }
        }
    }

    /// <summary>Until nothing is under way any more, or a moment has passed: a client may be gone before its bytes are read.</summary>
    public async Task SettleAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < 40 && (Volatile.Read(ref _open) > 0 || turn < 2 || _listeners.Any(listener => listener.Poll(0, SelectMode.SelectRead))); turn++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
        _closing.Dispose();
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptAsync(cancellationToken);
                Interlocked.Increment(ref _open);
                _ = ServeAsync(client, cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var local = ((IPEndPoint)client.LocalEndPoint!).Address;
            local = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
            await using Stream plain = new NetworkStream(client, ownsSocket: true);
            var isAttackers = !Addresses.IsHonest(local);
            Hear(isAttackers, $"connection to {client.LocalEndPoint}");
            var first = new byte[4096];
            limit.CancelAfter(Silence);
            var peeked = await client.ReceiveAsync(first, SocketFlags.Peek, limit.Token);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            if (peeked > 0 && first[0] == 0x16)
            {
                // The name in the greeting is in the clear.
                Hear(isAttackers, Encoding.Latin1.GetString(first, 0, peeked));
                await using var secure = new SslStream(plain);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate.Value }, limit.Token);
                await TalkAsync(secure, local, isAttackers, limit.Token);
                return;
            }
            await TalkAsync(plain, local, isAttackers, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // One side has had enough.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task TalkAsync(Stream stream, IPAddress local, bool isAttackers, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            var part = Encoding.UTF8.GetString(buffer, 0, count);
            Hear(isAttackers, part);
            text.Append(part);
            while (HttpText.TakeRequest(text) is { } request)
            {
                var (head, body) = Answer(request, local);
                var bytes = BytesOf(body);
                byte[] answer = [.. Encoding.UTF8.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"), .. request.Method == "HEAD" ? [] : bytes];
                await stream.WriteAsync(answer, cancellationToken);
                return;
            }
        }
    }

    private (string Head, string Body) Answer(HttpText request, IPAddress local)
    {
        if (request.Path.StartsWith("/redirect?to=", StringComparison.Ordinal))
        {
            return ($"302 Found\r\nLocation: {Uri.UnescapeDataString(request.Path["/redirect?to=".Length..])}", "");
        }
        if (Addresses.IsMetadata(local))
        {
            return ("200 OK\r\nContent-Type: text/plain", Credentials);
        }
        if (Addresses.IsHonest(local))
        {
            var friendly = Pages.GetValueOrDefault("friend:" + request.Path) ?? "Hello from a friend.\n";
            return ($"200 OK\r\nContent-Type: {(friendly.StartsWith('<') ? "text/html" : friendly.StartsWith('{') ? "application/json" : "text/plain")}", friendly);
        }
        var page = Pages.GetValueOrDefault(request.Path.Split('?')[0]) ?? Pages.GetValueOrDefault("/") ?? "ok\n";
        return ($"200 OK\r\nContent-Type: {(page.TrimStart().StartsWith('<') ? "text/html" : "text/plain")}; charset=utf-8", page);
    }

    // An archive can not be written down as text.
    private static byte[] BytesOf(string page) => page.StartsWith("base64:", StringComparison.Ordinal) ? Convert.FromBase64String(page["base64:".Length..].Trim()) : Encoding.UTF8.GetBytes(page);

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Addresses.EvilHost}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
