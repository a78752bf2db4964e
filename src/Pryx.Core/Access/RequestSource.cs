using System.Net;
using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Access;

/// <summary>
/// Where a request comes from and which address it was sent to. Forwarding headers count only when <c>remote_url</c> is set and the
/// connection is from this machine: there the proxy stands.
/// </summary>
/// <param name="Address">The client's, for limits and the audit log.</param>
/// <param name="IsRemote">From another machine, if only through the proxy.</param>
/// <param name="Origin">Of the address that was called: scheme, host, port.</param>
internal sealed record RequestSource(string Address, bool IsRemote, bool IsHttps, string Origin)
{
    public const string InProcess = "in-process";

    public static RequestSource Of(HttpContext http, AccessRules rules)
    {
        var host = http.Request.Host;
        if (http.Features.Get<InProcessConnection>() is not null)
        {
            return new(InProcess, false, false, $"http://{host}");
        }
        if (http.Connection.RemoteIpAddress is not { } client || !IPAddress.IsLoopback(client))
        {
            return new(http.Connection.RemoteIpAddress is { } known ? NameOf(known) : "unknown", true, http.Request.IsHttps, $"{http.Request.Scheme}://{host}");
        }
        var forwardedFor = Last(http, "X-Forwarded-For");
        var isNamedRemote = rules.IsRemote(host, http.Connection.LocalPort);
        if (rules.Remote is null || (forwardedFor is null && !isNamedRemote))
        {
            return new(NameOf(client), false, http.Request.IsHttps, $"{http.Request.Scheme}://{host}");
        }
        // The last entry is the proxy's own; those before it are whatever the client wrote.
        var address = forwardedFor is not null && IPEndPoint.TryParse(forwardedFor, out var endpoint) ? NameOf(endpoint.Address) : "behind-proxy";
        var scheme = Last(http, "X-Forwarded-Proto") ?? (isNamedRemote ? rules.Remote.Scheme : http.Request.Scheme);
        return new(address, true, scheme == "https", isNamedRemote ? rules.Remote.GetLeftPart(UriPartial.Authority) : $"{scheme}://{host}");
    }

    private static string? Last(HttpContext http, string header)
    {
        var values = http.Request.Headers[header];
        var last = values.Count == 0 ? null : values[^1];
        last = last?[(last.LastIndexOf(',') + 1)..].Trim();
        return last is { Length: > 0 } ? last : null;
    }

    // One client has a whole /64 of IPv6.
    private static string NameOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
