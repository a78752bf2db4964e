using System.Net;
using System.Text.Json;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Auth;

/// <summary>Where a server's tokens are given out (RFC 9728, RFC 8414), as the server and its authorization server say it.</summary>
/// <param name="Issuer">The authorization server, as its own metadata name it.</param>
/// <param name="TokenEndpoint">Absolute.</param>
/// <param name="Methods">How clients may prove who they are; empty when it does not say.</param>
/// <param name="Scopes">What the server needs; empty when it does not say.</param>
internal sealed record McpGrantPlaces(string Issuer, Uri TokenEndpoint, IReadOnlyList<string> Methods, IReadOnlyList<string> Scopes)
{
    /// <param name="resourceMetadata">Named by the server's refusal; null where it names none.</param>
    /// <param name="expected">The only issuer that may be used; null for the server's own origin.</param>
    /// <exception cref="PryxException">MCP_ISSUER (another one is named), MCP_AUTH_FAILED.</exception>
    /// <exception cref="HttpRequestException">Not reached, or refused by the guard.</exception>
    public static async Task<McpGrantPlaces> FindAsync(McpServer server, Uri url, Uri? resourceMetadata, string? expected, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        Uri[] places = resourceMetadata is not null ? [resourceMetadata] : [new(url, "/.well-known/oauth-protected-resource" + path), new(url, "/.well-known/oauth-protected-resource")];
        using var resource = await FirstAsync(places, http, cancellationToken);
        if (resource is not null && Text(resource.RootElement, "resource") is { } named && !IsFor(named, url))
        {
            throw new PryxException("MCP_AUTH_FAILED", $"{server.Name} names another resource ({named}) than its own address.", "ask whoever runs it");
        }
        var issuers = resource is null ? [] : Texts(resource.RootElement, "authorization_servers");
        var own = url.GetLeftPart(UriPartial.Authority);
        var wanted = expected ?? own;
        var issuer = issuers.FirstOrDefault(candidate => IsSame(candidate, wanted)) ?? (issuers.Count == 0 ? own : issuers[0]);
        if (!IsSame(issuer, wanted))
        {
            // Whoever is asked gets the secret: the server alone does not say who that is.
            throw new PryxException("MCP_ISSUER", $"{server.Name} gives its tokens out at {issuer}, which is not {(expected is null ? "its own address" : "the one you named")}.", $"if that is right: pryx mcp add {server.Name} --url {server.Url} --auth {server.Auth!.Type} --client-id {server.Auth.ClientId} --issuer {issuer}");
        }
        var root = Uri.TryCreate(issuer, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http" ? parsed
            : throw new PryxException("MCP_AUTH_FAILED", $"{server.Name} names '{issuer}' to give out tokens, which is no address.", "ask whoever runs it");
        var behind = root.AbsolutePath.TrimEnd('/');
        using var metadata = await FirstAsync([new(root, "/.well-known/oauth-authorization-server" + behind), new(root, "/.well-known/openid-configuration" + behind), new(root, behind + "/.well-known/openid-configuration")], http, cancellationToken)
            ?? throw new PryxException("MCP_AUTH_FAILED", $"{issuer} does not say where it gives out tokens.", "ask whoever runs it");
        if (Text(metadata.RootElement, "issuer") is not { } said || !IsSame(said, issuer) || !Uri.TryCreate(Text(metadata.RootElement, "token_endpoint"), UriKind.Absolute, out var endpoint))
        {
            throw new PryxException("MCP_AUTH_FAILED", $"{issuer} describes itself as somebody else, or names no token endpoint.", "ask whoever runs it");
        }
        return new(said, endpoint, Texts(metadata.RootElement, "token_endpoint_auth_methods_supported"), resource is null ? [] : Texts(resource.RootElement, "scopes_supported"));
    }

    private static async Task<JsonDocument?> FirstAsync(Uri[] places, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        foreach (var place in places)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, place);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                try
                {
                    var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
                    if (document.RootElement.ValueKind == JsonValueKind.Object)
                    {
                        return document;
                    }
                    document.Dispose();
                }
                catch (JsonException)
                {
                    // Another page of that server, not what is looked for.
                }
            }
        }
        return null;
    }

    // Of this server: the same origin, and its path or one above it.
    private static bool IsFor(string resource, Uri url) => Uri.TryCreate(resource, UriKind.Absolute, out var named)
        && Uri.Compare(named, url, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0
        && (url.AbsolutePath.TrimEnd('/') + "/").StartsWith(named.AbsolutePath.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static bool IsSame(string a, string b) => string.Equals(a.TrimEnd('/'), b.TrimEnd('/'), StringComparison.Ordinal);

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!)] : [];
}
