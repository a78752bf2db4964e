using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;

namespace Pryx.Core.Tests.OAuth;

/// <summary>Signing in with an account against a real authorization server, and what hostile pages can not do to it.</summary>
public sealed class SigninTests
{
    private const string Route = "/api/v1/providers/google/oauth";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private static readonly HttpClient Browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    [Fact]
    [Requirement("T2.3", "tokens persisted")]
    [Requirement("PRV-M", "OAuth persists")]
    public async Task Consent_in_the_browser_signs_in_once_with_PKCE_and_the_tokens_are_only_in_the_vault()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        Assert.Equal("none", await StateAsync(core));
        var (status, started) = await core.PostAsync(Route, new { }, Cancellation);
        Assert.Equal((HttpStatusCode.OK, "browser", 300), (status, (string?)started!["method"], (int)started["expires_in"]!));
        var url = (string)started["url"]!;
        var query = AnsweringServer.Pairs(new Uri(url).Query);
        Assert.Equal(("code", "S256", "offline", FakeOAuth.ClientId), (query["response_type"], query["code_challenge_method"], query["access_type"], query["client_id"]));
        Assert.StartsWith("http://127.0.0.1:", query["redirect_uri"], StringComparison.Ordinal);
        Assert.True(query["state"].Length >= 43 && query["code_challenge"].Length == 43);
        Assert.Equal("pending", await StateAsync(core));

        var landing = server.Consent(url);
        using var page = await Browser.GetAsync(landing, Cancellation);
        var text = await page.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("close this window", text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("signed_in", await StateAsync(core, wait: 5));

        var google = (await core.GetAsync("/api/v1/providers", Cancellation)).Body!["providers"]!.AsArray().Single(provider => (string?)provider!["id"] == "google")!;
        Assert.Equal(("oauth", true, true, true), ((string?)google["key_source"], (bool)google["configured"]!, (bool)google["added"]!, (bool)google["oauth"]!));
        var log = (await core.GetAsync("/api/v1/audit", Cancellation)).Body!.ToJsonString();
        Assert.Contains("provider.signed_in", log, StringComparison.Ordinal);
        var names = File.ReadAllText(Path.Combine(core.Home.Data, "keychain.json"));
        Assert.All((string[])["oauth_google_access", "oauth_google_refresh", "oauth_google_expires"], name => Assert.Contains(name, names, StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", log + names + google + started + text, StringComparison.Ordinal);
        await GoneAsync(landing); // Nobody listens any more.

        Assert.True((bool)(await core.SendAsync(HttpMethod.Delete, "/api/v1/providers/google", null, Cancellation)).Body!["signed_out"]!);
        Assert.DoesNotContain("oauth_google_", File.ReadAllText(Path.Combine(core.Home.Data, "keychain.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_state_another_page_another_host_and_another_path_change_nothing()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        var url = (string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!;
        var landing = server.Consent(url);
        var root = landing.GetLeftPart(UriPartial.Path);

        Assert.Equal(400, await VisitAsync($"{root}?code=evil&state=guess"));
        Assert.Equal(400, await VisitAsync($"{root}?code=evil"));
        Assert.Equal(404, await VisitAsync(landing.GetLeftPart(UriPartial.Authority) + "/" + landing.Query));
        Assert.Equal(404, await VisitAsync(landing.AbsoluteUri, request => request.Headers.Host = "evil.example"));
        Assert.Equal(404, await VisitAsync(landing.AbsoluteUri, request => request.Method = HttpMethod.Post));
        Assert.Equal(403, await VisitAsync(landing.AbsoluteUri, request => request.Headers.Add("Origin", "https://evil.example")));
        Assert.Equal(403, await VisitAsync(landing.AbsoluteUri, request => request.Headers.Add("Sec-Fetch-Mode", "cors")));
        Assert.Equal(403, await VisitAsync(landing.AbsoluteUri, request => { request.Headers.Add("Sec-Fetch-Mode", "navigate"); request.Headers.Add("Sec-Fetch-Dest", "iframe"); }));
        Assert.Equal("pending", await StateAsync(core));
        Assert.DoesNotContain(server.Seen, request => request.Path == "/token");

        Assert.Equal(200, await VisitAsync(landing.AbsoluteUri, request => { request.Headers.Add("Sec-Fetch-Mode", "navigate"); request.Headers.Add("Sec-Fetch-Dest", "document"); }));
        Assert.Equal("signed_in", await StateAsync(core, wait: 5));
    }

    [Fact]
    public async Task An_answer_counts_once_however_often_it_comes()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        var landing = server.Consent((string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                return await VisitAsync(landing.AbsoluteUri);
            }
            catch (HttpRequestException)
            {
                return 0; // It was closed by then.
            }
        }));
        Assert.Equal(1, answers.Count(status => status == 200));
        Assert.Single(server.Seen, request => request.Path == "/token");
        Assert.Equal("signed_in", await StateAsync(core, wait: 5));
    }

    [Fact]
    public async Task A_code_that_was_asked_for_with_another_verifier_signs_nobody_in()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        var url = (string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!;
        var challenge = AnsweringServer.Pairs(new Uri(url).Query)["code_challenge"];
        var landing = server.Consent(url.Replace(challenge, new string('A', 43), StringComparison.Ordinal));
        Assert.Equal(400, await VisitAsync(landing.AbsoluteUri));
        var state = (await core.GetAsync(Route + "?wait=5", Cancellation)).Body!;
        Assert.Equal("failed", (string?)state["state"]);
        Assert.Contains("invalid_grant", (string?)state["reason"], StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(core.Home.Data, "keychain.json")));
    }

    [Fact]
    public async Task Who_declines_is_told_so_and_may_begin_again()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        var query = AnsweringServer.Pairs(new Uri((string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!).Query);
        Assert.Equal(400, await VisitAsync($"{query["redirect_uri"]}?error=access_denied&state={query["state"]}"));
        Assert.Contains("declined", (string?)(await core.GetAsync(Route, Cancellation)).Body!["reason"], StringComparison.Ordinal);
        var again = (string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!;
        Assert.Equal(200, await VisitAsync(server.Consent(again).AbsoluteUri));
        Assert.Equal("signed_in", await StateAsync(core, wait: 5));
    }

    [Fact]
    public async Task A_second_attempt_ends_the_first_and_its_port()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        var first = server.Consent((string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!);
        var second = server.Consent((string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!);
        await GoneAsync(first);
        Assert.Equal(200, await VisitAsync(second.AbsoluteUri));
    }

    [Fact]
    public async Task Nobody_answers_for_five_minutes_and_the_port_is_closed()
    {
        var time = new FakeTime();
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables(), time: time);
        var landing = server.Consent((string)(await core.PostAsync(Route, new { }, Cancellation)).Body!["url"]!);
        time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("pending", await StateAsync(core));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("timed out", (string?)(await core.GetAsync(Route, Cancellation)).Body!["reason"], StringComparison.Ordinal);
        await GoneAsync(landing);
    }

    [Fact]
    public async Task A_device_code_is_asked_about_until_the_person_has_typed_it()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        server.Pending = 1;
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: server.Variables());
        var started = (await core.PostAsync(Route, new { device = true }, Cancellation)).Body!;
        Assert.Equal(("device", "ABCD-EFGH", "https://example.com/device"), ((string?)started["method"], (string?)started["user_code"], (string?)started["url"]));
        Assert.DoesNotContain("hunter2", started.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("signed_in", await StateAsync(core, wait: 20));
        Assert.Equal(2, server.Seen.Count(request => request.Path == "/token"));
    }

    [Fact]
    public async Task Without_an_application_it_says_what_to_do_and_others_do_not_support_it()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["GOOGLE_OAUTH_AUTHORIZE_URL"] = server.AuthorizeUrl, ["GOOGLE_OAUTH_TOKEN_URL"] = server.TokenUrl });
        var (status, none) = await core.PostAsync(Route, new { }, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "OAUTH_NO_CLIENT"), (status, (string?)none!["error"]!["code"]));
        Assert.Contains("pryx provider oauth google --client", none.ToJsonString(), StringComparison.Ordinal);
        var (_, other) = await core.PostAsync("/api/v1/providers/openai/oauth", new { }, Cancellation);
        Assert.Contains("does not support OAuth", (string?)other!["error"]!["message"], StringComparison.Ordinal);

        // Given once, it is kept.
        await core.PostAsync(Route, new { client_id = FakeOAuth.ClientId, client_secret = FakeOAuth.ClientSecret }, Cancellation);
        var started = (await core.PostAsync(Route, new { }, Cancellation)).Body!;
        Assert.Equal(200, await VisitAsync(server.Consent((string)started["url"]!).AbsoluteUri));
    }

    [Theory]
    [InlineData("http://example.com/token")]
    [InlineData("https://user:pass@example.com/token")]
    [InlineData("file:///etc/passwd")]
    public async Task A_token_address_that_is_not_safe_is_refused(string url)
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string>(server.Variables()) { ["GOOGLE_OAUTH_TOKEN_URL"] = url });
        Assert.Equal("OAUTH_INVALID", (string?)(await core.PostAsync(Route, new { }, Cancellation)).Body!["error"]!["code"]);
    }

    private static async Task<string?> StateAsync(TestCore core, int wait = 0) => (string?)((JsonNode)(await core.GetAsync($"{Route}?wait={wait}", Cancellation)).Body!)["state"];

    private static async Task<int> VisitAsync(string url, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        change?.Invoke(request);
        using var answer = await Browser.SendAsync(request, Cancellation);
        return (int)answer.StatusCode;
    }

    /// <summary>Closing takes a moment: the page that says "done" is sent first.</summary>
    private static async Task GoneAsync(Uri address)
    {
        while (true)
        {
            try
            {
                using var answer = await Browser.GetAsync(address, Cancellation);
                Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }
}
