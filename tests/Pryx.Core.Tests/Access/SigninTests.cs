using System.Net;
using Pryx.Core.Access;
using Pryx.Core.Http;
using Pryx.Testing;
using static Pryx.Core.Tests.Access.CrossOriginTests;

namespace Pryx.Core.Tests.Access;

public sealed class SigninTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("SEC1", "web localhost or pairing")]
    public async Task A_link_signs_one_browser_in_once()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var link = await LinkAsync(core);
        Assert.Equal($"http://127.0.0.1:{core.Url.Port}", link.GetLeftPart(UriPartial.Authority));

        var first = await SendAsync(core, "GET", link.PathAndQuery, ("Authorization", ""));
        var second = await SendAsync(core, "GET", link.PathAndQuery, ("Authorization", ""));

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (first.Status, first.Headers["Location"]));
        var cookie = first.Headers["Set-Cookie"].ToLowerInvariant();
        Assert.StartsWith("pryx_admin_token=pryx_", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/;", cookie + ";", StringComparison.Ordinal);
        Assert.DoesNotContain("secure", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("domain", cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, second.Status);
        Assert.Contains("pryx ui", second.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", second.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Set-Cookie", second.Headers.Keys);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", Cookie(first.Headers))).Status);
    }

    [Theory]
    [InlineData("/signin")]
    [InlineData("/signin?code=")]
    [InlineData("/signin?code=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("/signin?code=<script>alert(1)</script>")]
    public async Task A_link_that_never_was_leads_to_a_page_that_says_what_to_do(string path)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var answer = await SendAsync(core, "GET", path, ("Authorization", ""));

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("pryx ui", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Headers["X-Frame-Options"]);
    }

    [Fact]
    public void A_link_is_over_after_two_minutes_and_with_whoever_made_it()
    {
        var time = new FakeTime();
        var links = new SigninLinks(time);
        using var ended = new CancellationTokenSource();
        var (old, _) = links.Make(new Caller("core", Scopes.All));
        var (orphan, _) = links.Make(new Caller("token:x", Scopes.All) { Revoked = ended.Token });
        var (inTime, expires) = links.Make(new Caller("core", Scopes.All));

        Assert.Equal(time.GetUtcNow() + TimeSpan.FromMinutes(2), expires);
        Assert.NotNull(links.Redeem(inTime));
        ended.Cancel();
        Assert.Null(links.Redeem(orphan));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(links.Redeem(old));
    }

    [Fact]
    public async Task A_browser_gets_no_more_than_whoever_made_its_link_and_ends_with_them()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (admin, info) = await MintedTokenTests.MintAsync(core, core.Token, "boss", "admin");
        using var boss = core.Client(admin);
        using var made = await boss.PostAsync("/api/v1/signin/links", null, Cancellation);
        var link = new Uri((string)System.Text.Json.Nodes.JsonNode.Parse(await made.Content.ReadAsStringAsync(Cancellation))!["url"]!);
        var cookie = Cookie((await SendAsync(core, "GET", link.PathAndQuery, ("Authorization", ""))).Headers);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", cookie)).Status);
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), Of(await SendAsync(core, "GET", "/api/v1/remote", cookie)));
        await MintedTokenTests.SendAsync(core, core.Token, HttpMethod.Delete, $"/api/v1/tokens/{info["id"]}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", cookie)).Status);
    }

    [Fact]
    public async Task The_cookie_counts_only_for_our_own_pages()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var cookie = await SignInAsync(core);
        var own = ("Origin", $"http://127.0.0.1:{core.Url.Port}");

        // Reading: what a browser says of our own page, of an address typed in, and what an old one does not say.
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", cookie, ("Sec-Fetch-Site", "same-origin"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", cookie, ("Sec-Fetch-Site", "none"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", cookie)).Status);
        // Another site, and another program on this machine: cookies do not know ports.
        Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), Of(await SendAsync(core, "GET", "/api/v1/tokens", cookie, ("Sec-Fetch-Site", "cross-site"))));
        Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), Of(await SendAsync(core, "GET", "/api/v1/tokens", cookie, ("Sec-Fetch-Site", "same-site"))));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/", cookie, ("Sec-Fetch-Site", "cross-site"))).Status);
        // Changing something takes proof of where the request comes from.
        Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), Of(await SendAsync(core, "POST", "/api/v1/signin/links", cookie)));
        Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), Of(await SendAsync(core, "POST", "/api/v1/signin/links", cookie, ("Sec-Fetch-Site", "none"))));
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(core, "POST", "/api/v1/signin/links", cookie, own)).Status);
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(core, "POST", "/api/v1/signin/links", cookie, ("Sec-Fetch-Site", "same-origin"))).Status);
        // A WebSocket always has an Origin.
        Assert.Equal((HttpStatusCode.Forbidden, "ORIGIN_REFUSED"), Of(await SendAsync(core, "GET", "/ws", cookie, ("Connection", "Upgrade"), ("Upgrade", "websocket"))));
    }

    [Fact]
    public async Task Tokens_and_cookies_do_not_stand_for_each_other()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (_, value) = await SignInAsync(core);
        var (minted, _) = await MintedTokenTests.MintAsync(core, core.Token, "phone", "read", "admin");

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", ("Cookie", $"pryx_admin_token={core.Token}"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", ("Cookie", $"pryx_admin_token={minted}"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", ("Authorization", $"Bearer {value.Split('=')[1]}"))).Status);
        // A wrong token is not made good by a cookie.
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", ("Cookie", value), ("Authorization", "Bearer wrong"))).Status);
    }

    [Fact]
    public async Task Signing_out_ends_the_token_and_takes_the_cookie_away()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var cookie = await SignInAsync(core);
        var other = await SignInAsync(core);

        var answer = await SendAsync(core, "POST", "/api/v1/signout", cookie, ("Sec-Fetch-Site", "same-origin"));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Contains("1970", answer.Headers["Set-Cookie"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", cookie)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/api/v1/tokens", other)).Status);
    }

    [Fact]
    public async Task The_first_page_has_no_script_in_it_and_nothing_secret()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var page = await SendAsync(core, "GET", "/", ("Authorization", ""));
        var style = await SendAsync(core, "GET", "/assets/pryx.css", ("Authorization", ""));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.Status, style.Status));
        Assert.All(System.Text.RegularExpressions.Regex.Matches(page.Body, "(?is)<script[^>]*>(.*?)</script>"), static script =>
        {
            Assert.Contains(" src=\"/assets/", script.Value, StringComparison.Ordinal);
            Assert.Empty(script.Groups[1].Value);
        });
        Assert.DoesNotContain("unsafe", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
        Assert.DoesNotContain("Set-Cookie", page.Headers.Keys);
        Assert.DoesNotContain(core.Token, page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(core.Home.Root, page.Body, StringComparison.Ordinal);
    }

    private static (HttpStatusCode, string?) Of((HttpStatusCode Status, string? Code, string, IReadOnlyDictionary<string, string>) answer) => (answer.Status, answer.Code);

    private static async Task<Uri> LinkAsync(TestCore core) => new((string)(await core.PostAsync("/api/v1/signin/links", null, Cancellation)).Body!["url"]!);

    internal static async Task<(string Name, string Value)> SignInAsync(TestCore core) =>
        Cookie((await SendAsync(core, "GET", (await LinkAsync(core)).PathAndQuery, ("Authorization", ""))).Headers);

    private static (string Name, string Value) Cookie(IReadOnlyDictionary<string, string> headers) => ("Cookie", headers["Set-Cookie"].Split(';')[0]);
}
