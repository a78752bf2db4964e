using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;

namespace Pryx.Core.OAuth;

/// <summary><c>/api/v1/providers/{id}/oauth</c>: signing in to a provider with an account, for the command and for pages in a browser. Codes and tokens never come out.</summary>
/// <param name="onSignedIn">Told the provider: it belongs to the configured ones now.</param>
public sealed class OAuthEndpoints(OAuthDesk desk, OAuthApps apps, Func<string, Task> onSignedIn, AuditLog audit)
{
    private const string Path = "/api/v1/providers/{id}/oauth";
    private const int LongestWait = 30;

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", Path, "Begins to sign in: gives the address to open in a browser on this machine, or with device the code to type elsewhere; it ends by itself after 5 minutes")
        { Scope = Scopes.Admin, Request = ProvidersJson.Default.StartSignin, Response = ProvidersJson.Default.SigninStarted }, StartAsync);
        routes.Add(new("GET", Path, "Whether one is signed in, and how an attempt stands: none, pending, signed_in, failed or ended")
        { Query = [new("wait", $"Seconds to wait for the end of an attempt, up to {LongestWait}", "integer")], Response = ProvidersJson.Default.SigninState }, StateAsync);
        routes.Add(new("DELETE", Path, "Gives up the attempt that is going on; an account that is signed in stays so") { Scope = Scopes.Admin, Status = 204 }, StopAsync);
    }

    private async Task StartAsync(HttpContext http)
    {
        var (id, caller) = (IdOf(http), $"{http.Surface()}:{Caller.Of(http).Name}");
        var request = await http.ReadOrDefaultAsync(ProvidersJson.Default.StartSignin, static () => new StartSignin());
        var started = await desk.StartAsync(id, request, async () =>
        {
            await audit.AppendAsync(new("provider.signed_in", "provider", id, caller, "{}", "ok"), CancellationToken.None);
            await onSignedIn(id);
        }, http.RequestAborted);
        await http.WriteAsync(started, ProvidersJson.Default.SigninStarted);
    }

    private async Task StateAsync(HttpContext http)
    {
        using var leaving = http.Leaving();
        await http.WriteAsync(await desk.StateAsync(IdOf(http), TimeSpan.FromSeconds(http.QueryNumber("wait", 0, 0, LongestWait)), leaving.Token), ProvidersJson.Default.SigninState);
    }

    private async Task StopAsync(HttpContext http)
    {
        await desk.StopAsync(IdOf(http), http.RequestAborted);
        await http.NoContent();
    }

    private string IdOf(HttpContext http)
    {
        var id = http.RouteText("id");
        return !ProviderIds.IsValid(id) ? throw new PryxException("PROVIDER_INVALID", "invalid provider id")
            : apps.Supports(id) ? id
            : throw new PryxException("OAUTH_UNSUPPORTED", $"Provider '{id}' does not support OAuth.", $"use an API key: pryx provider set-key {id}");
    }
}
