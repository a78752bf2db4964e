using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Ctrl-C and SIGTERM, as a terminal and a service manager send them.</summary>
public sealed class InterruptTests
{
    private const string CtrlC = "\x03";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ctrl_C_once_stops_the_turn_and_stores_what_had_come()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Half of ") with { Hangs = true }), Cancellation);
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("Half of", Cancellation);
        terminal.SendKeys(CtrlC);

        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        var items = (await person.ShowSessionAsync()).GetProperty("items");
        Assert.Equal("go", items[0].GetProperty("text").GetString());
        Assert.Equal("Half of ", items[1].GetProperty("text").GetString());
        Assert.True(items[1].GetProperty("is_partial").GetBoolean());
        // It is over, not open.
        Assert.Equal(2, (await person.PryxAsync("run", "--continue")).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_at_a_card_takes_it_down_and_stops_the_turn()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        terminal.SendKeys(CtrlC);

        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        Assert.False(person.Home.Exists("made.txt"));
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    public async Task Two_quick_Ctrl_C_leave_at_once()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Half of ") with { Hangs = true }), Cancellation);
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("Half of", Cancellation);
        var started = TimeProvider.System.GetTimestamp();
        terminal.SendKeys(CtrlC + CtrlC);

        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 3);
        Assert.Equal("go", (await person.ShowSessionAsync()).GetProperty("items")[0].GetProperty("text").GetString());
    }

    [Fact]
    [Requirement("G3", "0 zombies after exit")]
    public async Task Ctrl_C_while_a_command_runs_ends_its_whole_tree_within_a_second()
    {
        // The children ignore polite signals and leave the group.
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", """{"command":"trap '' TERM INT; setsid sleep 62.8153 & nohup sleep 62.8153 & touch begun.txt; sleep 62.8153"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "--approve-all", "go");

        await Until.TrueAsync(() => person.Home.Exists("begun.txt") && OtherProcesses.Exist("62.8153"), Cancellation);
        var stopped = TimeProvider.System.GetTimestamp();
        terminal.SendKeys(CtrlC);
        await Until.TrueAsync(() => !OtherProcesses.Exist("62.8153"), Cancellation);

        Assert.InRange(TimeProvider.System.GetElapsedTime(stopped).TotalSeconds, 0, 1);
        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        var result = (await person.ShowSessionAsync()).GetProperty("items").EnumerateArray().Single(item => item.GetProperty("type").GetString() == "tool_result");
        Assert.Equal("cancelled", result.GetProperty("status").GetString());
    }

    [Fact]
    public async Task SIGTERM_suspends_the_turn_within_2_s_and_continue_finishes_it()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", """{"command":"touch begun.txt; sleep 63.9241"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using (var run = await person.StartAsync("run", "-m", Models.Chat, "--approve-all", "go"))
        {
            await Until.TrueAsync(() => person.Home.Exists("begun.txt"), Cancellation);
            var told = TimeProvider.System.GetTimestamp();
            run.Signal(15);
            var ended = await run.WaitAsync(Cancellation);
            Assert.InRange(TimeProvider.System.GetElapsedTime(told).TotalSeconds, 0, 2);
            Assert.Equal(130, ended.ExitCode);
            Assert.Contains("pryx run --continue", ended.Stderr, StringComparison.Ordinal);
        }
        Assert.False(OtherProcesses.Exist("63.9241"));

        var again = await person.PryxAsync("run", "--continue");

        Assert.True(again.ExitCode == 0, again.Stderr);
        Assert.Equal("Done.\n", again.Stdout);
        Assert.StartsWith("interrupted", Assert.Single(provider.ModelRequests[^1].Results).Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }
}
