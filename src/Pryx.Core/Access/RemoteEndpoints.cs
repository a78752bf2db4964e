using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Core.Storage;
using Pryx.Protocol.Access;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>
/// The one address under which a proxy on this machine shows Pryx to others. From it follow the Host and the Origin that are accepted,
/// and that the proxy's forwarding headers are believed; it holds from the next request on.
/// </summary>
/// <param name="readConfig">config.yaml as it is now.</param>
public sealed class RemoteEndpoints(AccessDesk desk, PryxPaths paths, Func<PryxConfig> readConfig, Database database)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/remote", "The address under which other machines reach this Pryx") { Response = AccessJson.Default.RemoteAddress },
            http => http.WriteAsync(Now(), AccessJson.Default.RemoteAddress));
        routes.Add(new("PUT", "/api/v1/remote", "Sets it (https, a host, no path) or, with null, takes it away; at once")
        {
            Scope = Scopes.Admin, Request = AccessJson.Default.RemoteAddress, Response = AccessJson.Default.RemoteAddress,
        }, SetAsync);
    }

    private async Task SetAsync(HttpContext http)
    {
        var wanted = await http.ReadAsync(AccessJson.Default.RemoteAddress);
        var url = wanted.Url is null ? null : RemoteUrl.Parse(wanted.Url)
            ?? throw new PryxException("VALIDATION_ERROR", "url: https://host is expected, without a path", "a browser's sign-in travels there, so it is never plain http");
        if (url is not null && desk.IsOpen)
        {
            throw new PryxException("CONFLICT", "Authentication is off: everybody who finds the address could do everything.", "start it again without --no-auth");
        }
        var text = url?.GetLeftPart(UriPartial.Authority) ?? "";
        await new ConfigWriter(paths, database.Time).SetAsync("remote_url", text, http.RequestAborted);
        desk.ReadAgain(readConfig());
        var caller = Caller.Of(http);
        await database.WriteAsync(
            connection => AuditLog.Append(connection, new(text.Length > 0 ? "remote.set" : "remote.cleared", "config", "remote_url", caller.Name, $$"""{"url":"{{text}}","address":"{{caller.Address}}"}""", "ok"), database.Time),
            CancellationToken.None);
        await http.WriteAsync(Now(), AccessJson.Default.RemoteAddress);
    }

    private RemoteAddress Now() => new(desk.Rules.Remote?.GetLeftPart(UriPartial.Authority));
}
