using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Access;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>Tokens for programs: minted, listed, revoked; and the core token rotated.</summary>
public sealed class TokenEndpoints(AccessDesk desk, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/tokens", "The minted tokens in force, newest first; never the tokens themselves") { Scope = Scopes.Admin, Response = AccessJson.Default.AccessTokenList }, ListAsync);
        routes.Add(new("POST", "/api/v1/tokens", "Mints a token with at most the caller's scopes and lifetime; it ends with the token that minted it. Shown this once")
        {
            Scope = Scopes.Read, Request = AccessJson.Default.MintToken, Response = AccessJson.Default.MintedToken, Status = StatusCodes.Status201Created,
        }, MintAsync);
        routes.Add(new("DELETE", "/api/v1/tokens/{id}", "Ends a token and those it minted, at once: the caller's own, with admin any")
        {
            Scope = Scopes.Read, Status = StatusCodes.Status204NoContent,
        }, RevokeAsync);
        routes.Add(new("POST", "/api/v1/tokens/rotate", "Puts a new core token in place of the old one, which opens nothing from then on, open streams included")
        {
            Scope = Scopes.Admin, Request = AccessJson.Default.RotateToken, Response = AccessJson.Default.RotatedToken,
        }, RotateAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var tokens = await desk.Minted.ListAsync(http.RequestAborted);
        await http.WriteAsync(new AccessTokenList([.. tokens.Select(Shown)]), AccessJson.Default.AccessTokenList);
    }

    private async Task MintAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var wanted = await http.ReadAsync(AccessJson.Default.MintToken);
        if (wanted.Name.Length is 0 or > 64 || !wanted.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '-' or '_'))
        {
            throw new PryxException("VALIDATION_ERROR", "name: 1 to 64 letters, digits, blanks, dots, dashes or underscores");
        }
        if (wanted.ExpiresIn is { } seconds && (seconds < 1 || seconds > Longest.TotalSeconds))
        {
            throw new PryxException("VALIDATION_ERROR", $"expires_in: 1 to {Longest.TotalSeconds:0} seconds");
        }
        var scopes = wanted.Scopes is { Count: > 0 } names ? ScopeNames.Parse(names) : Scopes.Read;
        if (!caller.May(scopes))
        {
            throw new PryxException("SCOPE_MISSING", $"A token mints no more than it has: {caller.Scopes.Text()}.");
        }
        if (desk.IsOpen)
        {
            throw new PryxException("CONFLICT", "Authentication is off, and a token would outlive that.", "start it again without --no-auth");
        }
        var (value, token) = await desk.Minted.MintAsync(
            new(wanted.Name, "token", scopes, caller.TokenId, caller.Name) { Lifetime = Lifetime(wanted, caller), Address = caller.Address }, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        await http.WriteAsync(new MintedToken(value, Shown(token)), AccessJson.Default.MintedToken, StatusCodes.Status201Created);
    }

    private async Task RevokeAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var id = http.RouteText("id");
        // Who may not see the others is not told which there are.
        if (!caller.May(Scopes.Admin) && caller.TokenId != id)
        {
            throw new PryxException("SCOPE_MISSING", "A token may end itself; to end others it needs the scope admin.");
        }
        if (!await desk.Minted.RevokeAsync(id, caller, http.RequestAborted))
        {
            throw new PryxException("TOKEN_NOT_FOUND", "There is no such token in force.", "pryx token list shows those there are");
        }
        await http.NoContent();
    }

    private async Task RotateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var wanted = await http.ReadOrDefaultAsync(AccessJson.Default.RotateToken);
        desk.Token.Rotate();
        var ended = await desk.Minted.RotatedAsync(wanted.All, caller, CancellationToken.None);
        await http.WriteAsync(new RotatedToken(time.GetUtcNow(), ended), AccessJson.Default.RotatedToken);
    }

    // A child lives no longer than its parent.
    private TimeSpan? Lifetime(MintToken wanted, Caller caller)
    {
        var asked = wanted.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        var most = caller.ExpiresAt - time.GetUtcNow();
        return asked is null || most < asked ? most ?? asked : asked;
    }

    private static AccessToken Shown(StoredToken token) => new(token.Id, token.Name, token.Kind, token.Scopes.Names(), token.CreatedAt, token.CreatedBy) { ExpiresAt = token.ExpiresAt, LastUsedAt = token.LastUsedAt };
}
