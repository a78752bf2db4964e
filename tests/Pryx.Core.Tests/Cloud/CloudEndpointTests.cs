using System.Net;
using Pryx.Testing;

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
        Assert.DoesNotContain(FakeCloud.Secret, File.ReadAllText(Path.Combine(core.Home.Data, "vault.json")), StringComparison.Ordinal);
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
    [InlineData(CloudMood.Denies, HttpStatusCode.BadGateway, "LOGIN_DENIED")]
    [InlineData(CloudMood.Expires, HttpStatusCode.RequestTimeout, "CODE_EXPIRED")]
    [InlineData(CloudMood.Garbage, HttpStatusCode.BadGateway, "CLOUD_ERROR")]
    [InlineData(CloudMood.Down, HttpStatusCode.BadGateway, "CLOUD_UNREACHABLE")]
    public async Task What_goes_wrong_while_the_code_is_entered_ends_the_login_with_its_reason_and_what_to_do(CloudMood mood, HttpStatusCode expected, string code)
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        await using var core = await StartAsync(cloud.Url);
        await core.PostAsync($"{Login}/start", null, Cancellation);
        cloud.PollMood = mood;

        var (status, body) = await core.PostAsync($"{Login}/poll", new { device_code = "dev-1", interval = 1 }, Cancellation);

        Assert.Equal((expected, code), (status, (string?)body!["error"]!["code"]));
        Assert.NotEqual("", (string?)body["error"]!["next"] ?? "");
        Assert.False((bool)(await core.GetAsync("/api/v1/cloud/status", Cancellation)).Body!["logged_in"]!);
    }

    [Fact]
    public async Task A_cloud_that_wants_to_be_asked_less_often_is_and_a_short_trouble_ends_nothing()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        var time = new FakeTime();
        await using var core = await StartAsync(cloud.Url, time);
        await core.PostAsync($"{Login}/start", null, Cancellation);
        cloud.SlowDowns = 1;
        cloud.Pending = 1;

        var polling = core.PostAsync($"{Login}/poll", new { device_code = "dev-1", interval = 1 }, Cancellation);
        await cloud.WaitForPollsAsync(1, Cancellation);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(6), Cancellation);
        cloud.PollMood = CloudMood.Down;
        time.Advance(TimeSpan.FromSeconds(6));
        await cloud.WaitForPollsAsync(2, Cancellation);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(6), Cancellation);
        cloud.PollMood = CloudMood.Well;
        time.Advance(TimeSpan.FromSeconds(6));
        await cloud.WaitForPollsAsync(3, Cancellation);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(6), Cancellation);
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(HttpStatusCode.OK, (await polling).Status);
        Assert.Empty(cloud.Violations);
    }

    [Fact]
    public async Task A_sign_in_is_renewed_when_it_is_due_and_forgotten_when_the_cloud_has_ended_it()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Lifetime = 60; // Less than the margin: due at once.
        await using var core = await StartAsync(cloud.Url);
        await core.PostAsync($"{Login}/start", null, Cancellation);
        await core.PostAsync($"{Login}/poll", new { device_code = "dev-1", interval = 1 }, Cancellation);
        Assert.Equal(0, cloud.Refreshes);

        cloud.Lifetime = 3600;
        var renewed = (await core.GetAsync("/api/v1/cloud/status?check=true", Cancellation)).Body!;
        await core.GetAsync("/api/v1/cloud/status?check=true", Cancellation);

        Assert.True((bool)renewed["logged_in"]!);
        Assert.Equal(1, cloud.Refreshes);
        Assert.True((bool)(await core.GetAsync("/health", Cancellation)).Body!["cloud_logged_in"]!);
        Assert.DoesNotContain(Directory.EnumerateFiles(core.Home.Data, "*", SearchOption.AllDirectories).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)), file => Bytes(file).AsSpan().IndexOf("cloud-hunter2"u8) >= 0);
    }

    [Fact]
    public async Task A_sign_in_that_the_account_has_ended_is_said_and_forgotten_and_so_is_one_that_is_signed_out_of()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Lifetime = 60;
        await using var core = await StartAsync(cloud.Url);
        await SignInAsync(core, "dev-1");
        cloud.IsRevoked = true;
        var ended = (await core.GetAsync("/api/v1/cloud/status?check=true", Cancellation)).Body!;
        Assert.Equal((false, "The cloud has ended the sign-in."), ((bool)ended["logged_in"]!, (string?)ended["trouble"]));

        await SignInAsync(core, "dev-2");
        Assert.Equal(HttpStatusCode.NoContent, (await core.PostAsync("/api/v1/cloud/logout", null, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await core.PostAsync("/api/v1/cloud/logout", null, Cancellation)).Status);
        Assert.False((bool)(await core.GetAsync("/api/v1/cloud/status", Cancellation)).Body!["logged_in"]!);
        Assert.False((bool)(await core.GetAsync("/health", Cancellation)).Body!["cloud_logged_in"]!);
    }

    private static async Task SignInAsync(TestCore core, string code)
    {
        await core.PostAsync($"{Login}/start", null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"{Login}/poll", new { device_code = code, interval = 1 }, Cancellation)).Status);
    }

    // The database is open in another hand.
    private static byte[] Bytes(string file)
    {
        using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        open.CopyTo(copy);
        return copy.ToArray();
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

    private static Task<TestCore> StartAsync(string url, TimeProvider? time = null) =>
        TestCore.StartAsync(null, Cancellation, time: time, environment: new Dictionary<string, string> { ["PRYX_CLOUD_API_URL"] = url });
}
