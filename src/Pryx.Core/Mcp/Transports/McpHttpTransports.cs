using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Authentication;
using Pryx.Core.Mcp.Auth;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Transports;

/// <summary>Makes connections to servers over HTTP, with whatever lets them in: headers, a token, an account.</summary>
public sealed class McpHttpTransports(McpReferences references, McpTokens tokens, TimeProvider time)
{
    // A background connection never gets as far as to use it.
    private static readonly Uri Nowhere = new("http://127.0.0.1/oauth/callback");

    /// <summary>Where our client metadata is published (an https address that serves as the client's id); null registers a client with each server.</summary>
    public Uri? ClientMetadata { get; init; }

    /// <param name="consent">Asks the person in the browser; null where nobody waits: a server that needs it is MCP_SIGNIN_NEEDED then.</param>
    /// <exception cref="PryxException">MCP_INVALID (its address), MCP_SECRET_MISSING, MCP_SECRET_REFUSED, VAULT_…</exception>
    public async Task<McpHttpTransport> CreateAsync(McpServer server, McpConsent? consent, CancellationToken cancellationToken)
    {
        var url = AddressOf(server);
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in server.Headers)
        {
            headers.Add(new(name, await references.ResolveAsync(server.Name, value, cancellationToken)));
        }
        if (server.Auth is { Type: "bearer" })
        {
            headers.Add(new("Authorization", $"Bearer {await references.ResolveAsync(server.Name, McpTokens.ReferenceOf(server), cancellationToken)}"));
        }
        if (server.Auth is { Type: McpAuth.ClientCredentials })
        {
            var secret = await tokens.ClientSecretAsync(server, cancellationToken) ?? throw McpHttpTransport.SigninNeeded(server);
            return new(server, url, headers, null, guard => new McpClientGrant(server, url, secret, time, guard));
        }
        var isOAuth = server.Auth is null or { Type: "oauth" } && !headers.Any(static header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
        return new(server, url, headers, isOAuth ? await OAuthAsync(server, consent, cancellationToken) : null);
    }

    /// <exception cref="PryxException">MCP_INVALID</exception>
    public static Uri AddressOf(McpServer server) =>
        Uri.TryCreate(server.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url
            : throw new PryxException("MCP_INVALID", $"The address '{server.Url}' of the MCP server '{server.Name}' is no http or https URL without a user name.", $"correct it: pryx mcp add {server.Name} --url URL");

    private async Task<ClientOAuthOptions?> OAuthAsync(McpServer server, McpConsent? consent, CancellationToken cancellationToken)
    {
        var wanted = consent is null ? [] : await tokens.WantedAsync(server, cancellationToken);
        var cache = tokens.Of(server, isFresh: consent is not null, consent?.OnStored);
        if (consent is null && await cache.GetTokensAsync(cancellationToken) is null)
        {
            // Otherwise each attempt would register one more client, for a sign-in that does not happen.
            return null;
        }
        return new()
        {
            RedirectUri = consent?.RedirectUri ?? Nowhere,
            ClientId = server.Auth?.ClientId,
            ClientSecret = server.Auth?.ClientId is null ? null : await tokens.ClientSecretAsync(server, cancellationToken),
            ClientMetadataDocumentUri = ClientMetadata,
            Scopes = server.Auth?.Scopes is { Count: > 0 } scopes ? [.. scopes] : null,
            ScopeSelector = wanted.Count == 0 ? null : named => [.. (named ?? []).Union(wanted)],
            AuthorizationCallbackHandler = consent is not null
                ? (context, token) => consent.AskAsync(context.AuthorizationUri, token)
                : async (context, token) =>
                {
                    await tokens.WantAsync(server, ScopesIn(context.AuthorizationUri), token);
                    throw McpHttpTransport.SigninNeeded(server);
                },
            DynamicClientRegistration = new() { ClientName = "Pryx" },
            TokenCache = cache,
        };
    }

    private static string[] ScopesIn(Uri url) => QueryHelpers.ParseQuery(url.Query).TryGetValue("scope", out var scopes) ? scopes.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
}

/// <summary>How a person is asked to let Pryx in.</summary>
/// <param name="RedirectUri">Where the browser comes back to; listened at.</param>
/// <param name="AskAsync">Gets the address to open, gives what came back.</param>
public sealed record McpConsent(Uri RedirectUri, Func<Uri, CancellationToken, Task<AuthorizationResult?>> AskAsync)
{
    /// <summary>Tokens are in the keychain.</summary>
    public Action? OnStored { get; init; }
}
