using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>Stands before every route: was it sent to us, from a page that may, by whom, and may they.</summary>
/// <remarks>With <c>--no-auth</c> everybody is let in, but Host and Origin are still looked at.</remarks>
public sealed class AccessCheck(RequestDelegate next, AccessDesk desk)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var rules = desk.Rules;
        var source = RequestSource.Of(http, rules);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        // Inside the process there is no name to be fooled by.
        if (source.Address != RequestSource.InProcess && !rules.AcceptsHost(http.Request.Host, http.Connection))
        {
            throw new PryxException("HOST_REFUSED", "This Pryx is not called by that name.", "call it as 127.0.0.1, or name the host in config.yaml: allowed_hosts");
        }
        if (CrossOrigin.Check(http, rules, source))
        {
            return;
        }
        if (http.Request.Path == "/health" && http.Request.Headers[TokenProof.Challenge] is [{ Length: > 0 and <= 64 } challenge])
        {
            http.Response.Headers[TokenProof.Proof] = desk.Token.Prove(challenge, http.Request.Host.Value ?? "");
        }
        var needed = http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>()?.Scope ?? Scopes.Read;
        var caller = (desk.IsOpen ? Caller.Anyone : await IdentifyAsync(http, source, needed)) with { Address = source.Address, IsRemote = source.IsRemote };
        caller.Attach(http);
        if (source.IsRemote)
        {
            (caller.Scopes == Scopes.None ? desk.StrangerLimit : desk.GuestLimit).Take(source.Address);
        }
        if (needed != Scopes.None && caller.Scopes == Scopes.None)
        {
            // Only those who fail are counted, so nobody can lock out those who do not.
            desk.FailureLimit.Take(source.Address);
            throw new PryxException("UNAUTHORIZED", "This needs the token of this Pryx.", "pryx api calls a route with it; pryx ui signs a browser in");
        }
        if (!caller.May(needed))
        {
            throw new PryxException("SCOPE_MISSING", $"This token may not do that: it needs the scope {needed.Text()}.");
        }
        if (caller.Revoked.CanBeCanceled && CrossOrigin.IsLasting(http))
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, caller.Revoked);
            http.RequestAborted = either.Token;
            await next(http);
            return;
        }
        await next(http);
    }

    private async Task<Caller> IdentifyAsync(HttpContext http, RequestSource source, Scopes needed)
    {
        if (http.Request.Headers.Authorization is [{ Length: > 0 } header, ..] authorizations)
        {
            return authorizations.Count == 1 && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? await desk.FindAsync(header[7..].Trim(), http.RequestAborted) : Caller.Nobody;
        }
        if (http.Request.Cookies.TryGetValue(SigninCookie.Name, out var cookie))
        {
            return CrossOrigin.MayUseCookie(http) ? await desk.FindByCookieAsync(cookie, http.RequestAborted)
                : needed == Scopes.None ? Caller.Nobody
                : throw new PryxException("ORIGIN_REFUSED", "The sign-in of this browser counts only for the pages of this Pryx.");
        }
        return source.Address == RequestSource.InProcess ? new Caller("core", Scopes.All) { Revoked = desk.Token.Revoked } : Caller.Nobody;
    }
}
