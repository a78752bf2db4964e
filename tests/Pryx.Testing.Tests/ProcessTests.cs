namespace Pryx.Testing.Tests;

public sealed class ProcessTests
{
    [Fact]
    public async Task A_run_collects_both_streams_the_code_and_gives_stdin()
    {
        var result = await RunProcess.RunAsync("sh", ["-c", "cat; echo err >&2; exit 7"], new() { Stdin = "grüße" }, TestContext.Current.CancellationToken);

        Assert.Equal((7, "grüße", "err\n"), (result.ExitCode, result.Stdout, result.Stderr));
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_killed_with_its_children()
    {
        using var home = new TempHome();
        var setup = new ProcessSetup { Timeout = TimeSpan.FromMilliseconds(300), WorkingDirectory = home.Workspace };

        var failure = await Assert.ThrowsAsync<TimeoutException>(() =>
            RunProcess.RunAsync("sh", ["-c", "sleep 60 & echo $! > child; echo begun; wait"], setup, TestContext.Current.CancellationToken));

        Assert.Contains("begun", failure.Message, StringComparison.Ordinal);
        Assert.False(await IsRunningAsync(home.Read("child").Trim()));
    }

    [Fact]
    public async Task A_hard_kill_leaves_no_time_to_tidy_up()
    {
        using var home = new TempHome();
        await using var process = await RunProcess.StartAsync("sh", ["-c", "trap 'echo tidy > tidied' TERM INT EXIT; echo ready; while :; do sleep 0.05; done"],
            new() { WorkingDirectory = home.Workspace }, TestContext.Current.CancellationToken);
        await process.WaitForOutputAsync("ready", TestContext.Current.CancellationToken);

        process.KillHard();
        var result = await process.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(128 + 9, result.ExitCode);
        Assert.False(home.Exists("tidied"));
    }

    [Fact]
    public async Task A_signal_reaches_the_program()
    {
        await using var process = await RunProcess.StartAsync("sh", ["-c", "trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.05; done"], new(), TestContext.Current.CancellationToken);
        await process.WaitForOutputAsync("ready", TestContext.Current.CancellationToken);

        process.Signal(15);
        var result = await process.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((3, "ready\nstopped\n"), (result.ExitCode, result.Stdout));
    }

    [Fact]
    public async Task Under_a_terminal_a_program_sees_a_terminal_of_the_asked_size()
    {
        using var home = new TempHome();
        await using var terminal = TerminalProcess.Start("sh", ["-c", "test -t 0 && test -t 1 && test -t 2 && echo yes; stty size; pwd; echo $TERM"],
            new() { WorkingDirectory = home.Workspace }, columns: 91, rows: 33);

        await terminal.WaitForTextAsync("yes", TestContext.Current.CancellationToken);
        await terminal.WaitForTextAsync("33 91", TestContext.Current.CancellationToken);
        await terminal.WaitForTextAsync(home.Workspace, TestContext.Current.CancellationToken);
        await terminal.WaitForTextAsync("xterm-256color", TestContext.Current.CancellationToken);

        Assert.Equal(0, await terminal.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Keys_are_typed_and_colours_are_left_out_of_the_text()
    {
        await using var terminal = TerminalProcess.Start("sh", ["-c", """printf '\033[1;31mAllow?\033[0m '; read answer; printf 'got \033]0;title\007<%s>\n' "$answer"; exit 5"""], new());

        await terminal.WaitForTextAsync("Allow? ", TestContext.Current.CancellationToken);
        terminal.SendKeys("y\r");
        await terminal.WaitForTextAsync("got <y>", TestContext.Current.CancellationToken);

        Assert.Contains("\x1b[1;31m", terminal.Raw, StringComparison.Ordinal);
        Assert.Equal(5, await terminal.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_program_in_front()
    {
        await using var terminal = TerminalProcess.Start("sh", ["-c", "echo ready; exec sleep 60"], new());
        await terminal.WaitForTextAsync("ready", TestContext.Current.CancellationToken);

        terminal.SendKeys("\x03");

        Assert.Equal(128 + 2, await terminal.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_text_that_never_comes_is_told_with_what_is_shown()
    {
        await using var terminal = TerminalProcess.Start("sh", ["-c", "echo something else"], new());

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => terminal.WaitForTextAsync("never", TestContext.Current.CancellationToken));

        Assert.Contains("something else", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_a_terminal_ends_its_program()
    {
        var terminal = TerminalProcess.Start("sh", ["-c", "echo ready; sleep 60"], new());
        await terminal.WaitForTextAsync("ready", TestContext.Current.CancellationToken);

        await terminal.DisposeAsync();

        Assert.False(await IsRunningAsync(terminal.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>A zombie that nobody has waited for yet does not run.</summary>
    private static async Task<bool> IsRunningAsync(string pid)
    {
        var result = await RunProcess.RunAsync("ps", ["-o", "stat=", "-p", pid], new(), TestContext.Current.CancellationToken);
        return result.Stdout.Trim() is { Length: > 0 } state && state[0] != 'Z';
    }
}
