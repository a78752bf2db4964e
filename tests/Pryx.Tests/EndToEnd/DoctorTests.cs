using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>pryx doctor with the real executable and no daemon.</summary>
public sealed class DoctorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_home_is_healthy_each_line_says_how_it_is_and_what_to_do()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        using var person = Person.At(provider);

        var report = await person.PryxAsync("doctor");
        var json = await person.JsonAsync("doctor", "--json");

        Assert.True(report.ExitCode == 0, report.Stdout + report.Stderr);
        Assert.Contains("sqlite OK - ", report.Stdout, StringComparison.Ordinal);
        Assert.Contains("pryx-core WARN - ", report.Stdout, StringComparison.Ordinal);
        Assert.Contains("→ pryx serve", report.Stdout, StringComparison.Ordinal);
        Assert.Contains("healthy: ", report.Stdout, StringComparison.Ordinal);
        Assert.Equal("healthy", json.GetProperty("status").GetString());
        Assert.All(json.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("status").GetString() is "OK" or "WARN"));
    }

    [Fact]
    public async Task What_does_not_work_fails_with_the_command_that_puts_it_right_and_a_bundle_is_written_once()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        using var person = Person.At(provider);
        Directory.CreateDirectory(Path.Combine(person.Home.Data, "pryx.db"));

        var broken = await person.PryxAsync("doctor");
        Directory.Delete(Path.Combine(person.Home.Data, "pryx.db"));
        var bundle = Path.Combine(person.Home.Workspace, "support.zip");
        var written = await person.PryxAsync("doctor", "--bundle", bundle);
        var again = await person.PryxAsync("doctor", "--bundle", bundle);

        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("sqlite FAIL - ", broken.Stdout, StringComparison.Ordinal);
        Assert.Equal((0, 1), (written.ExitCode, again.ExitCode));
        Assert.True(new FileInfo(bundle).Length > 100);
    }
}
