using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pryx.Testing;

/// <summary>An authorization server on loopback that holds callers to RFC 6749, 7636 and 8628: codes work once, PKCE must fit, refresh tokens rotate and the old one is void.</summary>
public sealed class FakeOAuth : IAsyncDisposable
{
    public const string ClientId = "client-1";
    public const string ClientSecret = "client-hunter2";
    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect)> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _refreshTokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _accessTokens = new(StringComparer.Ordinal);
    private AnsweringServer _server = null!;
    private int _refreshes;
    private int _issued;

    public string Url => _server.Url;
    public string AuthorizeUrl => Url + "/authorize";
    public string TokenUrl => Url + "/token";
    public string DeviceUrl => Url + "/device";

    /// <summary>Of access tokens, in seconds.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>The account has ended every sign-in.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>The token endpoint has trouble.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often the device's code is still unknown.</summary>
    public int Pending { get; set; }

    /// <summary>How long a refresh takes.</summary>
    public TimeSpan RefreshTakes { get; set; }

    /// <summary>Refreshes that were asked for, well or not.</summary>
    public int Refreshes => _refreshes;
    public IReadOnlyList<SeenRequest> Seen => _server.Seen;

    /// <summary>The variables that lead Pryx here for a provider.</summary>
    public IReadOnlyDictionary<string, string> Variables(string provider = "GOOGLE") => new Dictionary<string, string>
    {
        [$"{provider}_OAUTH_AUTHORIZE_URL"] = AuthorizeUrl, [$"{provider}_OAUTH_TOKEN_URL"] = TokenUrl, [$"{provider}_OAUTH_DEVICE_URL"] = DeviceUrl,
        [$"{provider}_OAUTH_CLIENT_ID"] = ClientId, [$"{provider}_OAUTH_CLIENT_SECRET"] = ClientSecret,
    };

    public static async Task<FakeOAuth> StartAsync(CancellationToken cancellationToken)
    {
        var fake = new FakeOAuth();
        fake._server = await AnsweringServer.StartAsync(fake.AnswerAsync, cancellationToken);
        return fake;
    }

    /// <summary>Whether a resource would take the token.</summary>
    public bool Knows(string? accessToken) => accessToken is not null && _accessTokens.ContainsKey(accessToken);

    /// <summary>Makes every access token void although its time is not over.</summary>
    public void ForgetAccessTokens() => _accessTokens.Clear();

    /// <summary>What the person's consent leads to: the address with the code, as the browser would be sent there.</summary>
    public Uri Consent(string authorizeUrl)
    {
        var query = AnsweringServer.Pairs(new Uri(authorizeUrl).Query);
        var code = $"code-{Guid.NewGuid():N}";
        _codes[code] = (query["code_challenge"], query["redirect_uri"]);
        return new($"{query["redirect_uri"]}?state={Uri.EscapeDataString(query["state"])}&code={code}&scope=a%20b");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(SeenRequest request, HttpContext http)
    {
        switch (request.Path)
        {
            case "/authorize":
                http.Response.Redirect(Consent($"{Url}/authorize{request.Query}").AbsoluteUri);
                return;
            case "/device":
                await WriteAsync(http, 200, """{"device_code":"dev-hunter2","user_code":"ABCD-EFGH","verification_uri":"https://example.com/device","expires_in":600,"interval":1}""");
                return;
            case "/token" when IsDown:
                await WriteAsync(http, 503, "<html>down</html>");
                return;
            case "/token":
                await TokenAsync(request, http);
                return;
            default:
                await WriteAsync(http, 404, "{}");
                return;
        }
    }

    private async Task TokenAsync(SeenRequest request, HttpContext http)
    {
        var form = request.Form;
        if (form.GetValueOrDefault("client_id") != ClientId || form.GetValueOrDefault("client_secret") != ClientSecret)
        {
            await WriteAsync(http, 401, """{"error":"invalid_client"}""");
            return;
        }
        var isGranted = form.GetValueOrDefault("grant_type") switch
        {
            "authorization_code" => _codes.TryRemove(form.GetValueOrDefault("code") ?? "", out var asked)
                && asked.Redirect == form.GetValueOrDefault("redirect_uri") && asked.Challenge == Challenge(form.GetValueOrDefault("code_verifier") ?? ""),
            "refresh_token" => await RefreshAsync(form.GetValueOrDefault("refresh_token") ?? ""),
            _ => false,
        };
        if (form.GetValueOrDefault("grant_type") == "urn:ietf:params:oauth:grant-type:device_code")
        {
            if (Pending-- > 0)
            {
                await WriteAsync(http, 400, """{"error":"authorization_pending"}""");
                return;
            }
            isGranted = form.GetValueOrDefault("device_code") == "dev-hunter2";
        }
        if (!isGranted)
        {
            await WriteAsync(http, 400, """{"error":"invalid_grant","error_description":"Token has been expired or revoked."}""");
            return;
        }
        var number = Interlocked.Increment(ref _issued);
        var (access, refresh) = ($"ya29.access-{number}-hunter2", $"1//refresh-{number}-hunter2");
        _accessTokens[access] = true;
        _refreshTokens[refresh] = true;
        await WriteAsync(http, 200, $$"""{"access_token":"{{access}}","refresh_token":"{{refresh}}","expires_in":{{Lifetime}},"token_type":"Bearer","scope":"a b"}""");
    }

    private async Task<bool> RefreshAsync(string token)
    {
        Interlocked.Increment(ref _refreshes);
        await Task.Delay(RefreshTakes, TimeProvider.System);
        return _refreshTokens.TryRemove(token, out _) && !IsRevoked;
    }

    private static string Challenge(string verifier) => Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static Task WriteAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json, http.RequestAborted);
    }
}
