using System.Net;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Access;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>A browser signs in by a link that works once, and out again.</summary>
public sealed class SigninEndpoints(AccessDesk desk, TimeProvider time)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(30);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/api/v1/signin/links", "A link that signs in one browser, once, within two minutes")
        {
            Scope = Scopes.Admin, Request = AccessJson.Default.MakeSigninLink, Response = AccessJson.Default.SigninLink, Status = StatusCodes.Status201Created,
        }, MakeAsync);
        routes.Add(new("GET", "/signin", "Redeems such a link: sets the cookie of this browser and leads to the web UI")
        {
            Scope = Scopes.None, ContentType = "text/html", Status = StatusCodes.Status303SeeOther, Query = [new("code", "From the link")],
        }, RedeemAsync);
        routes.Add(new("POST", "/api/v1/signout", "Signs this browser out: its token ends") { Scope = Scopes.Read, Status = StatusCodes.Status204NoContent }, SignOutAsync);
    }

    private async Task MakeAsync(HttpContext http)
    {
        var wanted = await http.ReadOrDefaultAsync(AccessJson.Default.MakeSigninLink);
        var address = AddressFor(http, wanted.Remote);
        if (desk.IsOpen)
        {
            await http.WriteAsync(new SigninLink(address + "/", time.GetUtcNow() + SigninLinks.Lifetime), AccessJson.Default.SigninLink, StatusCodes.Status201Created);
            return;
        }
        var (code, expires) = desk.Links.Make(Caller.Of(http));
        http.Response.Headers.CacheControl = "no-store";
        await http.WriteAsync(new SigninLink($"{address}/signin?code={code}", expires), AccessJson.Default.SigninLink, StatusCodes.Status201Created);
    }

    private async Task RedeemAsync(HttpContext http)
    {
        if (desk.Links.Redeem(http.QueryText("code") ?? "") is not { } maker)
        {
            desk.FailureLimit.Take(Caller.Of(http).Address);
            await Pages.WriteAsync(http, Pages.LinkIsOver, StatusCodes.Status403Forbidden);
            return;
        }
        var lifetime = maker.ExpiresAt is { } end && end - time.GetUtcNow() is var left && left < Lasts ? left : Lasts;
        // Not this request's own token: a browser that leaves now must not have used the link up for nothing.
        var (token, _) = await desk.Minted.MintAsync(
            new("browser", "web", maker.Scopes, maker.TokenId, maker.Name) { Lifetime = lifetime, Address = Caller.Of(http).Address }, CancellationToken.None);
        SigninCookie.Set(http, token, lifetime, RequestSource.Of(http, desk.Rules).IsHttps);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = "/";
    }

    private async Task SignOutAsync(HttpContext http)
    {
        if (Caller.Of(http) is { Name: "web", TokenId: { } id } caller)
        {
            await desk.Minted.RevokeAsync(id, caller, http.RequestAborted);
        }
        SigninCookie.Clear(http, RequestSource.Of(http, desk.Rules).IsHttps);
        await http.NoContent();
    }

    private string AddressFor(HttpContext http, bool isRemote)
    {
        if (http.Features.Get<InProcessConnection>() is not null)
        {
            throw new PryxException("SERVICE_UNAVAILABLE", "No Pryx is running that a browser could reach.", "start it with: pryx serve");
        }
        if (isRemote || Caller.Of(http).IsRemote)
        {
            return desk.Rules.Remote?.GetLeftPart(UriPartial.Authority)
                ?? (isRemote ? throw new PryxException("REMOTE_NOT_SET", "This Pryx has no address for other machines.", "pryx remote --url https://your.host") : $"http://{http.Request.Host}");
        }
        // By its address, not as localhost: cookies of a name go to every program that serves under it.
        return http.Connection.LocalIpAddress is { } local && !IPAddress.IsLoopback(local) ? $"http://{http.Request.Host}"
            : $"http://{(http.Connection.LocalIpAddress?.Equals(IPAddress.IPv6Loopback) == true ? "[::1]" : "127.0.0.1")}:{http.Connection.LocalPort}";
    }
}
