using Pryx.Core.Storage;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Commands while a daemon runs on the same data directory: they are its surfaces, and it does the work.</summary>
public sealed class DaemonCommandTests
{
    private const string CtrlC = "\x03";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("ARC1", "one store")]
    [Requirement("ARC1", "all surfaces query it")]
    public async Task The_daemon_answers_with_its_own_keys_and_the_command_says_that_they_count()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("From the daemon.")), Cancellation);
        await using var another = await FakeProvider.StartAsync(FakeScripts.Always(Says("From here.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);

        var plain = await person.RunAsync("one");
        person.Variables["OPENAI_BASE_URL"] = another.OpenAiUrl.ToString();
        person.Variables["GROQ_API_KEY"] = Person.Key;
        var warned = await person.RunAsync("two");
        var local = await person.RunAsync("--local", "three");

        Assert.Equal((0, "From the daemon.\n"), (plain.ExitCode, plain.Stdout));
        Assert.DoesNotContain("Warning", plain.Stderr, StringComparison.Ordinal);
        Assert.Equal((0, "From the daemon.\n"), (warned.ExitCode, warned.Stdout));
        Assert.Contains("GROQ_API_KEY is set only here; OPENAI_BASE_URL is another one there", warned.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(another.OpenAiUrl.ToString(), warned.Stderr, StringComparison.Ordinal);
        Assert.Equal((0, "From here.\n"), (local.ExitCode, local.Stdout));
        Assert.Equal((2, 1), (provider.ModelRequests.Count, another.ModelRequests.Count));
        Assert.Equal(3, (await person.JsonAsync("session", "list", "--json")).GetArrayLength());
    }

    [Fact]
    public async Task Sessions_grants_and_keys_are_the_daemons()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("A pangolin.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);

        Assert.Equal(0, (await person.RunAsync("who lives here?")).ExitCode);
        Assert.Equal(0, (await person.RunAsync("--continue", "and there?")).ExitCode);
        var shown = await person.ShowSessionAsync();
        var id = shown.GetProperty("session").GetProperty("id").GetString()!;
        var found = await person.PryxAsync("session", "search", "pangolin");
        var granted = await person.PryxAsync("grant", "add", "shell.exec:dotnet test*");
        var grants = await person.PryxAsync("grant", "list");
        var key = await person.PryxAsync(["provider", "set-key", "groq", "--no-verify"], stdin: Person.Key);
        var deleted = await person.PryxAsync("session", "delete", id, "--force");

        Assert.Equal(4, shown.GetProperty("items").GetArrayLength());
        Assert.Equal(["user", "assistant", "user"], provider.ModelRequests[^1].Messages.Where(message => message.Role != "system").Select(message => message.Role));
        Assert.Contains("pangolin", found.Stdout, StringComparison.Ordinal);
        Assert.True(granted.ExitCode == 0, granted.Stderr);
        Assert.Contains("shell.exec:dotnet test*", grants.Stdout, StringComparison.Ordinal);
        Assert.True(key.ExitCode == 0, key.Stderr);
        Assert.True(deleted.ExitCode == 0, deleted.Stderr);
        Assert.Empty((await person.JsonAsync("session", "list", "--json")).EnumerateArray());
    }

    [Fact]
    public async Task Second_run_in_a_busy_session_reaches_the_same_turn_and_follows_it()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("shell_exec", """{"command":"touch begun.txt; while [ ! -e go.txt ]; do sleep 0.02; done"}""")), Says("Both read.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);
        await using var first = await person.StartAsync("run", "-m", Models.Chat, "--approve-all", "first");
        await Until.TrueAsync(() => person.Home.Exists("begun.txt"), Cancellation);

        await using var second = await person.StartAsync("run", "--continue", "and this");
        await using (var store = await Database.OpenAsync(Path.Combine(person.Home.Data, "pryx.db"), TimeProvider.System, Cancellation))
        {
            while (await store.ReadAsync(static connection => connection.Number("SELECT COUNT(*) FROM inputs"), Cancellation) < 2)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
            }
        }
        person.Home.Write("go.txt", "");
        var (one, two) = (await first.WaitAsync(Cancellation), await second.WaitAsync(Cancellation));

        Assert.Equal((0, "Both read.\n"), (one.ExitCode, one.Stdout));
        Assert.Equal((0, "Both read.\n"), (two.ExitCode, two.Stdout));
        Assert.Equal(["first", "and this"], provider.ModelRequests[^1].Messages.Where(message => message.Role == "user").Select(message => message.Text));
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task The_terminal_answers_what_the_daemon_asks_and_the_daemon_runs_the_tool()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "go");

        await terminal.WaitForTextAsync("touch made.txt", Cancellation);
        await terminal.WaitForTextAsync("Answer: ", Cancellation);
        Assert.False(person.Home.Exists("made.txt"));
        terminal.SendKeys("y");

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.True(person.Home.Exists("made.txt"));
        Assert.Contains("Done.", terminal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_joins_a_turn_is_asked_what_it_waits_for_and_the_first_answer_counts_everywhere()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);
        await using var first = person.Terminal("run", "-m", Models.Chat, "go");
        await first.WaitForTextAsync("Answer: ", Cancellation);

        await using var second = person.Terminal("run", "--continue");
        await second.WaitForTextAsync("Answer: ", Cancellation);
        second.SendKeys("y");

        Assert.Equal(0, await second.WaitAsync(Cancellation));
        Assert.Equal(0, await first.WaitAsync(Cancellation));
        Assert.Contains("approved elsewhere", first.Text, StringComparison.Ordinal);
        Assert.True(person.Home.Exists("made.txt"));
        Assert.Contains("Done.", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_turn_in_the_daemon()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", """{"command":"touch begun.txt; sleep 61.4472"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);
        await using var terminal = person.Terminal("run", "-m", Models.Chat, "--approve-all", "go");

        await Until.TrueAsync(() => person.Home.Exists("begun.txt") && OtherProcesses.Exist("61.4472"), Cancellation);
        terminal.SendKeys(CtrlC);

        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        Assert.False(OtherProcesses.Exist("61.4472"));
        Assert.Equal(2, (await person.PryxAsync("run", "--continue")).ExitCode); // Over, not open.
    }

    [Fact]
    public async Task SIGTERM_leaves_the_turn_to_the_daemon_and_continue_follows_it()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", """{"command":"touch begun.txt; while [ ! -e go.txt ]; do echo tick; sleep 0.05; done"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        await using var daemon = await DaemonProcess.StartAsync(person);
        await using var run = await person.StartAsync("run", "-m", Models.Chat, "--approve-all", "go");
        await Until.TrueAsync(() => person.Home.Exists("begun.txt"), Cancellation);

        run.Signal(15);
        var left = await run.WaitAsync(Cancellation);
        await using var again = await person.StartAsync("run", "--continue", "--json");
        await again.WaitForOutputAsync("tool.output", Cancellation);
        person.Home.Write("go.txt", "");
        var ended = await again.WaitAsync(Cancellation);

        Assert.Equal(130, left.ExitCode);
        Assert.Contains("goes on in the background", left.Stderr, StringComparison.Ordinal);
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("\"text\":\"Done.\"", ended.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(2, provider.ModelRequests.Count);
    }

    [Fact]
    public async Task A_run_goes_on_when_the_daemon_was_killed_and_comes_back()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("After all.")), Cancellation);
        using var person = Person.At(provider);
        var daemon = await DaemonProcess.StartAsync(person);
        await using var run = await person.StartAsync("run", "-m", Models.Chat, "go");
        await provider.WaitForRequestsAsync(1, Cancellation);

        await daemon.KillAsync();
        await daemon.DisposeAsync();
        await run.WaitForOutputAsync("waiting for it to come back", Cancellation);
        await using var next = await DaemonProcess.StartAsync(person);
        var ended = await run.WaitAsync(Cancellation);

        Assert.Equal((0, "After all.\n"), (ended.ExitCode, ended.Stdout));
        Assert.Contains("Core is back", ended.Stderr, StringComparison.Ordinal);
        Assert.Single((await person.ShowSessionAsync()).GetProperty("items").EnumerateArray(), item => item.GetProperty("type").GetString() == "user_message");
    }

    [Fact]
    public async Task A_run_says_what_to_type_when_the_daemon_was_killed_and_stays_away()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("After all.")), Cancellation);
        using var person = Person.At(provider);
        var daemon = await DaemonProcess.StartAsync(person);
        await using var run = await person.StartAsync("run", "-m", Models.Chat, "go");
        await provider.WaitForRequestsAsync(1, Cancellation);

        await daemon.KillAsync();
        await daemon.DisposeAsync();
        var ended = await run.WaitAsync(Cancellation);
        var again = await person.PryxAsync("run", "--continue");

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("what it had done is stored", ended.Stderr, StringComparison.Ordinal);
        Assert.Contains("pryx run --continue", ended.Stderr, StringComparison.Ordinal);
        Assert.Equal((0, "After all.\n"), (again.ExitCode, again.Stdout));
    }
}
