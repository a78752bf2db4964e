using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pryx.Testing;

/// <summary>An MCP server over Streamable HTTP, and the authorization server that guards it, which is strict about everything the specification asks of a client.</summary>
public sealed class GuardedMcp : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect, string Client, string Scope)> _codes = new();
    private readonly ConcurrentDictionary<string, string> _access = new(), _refresh = new();
    private AnsweringServer _server = null!;
    private int _issued;

    public string Url => _server.Url;
    public string Address => Url + "/mcp";
    public IReadOnlyList<SeenRequest> Seen => _server.Seen;

    /// <summary>False lets everybody in.</summary>
    public bool IsGuarded { get; init; } = true;

    /// <summary>Where the server says that one signs in; null for itself.</summary>
    public string? AuthorizationServer { get; set; }
    public string? TokenEndpoint { get; set; }

    /// <summary>What stands in the answer's <c>iss</c>; null for what is right.</summary>
    public string? Issuer { get; set; }

    /// <summary>Seconds.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>Ends every sign-in.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>What calls of tools need.</summary>
    public string CallScope { get; set; } = "";

    /// <summary>A client that gets tokens by itself: its secret, or null where it signs with <see cref="ClientKey"/>. Its id is "machine-1".</summary>
    public string? ClientSecret { get; set; }

    /// <summary>The public half, in PEM.</summary>
    public string? ClientKey { get; set; }

    /// <summary>Answers in place of the server; null to go on.</summary>
    public Func<SeenRequest, HttpContext, Task<bool>> Instead { get; set; } = static (_, _) => Task.FromResult(false);

    public static async Task<GuardedMcp> StartAsync(CancellationToken cancellationToken, GuardedMcp? made = null)
    {
        var fake = made ?? new();
        fake._server = await AnsweringServer.StartAsync(fake.AnswerAsync, cancellationToken);
        return fake;
    }

    /// <summary>What the person's consent leads to, as the browser would be sent there.</summary>
    public Uri Consent(string url)
    {
        var query = AnsweringServer.Pairs(new Uri(url).Query);
        if ((query["response_type"], query["code_challenge_method"], query["resource"]) != ("code", "S256", Address))
        {
            throw new InvalidOperationException($"Not what a client has to ask: {url}");
        }
        var code = $"code-{Guid.NewGuid():N}";
        _codes[code] = (query["code_challenge"], query["redirect_uri"], query["client_id"], query.GetValueOrDefault("scope", ""));
        return new($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"])}&iss={Uri.EscapeDataString(Issuer ?? Url)}");
    }

    /// <summary>Makes every access token void although its time is not over.</summary>
    public void ForgetAccess() => _access.Clear();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(SeenRequest request, HttpContext http)
    {
        if (await Instead(request, http))
        {
            return;
        }
        var (status, body) = request.Path switch
        {
            "/.well-known/oauth-protected-resource/mcp" => (200, new JsonObject { ["resource"] = Address, ["authorization_servers"] = new JsonArray(AuthorizationServer ?? Url), ["scopes_supported"] = new JsonArray("read") }),
            "/.well-known/oauth-authorization-server" => (200, new JsonObject
            {
                ["issuer"] = Url, ["authorization_endpoint"] = Url + "/authorize", ["token_endpoint"] = TokenEndpoint ?? Url + "/token", ["registration_endpoint"] = Url + "/register",
                ["code_challenge_methods_supported"] = new JsonArray("S256"), ["response_types_supported"] = new JsonArray("code"), ["token_endpoint_auth_methods_supported"] = new JsonArray("none", "client_secret_basic", "private_key_jwt"),
                ["authorization_response_iss_parameter_supported"] = true,
            }),
            "/register" => (201, new JsonObject { ["client_id"] = "client-7", ["redirect_uris"] = JsonNode.Parse(request.Body)!["redirect_uris"]!.DeepClone(), ["token_endpoint_auth_method"] = "none" }),
            "/token" => Token(request),
            "/mcp" => Speak(request, http),
            _ => (404, (JsonObject?)null),
        };
        http.Response.StatusCode = status;
        if (body is not null)
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(body.ToJsonString());
        }
    }

    private (int, JsonObject?) Speak(SeenRequest request, HttpContext http)
    {
        if (request.Method != "POST")
        {
            return (405, null);
        }
        var message = JsonNode.Parse(request.Body)!;
        var method = (string?)message["method"];
        if (IsGuarded)
        {
            var token = request.Headers.GetValueOrDefault("Authorization", "");
            if (!token.StartsWith("Bearer ", StringComparison.Ordinal) || !_access.TryGetValue(token[7..], out var scope))
            {
                http.Response.Headers.WWWAuthenticate = $"Bearer resource_metadata=\"{Url}/.well-known/oauth-protected-resource/mcp\"";
                return (401, null);
            }
            if (method == "tools/call" && CallScope.Length > 0 && !scope.Split(' ').Contains(CallScope))
            {
                http.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{CallScope}\", resource_metadata=\"{Url}/.well-known/oauth-protected-resource/mcp\"";
                return (403, null);
            }
        }
        JsonObject? result = method switch
        {
            "initialize" => new() { ["protocolVersion"] = "2025-11-25", ["capabilities"] = new JsonObject { ["tools"] = new JsonObject() }, ["serverInfo"] = new JsonObject { ["name"] = "fake", ["version"] = "1" } },
            "tools/list" => new() { ["tools"] = new JsonArray(new JsonObject { ["name"] = "echo", ["inputSchema"] = new JsonObject { ["type"] = "object" } }) },
            "tools/call" => new() { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "echoed" }) },
            _ => null,
        };
        return message["id"] is not { } id ? (202, null)
            : (200, result is null
                ? new() { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone(), ["error"] = new JsonObject { ["code"] = -32601, ["message"] = "no such method" } }
                : new() { ["jsonrpc"] = "2.0", ["id"] = id.DeepClone(), ["result"] = result });
    }

    private (int, JsonObject?) Token(SeenRequest request)
    {
        var form = request.Form;
        if (form.GetValueOrDefault("grant_type") == "client_credentials")
        {
            return Machine(request);
        }
        if (IsRevoked || form.GetValueOrDefault("resource") != Address || form.GetValueOrDefault("client_id") != "client-7")
        {
            return Invalid();
        }
        string scope;
        if (form["grant_type"] == "refresh_token")
        {
            if (!_refresh.TryRemove(form["refresh_token"], out scope!))
            {
                return Invalid();
            }
        }
        else if (!_codes.TryRemove(form["code"], out var code) || code.Redirect != form["redirect_uri"] || code.Client != form["client_id"]
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))) != code.Challenge)
        {
            return Invalid();
        }
        else
        {
            scope = code.Scope;
        }
        var number = Interlocked.Increment(ref _issued);
        _access[$"access-hunter2-{number}"] = scope;
        _refresh[$"refresh-hunter2-{number}"] = scope;
        return (200, new() { ["access_token"] = $"access-hunter2-{number}", ["token_type"] = "Bearer", ["expires_in"] = Lifetime, ["refresh_token"] = $"refresh-hunter2-{number}", ["scope"] = scope });

        (int, JsonObject?) Machine(SeenRequest asked)
        {
            var isKnown = ClientSecret is { } secret
                ? asked.Headers.GetValueOrDefault("Authorization") == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"machine-1:{Uri.EscapeDataString(secret)}"))}"
                : ClientKey is not null && IsSigned(form.GetValueOrDefault("client_assertion", ""));
            if (IsRevoked || !isKnown || form.GetValueOrDefault("resource") != Address)
            {
                return (401, new JsonObject { ["error"] = "invalid_client" });
            }
            var issued = $"machine-hunter2-{Interlocked.Increment(ref _issued)}";
            _access[issued] = form.GetValueOrDefault("scope", "");
            return (200, new() { ["access_token"] = issued, ["token_type"] = "Bearer", ["expires_in"] = Lifetime });
        }

        bool IsSigned(string assertion)
        {
            if (assertion.Split('.') is not [var head, var claims, var signature] || (string?)JsonNode.Parse(Base64Url.DecodeFromChars(claims))!["aud"] != Url || (string?)JsonNode.Parse(Base64Url.DecodeFromChars(claims))!["iss"] != "machine-1")
            {
                return false;
            }
            var (data, sign) = (Encoding.ASCII.GetBytes($"{head}.{claims}"), Base64Url.DecodeFromChars(signature));
            using var curve = ECDsa.Create();
            using var rsa = RSA.Create();
            if ((string?)JsonNode.Parse(Base64Url.DecodeFromChars(head))!["alg"] == "RS256")
            {
                rsa.ImportFromPem(ClientKey);
                return rsa.VerifyData(data, sign, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
            curve.ImportFromPem(ClientKey);
            return curve.VerifyData(data, sign, curve.KeySize == 256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        static (int, JsonObject?) Invalid() => (400, new JsonObject { ["error"] = "invalid_grant" });
    }
}
