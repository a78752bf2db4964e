using System.Net;
using static Pryx.Core.Tests.Access.CrossOriginTests;

namespace Pryx.Core.Tests.Access;

/// <summary>Behind a proxy on this machine; the test stands in for the proxy.</summary>
public sealed class RemoteTests
{
    private const string Remote = "pryx.example";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_address_sets_Host_Origin_and_the_trust_in_the_proxy_at_once_and_lasts()
    {
        using var home = new Pryx.Testing.TempHome();
        await using (var core = await TestCore.StartAsync(null, Cancellation, home))
        {
            Assert.Equal("HOST_REFUSED", (await SendAsync(core, "GET", "/health", ("Host", Remote))).Code);
            await core.SendAsync(HttpMethod.Put, "/api/v1/remote", new { url = $"https://{Remote}" }, Cancellation);

            Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/health", ("Host", Remote))).Status);
            Assert.Equal("HOST_REFUSED", (await SendAsync(core, "GET", "/health", ("Host", $"www.{Remote}"))).Code);
        }
        await using var again = await TestCore.StartAsync(null, Cancellation, home);
        var own = ("Origin", $"https://{Remote}");

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(again, "GET", "/api/v1/tokens", ("Host", Remote), own)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(again, "GET", "/api/v1/tokens", own, ("X-Forwarded-For", "192.0.2.7"))).Status);
        Assert.Equal("ORIGIN_REFUSED", (await SendAsync(again, "GET", "/health", ("Host", Remote), ("Origin", $"http://{Remote}"))).Code);
        await again.SendAsync(HttpMethod.Put, "/api/v1/remote", """{"url":null}""", Cancellation);
        Assert.Equal("HOST_REFUSED", (await SendAsync(again, "GET", "/health", ("Host", Remote))).Code);
        Assert.Equal("ORIGIN_REFUSED", (await SendAsync(again, "GET", "/health", own)).Code);
    }

    [Theory]
    [InlineData("http://pryx.example")]
    [InlineData("https://pryx.example/path")]
    [InlineData("https://user:pass@pryx.example")]
    [InlineData("https://pryx.example?x")]
    [InlineData("pryx.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task What_is_no_https_address_is_refused_and_nothing_changes(string url)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (status, body) = await core.SendAsync(HttpMethod.Put, "/api/v1/remote", new { url }, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), (status, (string?)body!["error"]!["code"]));
        Assert.Null((await core.GetAsync("/api/v1/remote", Cancellation)).Body!["url"]);
        Assert.False(File.Exists(Path.Combine(core.Home.Data, "config.yaml")));
    }

    [Fact]
    public async Task Only_whoever_has_the_core_token_opens_this_machine_to_others()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (minted, _) = await MintedTokenTests.MintAsync(core, core.Token, "boss", "read", "chat", "approve", "admin");

        Assert.Equal((HttpStatusCode.Forbidden, "CONFIG_LOCAL_ONLY"), await MintedTokenTests.SendAsync(core, minted, HttpMethod.Put, "/api/v1/remote", """{"url":"https://evil.example"}"""));
        Assert.Equal("HOST_REFUSED", (await SendAsync(core, "GET", "/health", ("Host", "evil.example"))).Code);
    }

    [Fact]
    public async Task Clients_behind_the_proxy_are_limited_each_by_their_own_address()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await core.SendAsync(HttpMethod.Put, "/api/v1/remote", new { url = $"https://{Remote}" }, Cancellation);
        // What the client itself wrote in front of the proxy's word changes nothing.
        async Task<List<HttpStatusCode>> ManyAsync(int count, string client, string token) =>
            [.. await Task.WhenAll(Enumerable.Range(0, count).Select(async i => (await SendAsync(core, "GET", "/health", ("Host", Remote), ("X-Forwarded-For", $"10.9.8.{i}, {client}"), ("Authorization", token))).Status))];

        Assert.All(await ManyAsync(50, "192.0.2.7", ""), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Contains(HttpStatusCode.TooManyRequests, await ManyAsync(100, "192.0.2.7", ""));
        Assert.Equal([HttpStatusCode.OK], await ManyAsync(1, "192.0.2.8", ""));
        Assert.All(await ManyAsync(200, "192.0.2.7", $"Bearer {core.Token}"), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
    }

    [Fact]
    public async Task Without_an_address_no_forwarding_header_is_believed()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/health", ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "https"))).Status);
        }
    }

    [Fact]
    public async Task A_link_for_the_address_signs_in_with_a_cookie_that_never_travels_in_the_clear()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Equal("REMOTE_NOT_SET", (string?)(await core.PostAsync("/api/v1/signin/links", new { remote = true }, Cancellation)).Body!["error"]!["code"]);
        await core.SendAsync(HttpMethod.Put, "/api/v1/remote", new { url = $"https://{Remote}" }, Cancellation);

        var url = new Uri((string)(await core.PostAsync("/api/v1/signin/links", new { remote = true }, Cancellation)).Body!["url"]!);
        var answer = await SendAsync(core, "GET", url.PathAndQuery, ("Authorization", ""), ("Host", Remote), ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "https"));

        Assert.Equal($"https://{Remote}", url.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.Contains("secure", answer.Headers["Set-Cookie"].ToLowerInvariant(), StringComparison.Ordinal);
    }
}
