using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Background processes with the real executable; what lives is counted in /proc, outside of it.</summary>
public sealed class ProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_is_started_read_listed_and_stopped_from_the_command_line()
    {
        using var person = new Person();
        var without = await person.PryxAsync("process", "start", "sleep 60");
        await using var served = await ServedPryx.StartAsync(person);
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";

        var started = await person.JsonAsync("process", "start", $"echo ready; sleep {word}", "--name", "waiter", "--tag", "test", "--json");
        var id = started.GetProperty("id").GetString()!;
        await Until.TrueAsync(() => OtherProcesses.Exist(word), Cancellation);
        var listed = await person.PryxAsync("process", "list", "--tag", "test");
        var read = await person.PryxAsync("process", "logs", id);
        var stopped = await person.PryxAsync("process", "stop", id);
        var after = await person.JsonAsync("process", "list", "--json");
        var unknown = await person.PryxAsync("process", "stop", "proc-nonesuch22");

        Assert.Equal(1, without.ExitCode);
        Assert.Contains("pryx serve", without.Stderr, StringComparison.Ordinal);
        Assert.Contains("waiter", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("#test", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("  ready", read.Stdout, StringComparison.Ordinal);
        Assert.Contains($"Stopped {id}", stopped.Stdout, StringComparison.Ordinal);
        Assert.Equal(("ended", "user"), (after.GetProperty("processes")[0].GetProperty("status").GetString(), after.GetProperty("processes")[0].GetProperty("ended_by").GetString()));
        Assert.Equal(1, unknown.ExitCode);
        await Until.TrueAsync(() => !OtherProcesses.Exist(word), Cancellation, seconds: 5);
    }

    [Theory]
    [InlineData("core")]
    [InlineData("term")]
    public async Task A_daemon_that_is_ended_or_killed_takes_its_processes_along(string how)
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person);
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";
        var started = await person.PryxAsync("process", "start", $"trap '' TERM HUP; setsid sh -c \"trap '' TERM HUP; sleep {word} & sleep {word}\" & sleep {word}");
        Assert.True(started.ExitCode == 0, started.Stderr);
        await Until.TrueAsync(() => OtherProcesses.Exist(word), Cancellation);

        if (how == "core")
        {
            using var kill = System.Diagnostics.Process.Start("kill", ["-9", served.CorePid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(Cancellation);
        }
        await served.EndAsync(Signals.Term);

        await Until.TrueAsync(() => !OtherProcesses.Exist(word), Cancellation, seconds: 5);
    }

    [Fact]
    public async Task A_process_of_a_run_without_a_daemon_ends_with_the_command()
    {
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("process_start", $$"""{"command":"sleep {{word}} & sleep {{word}}"}""")), Says("It runs.")), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--approve-all", "start it");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Contains("as long as this pryx command", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
        await Until.TrueAsync(() => !OtherProcesses.Exist(word), Cancellation, seconds: 5);
    }
}
