using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Auth;

/// <summary>
/// Lets a machine in where no person signs in: a client of the user's own, with a secret or a private key, gets tokens by itself
/// (OAuth 2.1 client credentials; MCP SEP-1046). Tokens live in memory, as long as the connection.
/// </summary>
/// <param name="secret">From the keychain: a secret, or a private key in PEM.</param>
/// <param name="guard">Judges every request, also those to the authorization server.</param>
internal sealed class McpClientGrant(McpServer server, Uri url, string secret, TimeProvider time, HttpMessageHandler guard) : DelegatingHandler(guard)
{
    /// <summary>Before the end of a token, so that it does not end on its way.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private (string Token, DateTimeOffset? Until)? _token;
    private string _scope = string.Join(' ', server.Auth?.Scopes ?? []);

    /// <summary>Why no token was given, the last time one was asked for; null when one was.</summary>
    public PryxException? Problem { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Uri.Compare(request.RequestUri, url, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            return await base.SendAsync(request, cancellationToken);
        }
        // Said twice when the first time was refused, so its body has to be there twice.
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var used = _token is { } known && !(known.Until <= time.GetUtcNow()) ? known.Token : null;
        var response = await base.SendAsync(Copy(request, body, used), cancellationToken);
        var challenge = response.Headers.WwwAuthenticate.FirstOrDefault(static header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))?.Parameter ?? "";
        if (response.StatusCode != HttpStatusCode.Unauthorized && !(response.StatusCode == HttpStatusCode.Forbidden && Value(challenge, "error") == "insufficient_scope"))
        {
            return response;
        }
        response.Dispose();
        var token = await TokenAsync(used, challenge, cancellationToken);
        return await base.SendAsync(Copy(request, body, token), cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gate.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task<string> TokenAsync(string? refused, string challenge, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token is { } other && other.Token != refused && !(other.Until <= time.GetUtcNow()))
            {
                // Another request has got one meanwhile.
                return other.Token;
            }
            using var http = new HttpMessageInvoker(InnerHandler!, disposeHandler: false);
            var named = Uri.TryCreate(Value(challenge, "resource_metadata"), UriKind.Absolute, out var metadata) ? metadata : null;
            var places = await McpGrantPlaces.FindAsync(server, url, named, server.Auth?.Issuer, http, cancellationToken);
            if (_scope.Length == 0 || Value(challenge, "error") == "insufficient_scope")
            {
                var wanted = Value(challenge, "scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [.. places.Scopes];
                _scope = string.Join(' ', _scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Union(wanted));
            }
            _token = await AskAsync(places, http, cancellationToken);
            Problem = null;
            return _token.Value.Token;
        }
        catch (PryxException e)
        {
            Problem = e;
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<(string, DateTimeOffset?)> AskAsync(McpGrantPlaces places, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> form = [new("grant_type", "client_credentials"), new("resource", url.AbsoluteUri)];
        if (_scope.Length > 0)
        {
            form.Add(new("scope", _scope));
        }
        var client = server.Auth?.ClientId ?? throw Failed("It has no client id.", $"pryx mcp add {server.Name} --url {server.Url} --auth client_credentials --client-id ID");
        using var request = new HttpRequestMessage(HttpMethod.Post, places.TokenEndpoint);
        request.Headers.Accept.ParseAdd("application/json");
        if (ClientAssertion.IsKey(secret))
        {
            form.AddRange([new("client_assertion_type", ClientAssertion.Type), new("client_assertion", Assertion(client, places.Issuer))]);
        }
        else if (places.Methods.Count == 0 || places.Methods.Contains("client_secret_basic"))
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(client)}:{WebUtility.UrlEncode(secret)}")));
        }
        else
        {
            form.AddRange([new("client_id", client), new("client_secret", secret)]);
        }
        request.Content = new FormUrlEncodedContent(form);
        using var response = await http.SendAsync(request, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var answer = JsonDocument.Parse(bytes);
            if (response.IsSuccessStatusCode && answer.RootElement.TryGetProperty("access_token", out var token) && token.GetString() is { Length: > 0 } text)
            {
                var lifetime = answer.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt64(out var count) && count is > 0 and < int.MaxValue ? TimeSpan.FromSeconds(count) : (TimeSpan?)null;
                return (text, lifetime is { } span ? time.GetUtcNow() + (span > Margin * 2 ? span - Margin : span) : null);
            }
            var error = answer.RootElement.TryGetProperty("error", out var code) && code.ValueKind == JsonValueKind.String ? Connections.PlainWords.OneLine(code.GetString()!, 100) : $"HTTP {(int)response.StatusCode}";
            throw Failed($"{places.TokenEndpoint.Host} gives this client no token ({error}).", $"check its id, and give its secret or key again: pryx mcp auth {server.Name} --client-secret");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Failed($"{places.TokenEndpoint.Host} did not answer with a token (HTTP {(int)response.StatusCode}).", "ask whoever runs it");
        }
    }

    private string Assertion(string client, string issuer)
    {
        try
        {
            return ClientAssertion.Create(secret, client, issuer, time.GetUtcNow());
        }
        catch (CryptographicException e)
        {
            throw Failed($"The key can not be used: {e.Message}", $"give another one: pryx mcp auth {server.Name} --client-secret < KEY.pem");
        }
    }

    private PryxException Failed(string what, string next) => new("MCP_AUTH_FAILED", $"The MCP server '{server.Name}' could not be signed in to. {what}", next);

    private static HttpRequestMessage Copy(HttpRequestMessage request, byte[]? body, string? token)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version };
        foreach (var (name, values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }
        if (body is not null)
        {
            copy.Content = new ByteArrayContent(body);
            foreach (var (name, values) in request.Content!.Headers)
            {
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }
        if (token is not null)
        {
            copy.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        return copy;
    }

    /// <summary>One parameter of a challenge: <c>name="value"</c> or <c>name=value</c>.</summary>
    internal static string? Value(string challenge, string name)
    {
        for (var at = challenge.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = challenge.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var isWhole = at == 0 || challenge[at - 1] is ' ' or ',';
            var rest = challenge.AsSpan(at + name.Length).TrimStart();
            if (!isWhole || rest is not ['=', ..])
            {
                continue;
            }
            rest = rest[1..].TrimStart();
            if (rest is ['"', ..])
            {
                var end = rest[1..].IndexOf('"');
                return end < 0 ? null : rest.Slice(1, end).ToString();
            }
            var stop = rest.IndexOfAny(',', ' ');
            return (stop < 0 ? rest : rest[..stop]).ToString();
        }
        return null;
    }
}
