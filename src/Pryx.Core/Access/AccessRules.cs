using System.Net;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;

namespace Pryx.Core.Access;

/// <summary>
/// Under which names this gateway may be called and from which pages: its own loopback names, the address of <c>pryx remote</c>
/// (<c>remote_url</c>), and what <c>allowed_hosts</c>, <c>allowed_origins</c> and <c>websocket_allowed_origins</c> add.
/// </summary>
public sealed class AccessRules
{
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;
    private readonly HashSet<string> _socketOrigins;

    private AccessRules(Uri? remote, HashSet<string> hosts, HashSet<string> origins, HashSet<string> socketOrigins) =>
        (Remote, _hosts, _origins, _socketOrigins) = (remote, hosts, origins, socketOrigins);

    /// <summary>Where a proxy on this machine shows the gateway to others; null: nowhere, and no forwarding header is believed.</summary>
    public Uri? Remote { get; }

    /// <param name="onWarning">Told of entries that can not be used.</param>
    public static AccessRules From(PryxConfig config, Action<string> onWarning)
    {
        var remote = config.Text("remote_url") is { Length: > 0 } text ? RemoteUrl.Parse(text) : null;
        if (remote is null && config.IsSet("remote_url") && config.Text("remote_url").Length > 0)
        {
            onWarning("remote_url must be https://host; it was ignored.");
        }
        var origins = Origins(config, "allowed_origins", onWarning);
        var socketOrigins = Origins(config, "websocket_allowed_origins", onWarning);
        return new(remote, new(config.List("allowed_hosts"), StringComparer.OrdinalIgnoreCase), origins, socketOrigins.Count > 0 ? socketOrigins : origins);
    }

    /// <param name="host">Of the request: any other name is somebody's that was pointed at this machine (DNS rebinding).</param>
    public bool AcceptsHost(HostString host, ConnectionInfo connection)
    {
        var name = host.Host.Trim('[', ']');
        var port = host.Port ?? 80;
        if (name.Length == 0)
        {
            return false;
        }
        if (port == connection.LocalPort && (name is "127.0.0.1" or "::1" || name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IsAddressOf(name, connection.LocalIpAddress)))
        {
            return true;
        }
        return IsRemote(host, connection.LocalPort) || _hosts.Contains(host.Value!) || _hosts.Contains(host.Host);
    }

    /// <summary>The name is the one of <see cref="Remote"/>; proxies pass it on with its port, with ours or with none.</summary>
    public bool IsRemote(HostString host, int localPort) => Remote is not null && host.Host.Equals(Remote.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is not { } port || port == Remote.Port || port == localPort);

    /// <param name="own">Of the address that was called.</param>
    public bool AcceptsOrigin(string origin, string own, bool isWebSocket) => origin.Equals(own, StringComparison.OrdinalIgnoreCase)
        || (Remote is not null && origin.Equals(Remote.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase))
        || (isWebSocket ? _socketOrigins : _origins).Contains(origin);

    // An address can not be rebound, a name can.
    private static bool IsAddressOf(string name, IPAddress? local) => local is not null && IPAddress.TryParse(name, out var address)
        && address.Equals(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);

    private static HashSet<string> Origins(PryxConfig config, string key, Action<string> onWarning)
    {
        var origins = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in config.List(key))
        {
            var origin = entry.TrimEnd('/');
            if (origin.Contains('*', StringComparison.Ordinal) || !origin.Contains("://", StringComparison.Ordinal))
            {
                onWarning($"{key}: '{entry}' is no origin such as https://app.example.org; it was ignored.");
                continue;
            }
            origins.Add(origin);
        }
        return origins;
    }
}
