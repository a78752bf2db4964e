using System.Net;
using System.Text.Json.Nodes;

namespace Pryx.Core.Tests.Access;

/// <summary>Pages of other sites, of other programs on this machine, and names that were pointed at it.</summary>
public sealed class CrossOriginTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://localhost")]
    [InlineData("https://127.0.0.1:{port}")]
    [InlineData("http://localhost:{port}")]
    [InlineData("http://127.0.0.1:{port}.evil.example")]
    [InlineData("http://127.0.0.1:{port}/")]
    [InlineData("http://evil.example, http://127.0.0.1:{port}")]
    [InlineData("file://")]
    public async Task A_page_of_another_origin_is_refused_on_every_route_and_as_a_WebSocket(string origin)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        origin = origin.Replace("{port}", $"{core.Url.Port}", StringComparison.Ordinal);

        foreach (var (method, path) in new[] { ("GET", "/health"), ("GET", "/"), ("GET", "/api/v1/tokens"), ("POST", "/api/v1/tokens"), ("DELETE", "/api/v1/tokens/x"), ("GET", "/api/v1/nothing"), ("OPTIONS", "/api/v1/tokens") })
        {
            var answer = await SendAsync(core, method, path, ("Origin", origin));
            Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), (answer.Status, answer.Code));
            Assert.DoesNotContain("Access-Control-Allow-Origin", answer.Headers.Keys);
        }
        foreach (var path in new[] { "/ws", "/api/v1/ws" })
        {
            var answer = await SendAsync(core, "GET", path, ("Origin", origin), ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
            Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task The_own_origin_is_let_in_and_still_needs_the_token()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var own = ("Origin", $"http://127.0.0.1:{core.Url.Port}");

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", own)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", own, ("Authorization", ""))).Status);
    }

    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("evil.example:{port}", false)]
    [InlineData("127.0.0.1.evil.example:{port}", false)]
    [InlineData("localhost.evil.example:{port}", false)]
    [InlineData("127.0.0.1:1", false)]
    [InlineData("localhost", false)]
    [InlineData("localhost.:{port}", false)]
    [InlineData("0.0.0.0:{port}", false)]
    [InlineData("127.0.0.2:{port}", false)]
    [InlineData("127.0.0.1:{port}", true)]
    [InlineData("localhost:{port}", true)]
    [InlineData("LocalHost:{port}", true)]
    [InlineData("[::1]:{port}", true)]
    public async Task Only_its_own_names_call_it(string host, bool isAccepted)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        host = host.Replace("{port}", $"{core.Url.Port}", StringComparison.Ordinal);

        foreach (var path in new[] { "/health", "/", "/api/v1/tokens" })
        {
            var plain = await SendAsync(core, "GET", path, ("Host", host));
            // What a rebound page can add to its request.
            var helped = await SendAsync(core, "GET", path, ("Host", host), ("X-Forwarded-Host", $"127.0.0.1:{core.Url.Port}"), ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "host=127.0.0.1"));

            Assert.Equal(isAccepted ? HttpStatusCode.OK : HttpStatusCode.Forbidden, plain.Status);
            Assert.Equal(isAccepted ? HttpStatusCode.OK : HttpStatusCode.Forbidden, helped.Status);
            Assert.Equal(isAccepted ? null : "HOST_REFUSED", plain.Code);
        }
    }

    [Fact]
    public async Task Configured_names_and_origins_are_accepted_and_wildcards_are_not()
    {
        using var home = new Pryx.Testing.TempHome();
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), "allowed_hosts: [pryx.lan]\nallowed_origins: ['https://app.example/', '*']\n", Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, home);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", ("Host", "pryx.lan:8080"))).Status);
        var answer = await SendAsync(core, "GET", "/api/v1/tokens", ("Origin", "https://app.example"));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("https://app.example", answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("Origin", answer.Headers["Vary"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(core, "GET", "/health", ("Origin", "https://other.example"))).Status);
        // Its errors can be read, too.
        var error = await SendAsync(core, "GET", "/api/v1/tokens", ("Origin", "https://app.example"), ("Authorization", ""));
        Assert.Equal((HttpStatusCode.Unauthorized, "https://app.example"), (error.Status, error.Headers["Access-Control-Allow-Origin"]));
    }

    [Fact]
    public async Task WebSockets_have_a_list_of_their_own()
    {
        using var home = new Pryx.Testing.TempHome();
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), "allowed_origins: ['https://app.example']\nwebsocket_allowed_origins: ['https://live.example']\n", Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, home);
        (string, string)[] upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")];

        Assert.Equal("ORIGIN_REFUSED", (await SendAsync(core, "GET", "/ws", [("Origin", "https://app.example"), .. upgrade])).Code);
        Assert.NotEqual("ORIGIN_REFUSED", (await SendAsync(core, "GET", "/ws", [("Origin", "https://live.example"), .. upgrade])).Code);
        Assert.Equal("ORIGIN_REFUSED", (await SendAsync(core, "GET", "/health", ("Origin", "https://live.example"))).Code);
    }

    [Fact]
    public async Task A_preflight_is_answered_without_a_token_for_allowed_origins_alone()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        (string, string)[] asks = [("Access-Control-Request-Method", "POST"), ("Authorization", "")];

        var own = await SendAsync(core, "OPTIONS", "/api/v1/tokens", [("Origin", $"http://127.0.0.1:{core.Url.Port}"), .. asks]);
        var other = await SendAsync(core, "OPTIONS", "/api/v1/tokens", [("Origin", "http://localhost:3000"), .. asks]);

        Assert.Equal(HttpStatusCode.NoContent, own.Status);
        Assert.Contains("PATCH", own.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
        foreach (var header in new[] { "Authorization", "Content-Type", "Last-Event-ID", "X-CSRF-Token" })
        {
            Assert.Contains(header, own.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.Forbidden, other.Status);
        Assert.DoesNotContain("Access-Control-Allow-Methods", other.Headers.Keys);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer pryx_")]
    [InlineData("Bearer pryx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer ' OR 1=1 --")]
    [InlineData("Basic cHJ5eDpwcnl4")]
    [InlineData("{token}")]
    [InlineData("Bearer {token}x")]
    [InlineData("Bearer x{token}")]
    [InlineData("Bearer {TOKEN}")]
    public async Task Without_the_right_token_only_public_routes_answer(string? authorization)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var header = ("Authorization", authorization?.Replace("{token}", core.Token, StringComparison.Ordinal).Replace("{TOKEN}", core.Token.ToUpperInvariant(), StringComparison.Ordinal) ?? "");

        foreach (var path in new[] { "/api/v1/tokens", "/api/v1/nothing", "/nothing", $"/api/v1/tokens?token={core.Token}", $"/api/v1/tokens?access_token={core.Token}" })
        {
            var answer = await SendAsync(core, "GET", path, header);
            Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHORIZED"), (answer.Status, answer.Code));
            Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
            Assert.DoesNotContain(core.Token, answer.Body, StringComparison.Ordinal);
        }
        // A public route does not mind what else a client sends.
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/health", header)).Status);
    }

    internal static async Task<(HttpStatusCode Status, string? Code, string Body, IReadOnlyDictionary<string, string> Headers)> SendAsync(TestCore core, string method, string path, params (string Name, string Value)[] headers)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(core.Url, path));
        if (!headers.Any(header => header.Name is "Authorization" or "Cookie"))
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {core.Token}");
        }
        foreach (var (name, value) in headers.Where(header => header.Value.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var answer = await client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        var code = answer.Content.Headers.ContentType?.MediaType == "application/json" ? (string?)JsonNode.Parse(text)!["error"]?["code"] : null;
        return (answer.StatusCode, code, text, answer.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }
}
