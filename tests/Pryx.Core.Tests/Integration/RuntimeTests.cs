using System.Globalization;
using System.Net;
using Pryx.Testing;

namespace Pryx.Core.Tests.Integration;

/// <summary>The named integration tests of the runtime itself. The names are those of the test report.</summary>
public sealed class RuntimeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("IT18", "TestRuntimeStartup")]
    public async Task The_runtime_starts_on_a_fresh_home_announces_itself_and_leaves_no_announcement()
    {
        using var home = new TempHome();
        await using (var core = await TestCore.StartAsync(null, Cancellation, home))
        {
            Assert.Equal(core.Url.Port.ToString(CultureInfo.InvariantCulture), File.ReadAllText(Path.Combine(home.Data, "runtime.port")));
            Assert.True(File.Exists(Path.Combine(home.Data, "pryx.db")));
            Assert.True(File.Exists(Path.Combine(home.Data, "core.token")));
            Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/health", Cancellation)).Status);
        }
        Assert.False(File.Exists(Path.Combine(home.Data, "runtime.port")));

        await using var again = await TestCore.StartAsync(null, Cancellation, home);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/api/v1/sessions", Cancellation)).Status);
    }

    [Fact]
    [Requirement("IT18", "TestHealthEndpoint")]
    public async Task Health_answers_ok_in_JSON_without_a_token()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var stranger = core.Client(null);
        using var answer = await stranger.GetAsync("/health", Cancellation);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("\"status\":\"ok\"", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("IT18", "TestCORSMiddleware")]
    public async Task A_page_of_our_own_is_answered_with_its_origin_and_one_of_another_is_not()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var own = $"http://127.0.0.1:{core.Url.Port}";

        using var preflight = await SendAsync(core, HttpMethod.Options, own);
        Assert.True(preflight.IsSuccessStatusCode);
        Assert.Equal(own, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("PATCH", preflight.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        using var request = await SendAsync(core, HttpMethod.Get, own);
        Assert.Equal(HttpStatusCode.OK, request.StatusCode);

        foreach (var method in (HttpMethod[])[HttpMethod.Options, HttpMethod.Get])
        {
            using var refused = await SendAsync(core, method, "https://evil.example");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(TestCore core, HttpMethod method, string origin)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/sessions");
        request.Headers.Add("Origin", origin);
        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
        }
        return await core.Http.SendAsync(request, Cancellation);
    }
}
