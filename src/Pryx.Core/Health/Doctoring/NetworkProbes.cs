using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pryx.Core.Health.Doctoring;

/// <summary>The way out of this machine, and the port by which others on it come in.</summary>
public static class NetworkProbes
{
    private static readonly string[] Variables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="environment">By name.</param>
    public static DoctorProbe Network(Func<string, string?> environment, TimeProvider time) => new("network", async cancellationToken =>
    {
        var proxies = Variables.Where(name => environment(name) is { Length: > 0 }).ToList();
        if (proxies.Count == 0)
        {
            return NetworkInterface.GetIsNetworkAvailable()
                ? DoctorWord.Ok("network", "direct, no proxy is set")
                : DoctorWord.Warn("network", "this machine has no network: only models on it can answer", "connect it, or: pryx setup --provider ollama");
        }
        foreach (var name in proxies)
        {
            if (await WhyNotAsync(environment(name)!, time, cancellationToken) is { } why)
            {
                return DoctorWord.Fail("network", $"the proxy that {name} names {why}: nobody beyond this machine can be asked", $"unset {name}, or set it to a proxy that works");
            }
        }
        return DoctorWord.Ok("network", $"through the proxy of {string.Join(", ", proxies)}, which answers; what happens on this machine never goes through it");
    });

    /// <param name="endpoint">Where a daemon is to listen; port 0 for any.</param>
    /// <param name="isOwn">The daemon that looks has it already.</param>
    public static DoctorProbe Port(Func<IPEndPoint> endpoint, bool isOwn) => DoctorProbe.Of("port", () =>
    {
        var wanted = endpoint();
        if (isOwn)
        {
            return DoctorWord.Ok("port", "this Pryx listens");
        }
        if (wanted.Port == 0)
        {
            return DoctorWord.Ok("port", "any free one (listen_addr is :0)");
        }
        using var socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As a server binds: what has just closed its connections is no other program.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            socket.Bind(wanted);
            socket.Listen(1);
            return DoctorWord.Ok("port", string.Create(CultureInfo.InvariantCulture, $"{wanted} is free"));
        }
        catch (SocketException e)
        {
            return DoctorWord.Fail("port", e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? string.Create(CultureInfo.InvariantCulture, $"port {wanted.Port} is in use by another program: pryx serve could not start")
                : string.Create(CultureInfo.InvariantCulture, $"{wanted} can not be listened on ({e.SocketErrorCode}): pryx serve could not start"), "pryx config set listen_addr :0");
        }
    });

    /// <returns>Null when it takes connections.</returns>
    private static async Task<string?> WhyNotAsync(string proxy, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(proxy.Contains("://", StringComparison.Ordinal) ? proxy : $"http://{proxy}", UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            return "is no address";
        }
        // Never with the password that may stand in it.
        var place = string.Create(CultureInfo.InvariantCulture, $"{url.Host}:{url.Port}");
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(url.Host, url.Port, either.Token);
            return null;
        }
        catch (SocketException e)
        {
            return $"({place}) takes no connection ({e.SocketErrorCode})";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return $"({place}) does not answer";
        }
    }
}
