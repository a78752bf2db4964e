using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pryx.Testing;

/// <summary>What the fake cloud does with a question for a token.</summary>
public enum CloudMood { Well, Denies, Expires, Garbage, Hangs, Down }

/// <summary>The cloud's sign-in on loopback (RFC 8628 with PKCE): codes work once and only with their verifier, refresh tokens rotate and the old one is void.</summary>
public sealed class FakeCloud : IAsyncDisposable
{
    /// <summary>In every token: what must be found nowhere.</summary>
    public const string Secret = "cloud-hunter2";

    private readonly ConcurrentDictionary<string, string> _challenges = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _refreshTokens = new(StringComparer.Ordinal);
    private AnsweringServer _server = null!;
    private int _pending;
    private int _slowDowns;
    private int _issued;
    private int _codes;

    public string Url => _server.Url;

    /// <summary>How often the token route still says that the user has not entered the code.</summary>
    public int Pending { get => _pending; set => _pending = value; }

    /// <summary>How often it says that it is asked too fast.</summary>
    public int SlowDowns { set => _slowDowns = value; }

    /// <summary>Of the question for a code.</summary>
    public CloudMood StartMood { get; set; }

    /// <summary>Of the question for a token.</summary>
    public CloudMood PollMood { get; set; }

    /// <summary>Seconds that a code holds and that lie between two questions.</summary>
    public int CodeHolds { get; set; } = 600;
    public int Interval { get; set; } = 1;

    /// <summary>Of access tokens, in seconds.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>False for a cloud that gives no address with the code in it.</summary>
    public bool HasCompleteUri { get; set; } = true;

    /// <summary>The account has ended every sign-in.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>What was wrong with a request; a test asserts this to be empty.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();
    public IReadOnlyList<SeenRequest> Seen => _server.Seen;
    public int Polls => Seen.Count(static request => request.Path == "/auth/device/token");
    public int Refreshes => Seen.Count(static request => request.Path == "/auth/token/refresh");

    public static async Task<FakeCloud> StartAsync(CancellationToken cancellationToken)
    {
        var cloud = new FakeCloud();
        cloud._server = await AnsweringServer.StartAsync(cloud.AnswerAsync, cancellationToken);
        return cloud;
    }

    /// <summary>Until the token was asked for so often.</summary>
    public async Task WaitForPollsAsync(int count, CancellationToken cancellationToken)
    {
        while (Polls < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task AnswerAsync(SeenRequest request, HttpContext http) => request.Path switch
    {
        "/auth/device/code" => StartMood == CloudMood.Well ? GiveCodeAsync(request, http) : MisbehaveAsync(StartMood, http),
        "/auth/device/token" => PollMood == CloudMood.Well ? GiveTokenAsync(request, http) : MisbehaveAsync(PollMood, http),
        "/auth/token/refresh" => RefreshAsync(request, http),
        _ => WriteAsync(http, 404, """{"error":"not_found"}"""),
    };

    private async Task GiveCodeAsync(SeenRequest request, HttpContext http)
    {
        var body = JsonNode.Parse(request.Body)!;
        if ((string?)body["code_challenge"] is not { Length: 43 } challenge || (string?)body["code_challenge_method"] != "S256")
        {
            Violations.Enqueue("the code was asked for without an S256 challenge");
            await WriteAsync(http, 400, """{"error":"invalid_request"}""");
            return;
        }
        var number = Interlocked.Increment(ref _codes);
        _challenges[$"dev-{number}"] = challenge;
        var complete = HasCompleteUri ? """, "verification_uri_complete":"https://pryx.dev/activate?code=ABCD-EFGH" """ : "";
        await WriteAsync(http, 200, $$"""{"device_code":"dev-{{number}}","user_code":"ABCD-EFGH","verification_uri":"https://pryx.dev/activate","expires_in":{{CodeHolds}},"interval":{{Interval}}{{complete}}}""");
    }

    private async Task GiveTokenAsync(SeenRequest request, HttpContext http)
    {
        var body = JsonNode.Parse(request.Body)!;
        if ((string?)body["grant_type"] != "urn:ietf:params:oauth:grant-type:device_code")
        {
            Violations.Enqueue("the token was asked for with another grant type");
        }
        var code = (string?)body["device_code"] ?? "";
        if (!_challenges.TryGetValue(code, out var challenge) || Challenge((string?)body["code_verifier"] ?? "") != challenge)
        {
            await WriteAsync(http, 400, """{"error":"invalid_grant"}""");
            return;
        }
        if (Interlocked.Decrement(ref _slowDowns) >= 0)
        {
            await WriteAsync(http, 429, """{"error":"slow_down"}""");
            return;
        }
        if (Interlocked.Decrement(ref _pending) >= 0)
        {
            await WriteAsync(http, 400, """{"error":"authorization_pending"}""");
            return;
        }
        _challenges.TryRemove(code, out _);
        await IssueAsync(http);
    }

    private async Task RefreshAsync(SeenRequest request, HttpContext http)
    {
        var token = (string?)JsonNode.Parse(request.Body)!["refresh_token"] ?? "";
        if (IsRevoked || !_refreshTokens.TryRemove(token, out _))
        {
            await WriteAsync(http, 400, """{"error":"invalid_grant"}""");
            return;
        }
        await IssueAsync(http);
    }

    private Task IssueAsync(HttpContext http)
    {
        var number = Interlocked.Increment(ref _issued);
        _refreshTokens[$"refresh-{number}-{Secret}"] = true;
        return WriteAsync(http, 200, $$"""{"access_token":"access-{{number}}-{{Secret}}","refresh_token":"refresh-{{number}}-{{Secret}}","expires_in":{{Lifetime}},"token_type":"Bearer","scope":"telemetry.write"}""");
    }

    private static Task MisbehaveAsync(CloudMood mood, HttpContext http) => mood switch
    {
        CloudMood.Denies => WriteAsync(http, 400, """{"error":"access_denied"}"""),
        CloudMood.Expires => WriteAsync(http, 400, """{"error":"expired_token"}"""),
        CloudMood.Garbage => WriteAsync(http, 200, "<html>Please accept the terms of this hotel.</html>"),
        CloudMood.Hangs => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted),
        _ => WriteAsync(http, 503, "<html>down</html>"),
    };

    private static Task WriteAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json, http.RequestAborted);
    }

    private static string Challenge(string verifier) => Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
