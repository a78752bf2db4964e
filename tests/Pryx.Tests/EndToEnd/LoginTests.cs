using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>pryx login against a cloud on loopback that holds it to the device flow and PKCE.</summary>
public sealed class LoginTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("T1.4", "code shown")]
    [Requirement("T1.4", "PKCE")]
    [Requirement("T1.4", "token stored")]
    [Requirement("CLI20", "device code")]
    [Requirement("CLI20", "PKCE")]
    [Requirement("AUTH-M", "token stored")]
    public async Task Login_shows_the_code_proves_itself_and_keeps_the_tokens_where_nobody_reads_them()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Pending = 1;
        using var person = At(cloud);

        var login = await person.PryxAsync("login");
        var status = await person.JsonAsync("login", "--status", "--json");

        Assert.True(login.ExitCode == 0, login.Stdout + login.Stderr);
        Assert.Contains("Attempting to log in to Pryx Cloud...", login.Stdout, StringComparison.Ordinal);
        Assert.Contains("Verification URL: https://pryx.dev/activate", login.Stdout, StringComparison.Ordinal);
        Assert.Contains("User Code: ABCD-EFGH", login.Stdout, StringComparison.Ordinal);
        Assert.Contains("Successfully logged in!", login.Stdout, StringComparison.Ordinal);
        Assert.True(status.GetProperty("logged_in").GetBoolean());
        Assert.Empty(cloud.Violations);
        Assert.Equal(2, cloud.Polls);
        Assert.DoesNotContain(FakeCloud.Secret, login.Stdout + login.Stderr, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(person.Home.Home, "*", SearchOption.AllDirectories), file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("cloud-hunter2"u8)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(Path.Combine(person.Home.Data, "vault.json")));
        }
    }

    [Theory]
    [InlineData(CloudMood.Well, CloudMood.Denies, "refused in the browser")]
    [InlineData(CloudMood.Well, CloudMood.Expires, "has expired")]
    [InlineData(CloudMood.Well, CloudMood.Garbage, "is not what the cloud says")]
    [InlineData(CloudMood.Garbage, CloudMood.Well, "is not what the cloud says")]
    [InlineData(CloudMood.Down, CloudMood.Well, "is in trouble")]
    [InlineData(CloudMood.Hangs, CloudMood.Well, "does not answer")]
    [Requirement("AUTH-M", "timeout offers offline")]
    [Requirement("J.1", "failure shows retry")]
    public async Task What_fails_is_said_with_1_and_what_to_do_and_the_next_try_may_succeed(CloudMood start, CloudMood poll, string reason)
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        (cloud.StartMood, cloud.PollMood) = (start, poll);
        using var person = At(cloud);

        var failed = await person.PryxAsync("login");
        var status = await person.PryxAsync("login", "--status");
        (cloud.StartMood, cloud.PollMood) = (CloudMood.Well, CloudMood.Well);
        var again = await person.PryxAsync("login");

        Assert.Equal((1, 1), (failed.ExitCode, status.ExitCode));
        Assert.Contains("Login failed: ", failed.Stderr, StringComparison.Ordinal);
        Assert.Contains(reason, failed.Stderr, StringComparison.Ordinal);
        Assert.Contains("Next: ", failed.Stderr, StringComparison.Ordinal);
        Assert.Contains(poll == CloudMood.Garbage || start == CloudMood.Garbage ? "cloud_api_url" : "everything but the cloud works", failed.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", failed.Stderr, StringComparison.Ordinal);
        Assert.Contains("Next: pryx login", status.Stdout, StringComparison.Ordinal);
        Assert.True(again.ExitCode == 0, again.Stderr);
    }

    [Fact]
    [Requirement("AUTH-M", "invalid code retries")]
    public async Task In_a_terminal_a_code_that_went_wrong_is_followed_by_the_question_again_and_offline_by_S()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.PollMood = CloudMood.Expires;
        using var person = At(cloud);
        await using var terminal = person.Terminal("setup", "--step", "cloud");

        await terminal.WaitForTextAsync("[Enter] start login · [S] skip (offline)", Cancellation);
        terminal.SendKeys("\r");
        await terminal.WaitForTextAsync("User Code: ABCD-EFGH", Cancellation);
        await terminal.WaitForTextAsync("Login failed: login timed out", Cancellation);
        await terminal.WaitForTextAsync("[Enter] start login · [S] skip (offline)", Cancellation);
        cloud.PollMood = CloudMood.Well;
        terminal.SendKeys("\r");
        await terminal.WaitForTextAsync("Successfully logged in!", Cancellation);

        Assert.Equal(1, await terminal.WaitAsync(Cancellation)); // Signed in, and still without a provider.
        Assert.Equal(0, (await person.PryxAsync("login", "--status")).ExitCode);
    }

    [Fact]
    [Requirement("J.1", "login persists")]
    [Requirement("J.1", "auth state shown")]
    public async Task A_daemon_is_signed_in_by_the_command_says_so_without_a_token_and_still_is_after_a_restart()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        using var person = At(cloud);
        await using (var served = await ServedPryx.StartAsync(person))
        {
            Assert.False((await served.GetAsync("/health")).GetProperty("cloud_logged_in").GetBoolean());
            var login = await person.PryxAsync("login", "--json");
            Assert.True(login.ExitCode == 0, login.Stderr);
            using var state = JsonDocument.Parse(login.Stdout);
            Assert.True(state.RootElement.GetProperty("logged_in").GetBoolean());
            Assert.True((await served.GetAsync("/health")).GetProperty("cloud_logged_in").GetBoolean());
            await served.EndAsync(15);
        }
        await using var again = await ServedPryx.StartAsync(person);

        Assert.True((await again.GetAsync("/health")).GetProperty("cloud_logged_in").GetBoolean());
        Assert.Contains("Pryx Cloud sign-in (optional): signed in", (await person.PryxAsync("setup", "--status")).Stdout, StringComparison.Ordinal);
        Assert.Equal("Signed out of Pryx Cloud.\n", (await person.PryxAsync("logout")).Stdout);
        Assert.False((await again.GetAsync("/health")).GetProperty("cloud_logged_in").GetBoolean());
    }

    [Fact]
    public async Task Ctrl_C_gives_up_while_the_code_waits_and_nothing_is_stored()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        cloud.Pending = int.MaxValue;
        using var person = At(cloud);
        await using var terminal = person.Terminal("login", "--no-browser");

        await terminal.WaitForTextAsync("Ctrl-C gives up", Cancellation);
        await cloud.WaitForPollsAsync(1, Cancellation);
        terminal.SendKeys("\x03");

        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        // Scanned by a phone instead of typed.
        Assert.Contains("▀", terminal.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await person.PryxAsync("login", "--status")).ExitCode);
    }

    [Fact]
    public async Task Without_a_network_login_fails_and_everything_else_works()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Still here.")), Cancellation);
        using var person = Person.At(provider);
        person.Variables["PRYX_CLOUD_API_URL"] = "http://127.0.0.1:1";

        var login = await person.PryxAsync("login");
        var run = await person.RunAsync("hello");

        Assert.Equal(1, login.ExitCode);
        Assert.Contains("go on without: everything but the cloud works offline", login.Stderr, StringComparison.Ordinal);
        Assert.Equal("Still here.\n", run.Stdout);
    }

    private static Person At(FakeCloud cloud)
    {
        var person = new Person();
        person.Variables["PRYX_CLOUD_API_URL"] = cloud.Url;
        return person;
    }
}
