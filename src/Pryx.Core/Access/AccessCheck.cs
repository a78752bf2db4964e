using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>Stands before every route: who is asking, and may they.</summary>
public sealed class AccessCheck(RequestDelegate next, CoreToken token, bool isOpen)
{
    public Task InvokeAsync(HttpContext http)
    {
        var caller = isOpen ? new Caller("anyone", Scopes.All)
            : http.Request.Headers.Authorization is [{ } header, ..] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && token.Is(header[7..].Trim()) ? new Caller("core", Scopes.All)
            : Caller.Nobody;
        caller.Attach(http);
        if (http.Request.Path == "/health" && http.Request.Headers[TokenProof.Challenge] is [{ Length: > 0 and <= 64 } challenge])
        {
            http.Response.Headers[TokenProof.Proof] = token.Prove(challenge, http.Request.Host.Value ?? "");
        }
        var needed = http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>()?.Scope ?? Scopes.Read;
        if (needed != Scopes.None && caller.Scopes == Scopes.None)
        {
            throw new PryxException("UNAUTHORIZED", "This needs the token of this Pryx.", "pryx api calls a route with it");
        }
        return caller.May(needed) ? next(http) : throw new PryxException("SCOPE_MISSING", $"This token may not do that: it needs the scope {needed}.");
    }
}
