using System.Net;
using Pryx.Testing;

namespace Pryx.Core.Tests.Integration;

/// <summary>The named integration tests of keys and of the cloud's sign-in. The names are those of the test report.</summary>
public sealed class SigninTests
{
    private const string Login = "/api/v1/cloud/login";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("IT18", "TestProviderKeyEndpoints")]
    public async Task A_provider_key_is_set_seen_and_deleted_and_what_is_wrong_is_refused()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.False((bool)(await core.GetAsync("/api/v1/providers/openai/key", Cancellation)).Body!["configured"]!);
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync("/api/v1/providers/openai/key", new { api_key = "sk-integration" }, Cancellation)).Status);
        Assert.True((bool)(await core.GetAsync("/api/v1/providers/openai/key", Cancellation)).Body!["configured"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, "/api/v1/providers/openai/key", null, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, "/api/v1/providers/openai/key", null, Cancellation)).Status);

        Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync("/api/v1/providers/bad%20id/key", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync("/api/v1/providers/no-such-provider/key", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.PostAsync("/api/v1/providers/openai/key", new { api_key = "" }, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.PostAsync("/api/v1/providers/openai/key", "{", Cancellation)).Status);
    }

    [Theory]
    [InlineData("poll", "{", "invalid json body")]
    [InlineData("poll", "[]", "invalid json body")]
    [InlineData("poll", "{}", "missing device_code")]
    [InlineData("poll", """{"device_code":""}""", "missing device_code")]
    [InlineData("start", "{}", "missing cloud api url")]
    [Requirement("IT18", "TestCloudLoginEndpoints_Validation")]
    public async Task A_cloud_login_that_can_not_be_is_400_and_says_why(string path, string body, string message)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        File.WriteAllText(Path.Combine(core.Home.Data, "config.yaml"), "cloud_api_url: \"\"\n");
        // What is changed over HTTP has the configuration read again.
        await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { ui_theme = "dark" }, Cancellation);

        var (status, answer) = await core.PostAsync($"{Login}/{path}", body, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, message), (status, (string?)answer!["error"]!["message"]));
    }

    [Fact]
    [Requirement("IT18", "TestOAuthDeviceFlowEndpoints")]
    public async Task The_device_flow_gives_a_code_an_address_and_in_the_end_a_login()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["PRYX_CLOUD_API_URL"] = cloud.Url });

        var (status, code) = await core.PostAsync($"{Login}/start", null, Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All((string[])["device_code", "user_code", "verification_uri"], field => Assert.NotEmpty((string)code![field]!));
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"{Login}/poll", new { device_code = (string?)code!["device_code"] }, Cancellation)).Status);
        Assert.True((bool)(await core.GetAsync("/api/v1/cloud/status", Cancellation)).Body!["logged_in"]!);
    }
}
