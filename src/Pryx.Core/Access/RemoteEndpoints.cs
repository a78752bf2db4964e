using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol.Access;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>
/// The one address under which a proxy on this machine shows Pryx to others. From it follow the Host and the Origin that are accepted,
/// and that the proxy's forwarding headers are believed; it holds from the next request on.
/// </summary>
/// <param name="reload">Has the configuration read again.</param>
public sealed class RemoteEndpoints(AccessDesk desk, ConfigWriter writer, Action reload, AuditLog audit)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/remote", "The address under which other machines reach this Pryx") { Response = AccessJson.Default.RemoteAddress },
            http => http.WriteAsync(Now(), AccessJson.Default.RemoteAddress));
        routes.Add(new("PUT", "/api/v1/remote", "Sets it (https, a host, no path) or, with null, takes it away; at once. Only with the core token")
        {
            Scope = Scopes.Admin, Request = AccessJson.Default.RemoteAddress, Response = AccessJson.Default.RemoteAddress,
        }, SetAsync);
    }

    private async Task SetAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var wanted = await http.ReadAsync(AccessJson.Default.RemoteAddress);
        // Who opens this machine to others has its shell.
        if (caller.TokenId is not null)
        {
            throw new PryxException("CONFIG_LOCAL_ONLY", "The address for other machines is set on this machine alone.", "pryx remote --url https://your.host");
        }
        var url = wanted.Url is null ? null : RemoteUrl.Parse(wanted.Url)
            ?? throw new PryxException("VALIDATION_ERROR", "url: https://host is expected, without a path", "a browser's sign-in travels there, so it is never plain http");
        if (url is not null && desk.IsOpen)
        {
            throw new PryxException("CONFLICT", "Authentication is off: everybody who finds the address could do everything.", "start it again without --no-auth");
        }
        var text = url?.GetLeftPart(UriPartial.Authority) ?? "";
        await writer.SetAsync("remote_url", text, http.RequestAborted);
        reload();
        await audit.AppendAsync(
            new(text.Length > 0 ? "remote.set" : "remote.cleared", "config", "remote_url", caller.Name, $$"""{"url":"{{text}}","address":"{{caller.Address}}"}""", "ok"), CancellationToken.None);
        await http.WriteAsync(Now(), AccessJson.Default.RemoteAddress);
    }

    private RemoteAddress Now() => new(desk.Rules.Remote?.GetLeftPart(UriPartial.Authority));
}
