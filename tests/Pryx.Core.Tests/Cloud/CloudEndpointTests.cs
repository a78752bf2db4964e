using System.Net;

namespace Pryx.Core.Tests.Cloud;

public sealed class CloudEndpointTests
{
    private const string Login = "/api/v1/cloud/login";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_login_ends_with_the_token_in_the_vault_and_nowhere_else()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Pending = 1;
        await using var core = await StartAsync(cloud.Url);
        Assert.False((bool)(await core.GetAsync("/api/v1/cloud/status", Cancellation)).Body!["logged_in"]!);

        var (started, code) = await core.PostAsync($"{Login}/start", null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, started);
        Assert.Equal(("dev-1", "ABCD-EFGH", "https://pryx.dev/activate", 600, 1),
            ((string?)code!["device_code"], (string?)code["user_code"], (string?)code["verification_uri"], (int)code["expires_in"]!, (int)code["interval"]!));

        var (polled, answer) = await core.PostAsync($"{Login}/poll", new { device_code = "dev-1", interval = 1, expires_in = 30 }, Cancellation);
        Assert.Equal((HttpStatusCode.OK, """{"ok":true}"""), (polled, answer!.ToJsonString()));
        Assert.True((bool)(await core.GetAsync("/api/v1/cloud/status", Cancellation)).Body!["logged_in"]!);
        Assert.DoesNotContain(FakeCloud.Token, File.ReadAllText(Path.Combine(core.Home.Data, "vault.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_nobody_enters_times_out_and_may_be_tried_again()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Pending = int.MaxValue;
        await using var core = await StartAsync(cloud.Url);
        await core.PostAsync($"{Login}/start", null, Cancellation);

        var (status, body) = await core.PostAsync($"{Login}/poll", new { device_code = "dev-1", expires_in = 1 }, Cancellation);
        Assert.Equal((HttpStatusCode.RequestTimeout, "login timed out"), (status, (string?)body!["error"]!["message"]));

        cloud.Pending = 0;
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"{Login}/poll", new { device_code = "dev-1" }, Cancellation)).Status);
    }

    [Fact]
    public async Task A_code_of_another_is_refused_because_its_verifier_is_not_here()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        await using var core = await StartAsync(cloud.Url);
        var (status, body) = await core.PostAsync($"{Login}/poll", new { device_code = "dev-1" }, Cancellation);
        Assert.Equal((HttpStatusCode.BadGateway, "CLOUD_ERROR"), (status, (string?)body!["error"]!["code"]));
        Assert.False((bool)(await core.GetAsync("/api/v1/cloud/status", Cancellation)).Body!["logged_in"]!);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", HttpStatusCode.BadGateway, "CLOUD_UNREACHABLE")]
    [InlineData("http://cloud.example", HttpStatusCode.BadRequest, "CLOUD_URL_INVALID")]
    [InlineData("file:///etc", HttpStatusCode.BadRequest, "CLOUD_URL_INVALID")]
    public async Task A_cloud_that_is_not_there_is_said_and_nothing_is_sent_in_the_clear(string url, HttpStatusCode expected, string code)
    {
        await using var core = await StartAsync(url);
        var (status, body) = await core.PostAsync($"{Login}/start", null, Cancellation);
        Assert.Equal((expected, code), (status, (string?)body!["error"]!["code"]));
    }

    private static Task<TestCore> StartAsync(string url) =>
        TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["PRYX_CLOUD_API_URL"] = url });
}
