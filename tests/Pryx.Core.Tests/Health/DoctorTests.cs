using System.IO.Compression;
using System.Net;
using Pryx.Core.Health.Doctoring;
using Pryx.Core.Tests.Mcp;
using Pryx.Protocol.Health;
using Pryx.Testing;

namespace Pryx.Core.Tests.Health;

public sealed class DoctorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI2", "health")]
    [Requirement("CLI2", "SQLite")]
    [Requirement("CLI2", "channels")]
    public async Task Everything_that_is_needed_is_looked_at_and_a_daemon_says_that_it_is_healthy()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);

        var (status, report) = await core.GetAsync("/api/v1/doctor", Cancellation);

        Assert.Equal((HttpStatusCode.OK, "healthy"), (status, (string?)report!["status"]));
        var checks = report["checks"]!.AsArray().ToDictionary(check => (string)check!["name"]!, check => (Status: (string)check!["status"]!, Detail: (string)check["detail"]!));
        Assert.Equal(["channels", "clock", "cloud", "config", "dependencies", "diagnostics", "disk", "installation", "keychain", "mcp", "network", "permissions", "port", "processes", "providers", "pryx-core", "sandbox", "skills", "sqlite"], checks.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(core.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), checks["pryx-core"].Detail, StringComparison.Ordinal);
        Assert.Contains("works", checks["providers"].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(checks.Values, check => check.Status == DoctorStatus.Fail);
    }

    [Fact]
    [Requirement("CLI2", "MCP")]
    public async Task Servers_and_skills_that_can_not_be_used_are_named_with_the_command_that_helps()
    {
        using var home = new TempHome();
        Directory.CreateDirectory(Path.Combine(home.Data, "skills", "broken"));
        await File.WriteAllTextAsync(Path.Combine(home.Data, "skills", "broken", "SKILL.md"), "---\nname: [\n---\n", Cancellation);
        FakeMcp.Write(home, ("good", FakeMcp.Entry(home, "good")), ("gone", FakeMcp.Entry(home, "exit")));
        await using var core = await TestCore.StartAsync(null, Cancellation, home);

        var report = (await core.GetAsync("/api/v1/doctor", Cancellation)).Body;
        var (mcp, skills) = (Check(report, "mcp"), Check(report, "skills"));

        Assert.Equal(("WARN", "pryx mcp logs gone"), ((string?)mcp["status"], (string?)mcp["fix"]));
        Assert.Matches("good: [1-9][0-9]* tools", (string?)mcp["detail"]);
        Assert.Equal("WARN", (string?)skills["status"]);
        Assert.Contains("SKILL.md line", (string?)skills["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_could_read_is_a_failure_and_is_closed_on_request()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead: use Linux or macOS.");
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var config = Path.Combine(core.Home.Data, "config.yaml");
        await File.WriteAllTextAsync(config, "log_level: info\n", Cancellation);
        File.SetUnixFileMode(config, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var before = Check((await core.GetAsync("/api/v1/doctor", Cancellation)).Body, "permissions");
        var after = Check((await core.PostAsync("/api/v1/doctor/fix", null, Cancellation)).Body, "permissions");

        Assert.Equal(("FAIL", true), ((string?)before["status"], (bool)before["can_fix"]!));
        Assert.Contains("config.yaml", (string?)before["detail"], StringComparison.Ordinal);
        Assert.Equal(("OK", true), ((string?)after["status"], (bool)after["was_fixed"]!));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(config));
    }

    [Fact]
    public async Task The_bundle_has_the_report_the_configuration_and_the_log_and_no_secret()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        const string Secret = "sk-proj-Zk3vQ9wXr7Lm2Np8Ht5Yc1Bd6Fg4Js0A";
        await File.WriteAllTextAsync(Path.Combine(core.Home.Data, "config.yaml"), $"model_name: gpt-4o\ntelegram_token: \"{Secret}\"\n", Cancellation);

        var answer = await core.Http.GetAsync(new Uri(core.Url, "/api/v1/doctor/bundle"), Cancellation);
        using var archive = new ZipArchive(await answer.Content.ReadAsStreamAsync(Cancellation));
        var texts = archive.Entries.ToDictionary(entry => entry.FullName, Text);

        Assert.Equal(["about.txt", "config.yaml", "doctor.json", "log.txt"], texts.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("model_name: gpt-4o", texts["config.yaml"], StringComparison.Ordinal);
        Assert.All(texts.Values, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
        Assert.All(texts.Values, text => Assert.DoesNotContain(core.Token, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_hangs_or_breaks_is_a_finding_and_the_rest_is_told()
    {
        var time = new FakeTime();
        var began = new TaskCompletionSource();
        var doctor = new Doctor(
        [
            new("hangs", async token =>
            {
                began.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return DoctorWord.Ok("hangs", "never");
            }),
            new("breaks", static _ => throw new IOException("the disk is gone")),
            DoctorProbe.Of("works", static () => DoctorWord.Ok("works", "fine")),
        ], time);

        var looking = doctor.LookAsync(fixes: false, Cancellation);
        await began.Task;
        while (time.WaitingTimers != 1)
        {
            await Task.Yield(); // The two that come to an end do it in their own time.
        }
        time.Advance(TimeSpan.FromSeconds(12));
        var report = await looking;

        Assert.Equal(("unhealthy", "FAIL", "FAIL", "OK"), (report.Status, report.Checks[0].Status, report.Checks[1].Status, report.Checks[2].Status));
        Assert.Equal("the disk is gone", report.Checks[1].Detail);
    }

    private static System.Text.Json.Nodes.JsonNode Check(System.Text.Json.Nodes.JsonNode? report, string name) =>
        report!["checks"]!.AsArray().Single(check => (string?)check!["name"] == name)!;

    private static string Text(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }
}
