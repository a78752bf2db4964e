using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Sandbox;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>What people do all day must work inside as it does outside.</summary>
public sealed class SandboxedCommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bubblewrap_is_in_force_here_and_says_what_it_limits()
    {
        using var bench = new SandboxBench();
        var state = await bench.Spawner.SandboxStateAsync();
        Assert.True(state.Level == SandboxLevel.Bubblewrap, state.ToString());
        Assert.Contains("file size", state.Limits, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "exit code 0\n(no output)")]
    [InlineData("exit 255", "exit code 255\n(no output)")]
    [InlineData("kill -SEGV $$", "exit code 139 (SIGSEGV)\n(no output)")]
    [InlineData("kill -KILL $$", "exit code 137 (SIGKILL)\n(no output)")]
    [InlineData("kill -TERM $$", "exit code 143 (SIGTERM)\n(no output)")]
    [InlineData("echo out; echo err >&2; exit 7", "exit code 7\nstdout:\nout\nstderr:\nerr")]
    public async Task Endings_and_streams_are_those_of_the_command(string command, string expected)
    {
        using var bench = new SandboxBench();
        Assert.Equal(expected, (await bench.RunAsync(command, Token)).Text);
    }

    [Fact]
    public async Task Workspace_and_tmp_are_written_and_tmp_is_kept_for_the_session()
    {
        using var bench = new SandboxBench();
        var first = await bench.RunAsync("echo one > made.txt && mkdir -p a/b && mv made.txt a/b/ && echo two > /tmp/kept && pwd && cat ~/.config/tool/settings", Token);
        Assert.Equal($"exit code 0\nstdout:\n{bench.Workspace}\nplain settings", first.Text);
        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(bench.Workspace, "a/b/made.txt"), Token));
        Assert.Equal("exit code 0\nstdout:\ntwo", (await bench.RunAsync("cat /tmp/kept", Token)).Text);
        Assert.False(File.Exists("/tmp/kept"));
    }

    [Fact]
    public async Task Package_managers_keep_their_caches_where_the_command_may_write()
    {
        using var bench = new SandboxBench();
        var outcome = await bench.RunAsync("for place in $npm_config_cache $PIP_CACHE_DIR $GOCACHE; do mkdir -p $place && touch $place/x && echo $place; done", Token);
        Assert.Equal("exit code 0\nstdout:\n/tmp/.cache/npm\n/tmp/.cache/pip\n/tmp/.cache/go-build", outcome.Text);
    }

    [Fact]
    public async Task Git_commits_and_compilers_and_loopback_work()
    {
        using var bench = new SandboxBench();
        await bench.MakeRepositoryAsync(Token);
        var outcome = await bench.RunAsync(
            """
            git add . && git -c user.name=a -c user.email=a@b commit -qm first && git switch -qc other && echo more >> README.md && git stash -q && git stash pop -q && git log --oneline | wc -l &&
            python3 -c "
            import socket, threading, multiprocessing
            s = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(s.getsockname()); s.accept()[0].sendall(b'loop'); print(c.recv(9))
            a, b = socket.socketpair(); multiprocessing.get_context('fork').Pool(2).map(abs, [1, 2]); print('pool')
            "
            """, Token);
        Assert.True(outcome.Status == ToolStatus.Completed, outcome.Text);
        Assert.Contains("b'loop'\npool", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_output_is_whole_and_can_be_read_by_the_next_command()
    {
        using var bench = new SandboxBench();
        var outcome = await bench.RunAsync("seq 1 100000", Token);
        Assert.Contains("99999\n100000", outcome.Text, StringComparison.Ordinal);
        Assert.Equal("exit code 0\nstdout:\n100000", (await bench.RunAsync($"wc -l < {outcome.FullOutputPath}", Token)).Text);
    }

    [Fact]
    public async Task The_rules_of_the_sandbox_are_not_left_open_inside()
    {
        using var bench = new SandboxBench();
        const string Command = "ls /proc/self/fd | wc -l; readlink /proc/[0-9]*/fd/* | grep -c memfd; tr '\\0' '\\n' < /proc/1/environ | grep -c PATH=";
        var inside = await bench.RunAsync(Command, Token);
        Assert.Equal((await bench.RunAsync(Command, Token, SandboxMode.Off)).Text.Split('\n')[2], inside.Text.Split('\n')[2]);
        Assert.EndsWith("\n0\n1", inside.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_fails_because_of_the_sandbox_gets_a_hint_behind_its_first_line()
    {
        using var bench = new SandboxBench();
        var outcome = await bench.RunAsync("curl -sS http://example.org/; echo x > /etc/pryx-test", Token);
        Assert.StartsWith("exit code 1\nNote: this command runs in a sandbox without network", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("Read-only", outcome.Command!.StderrOf(outcome.Text), StringComparison.Ordinal);
        Assert.Contains("only the workspace and /tmp", (await bench.RunAsync("touch /etc/pryx-test", Token)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Note:", (await bench.RunAsync("false", Token)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_level_nothing_is_run()
    {
        using var bench = new SandboxBench(SandboxChoice.Off);
        var outcome = await bench.RunAsync("touch was-run", Token);
        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.Contains("sandbox", outcome.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(bench.Workspace, "was-run")));
    }

    [Fact]
    public async Task A_working_tree_can_be_committed_to_and_its_repository_keeps_its_hooks()
    {
        using var bench = new SandboxBench();
        var main = Directory.CreateDirectory(Path.Combine(bench.Root, "main")).FullName;
        var environment = new Dictionary<string, string?> { ["HOME"] = bench.Home, ["GIT_CONFIG_NOSYSTEM"] = "1" };
        Directory.Delete(bench.Workspace, recursive: true);
        const string Setup = "git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git worktree add -q ../workspace";
        Assert.Equal(0, (await RunProcess.RunAsync("bash", ["-c", Setup], new() { Environment = environment, WorkingDirectory = main }, Token)).ExitCode);

        var commit = await bench.RunAsync("echo x > x && git add . && git -c user.name=a -c user.email=a@b commit -qm second", Token);
        Assert.True(commit.Status == ToolStatus.Completed, commit.Text);
        Assert.NotEqual(0, (await bench.RunAsync($"echo evil > {main}/.git/hooks/pre-commit", Token)).Command!.ExitCode);
        Assert.NotEqual(0, (await bench.RunAsync("git config core.pager evil", Token)).Command!.ExitCode);
        await bench.RunAsync($"echo evil > {main}/file", Token);
        Assert.False(File.Exists(Path.Combine(main, "file")));
        Assert.NotEqual(0, (await bench.RunAsync($"echo gitdir: {main}/e > .git", Token)).Command!.ExitCode);
    }

    [Fact]
    public async Task A_git_file_that_points_at_somebody_elses_repository_opens_nothing()
    {
        using var bench = new SandboxBench();
        var other = Directory.CreateDirectory(Path.Combine(bench.Root, "other/.git/worktrees/w")).FullName;
        await File.WriteAllTextAsync(Path.Combine(other, "commondir"), "../..", Token);
        await File.WriteAllTextAsync(Path.Combine(other, "gitdir"), "/somewhere/else/.git", Token);
        bench.Write(".git", $"gitdir: {other}");
        Assert.NotEqual(0, (await bench.RunAsync($"echo evil > {other}/new", Token)).Command!.ExitCode);
    }

    [Fact]
    public async Task Killing_us_ends_what_runs_in_the_sandbox()
    {
        foreach (var level in (SandboxChoice[])[SandboxChoice.Bubblewrap, SandboxChoice.Landlock])
        {
            var tag = $"tag{Guid.NewGuid():N}";
            await using var child = await RunProcess.StartAsync(
                Environment.ProcessPath!, ["-method", $"{typeof(SandboxedCommandTests).FullName}.{nameof(Child_that_runs_a_command_until_it_is_killed)}", "-explicit", "only"],
                new() { Environment = new Dictionary<string, string?> { ["PRYX_TEST_TAG"] = tag, ["PRYX_SANDBOX"] = level.ToString() } }, Token);
            // bwrap and its first process bear the command's words too; Landlock's helper gets them in a memory file.
            await UntilAsync(() => Tagged(tag) >= (level == SandboxChoice.Bubblewrap ? 4 : 2));
            child.KillHard();
            await UntilAsync(() => Tagged(tag) == 0);
        }
    }

    [Fact]
    public async Task Killing_us_while_a_sandbox_is_being_made_leaves_nobody()
    {
        var random = new Random(20260302);
        for (var kill = 0; kill < 6; kill++)
        {
            var tag = $"tag{Guid.NewGuid():N}";
            await using var child = await RunProcess.StartAsync(
                Environment.ProcessPath!, ["-method", $"{typeof(SandboxedCommandTests).FullName}.{nameof(Child_that_runs_a_command_until_it_is_killed)}", "-explicit", "only"],
                new() { Environment = new Dictionary<string, string?> { ["PRYX_TEST_TAG"] = tag, ["PRYX_SANDBOX"] = "Bubblewrap" } }, Token);
            await UntilAsync(() => Tagged(tag) >= 1);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(6)), TimeProvider.System, Token);
            child.KillHard();
            await UntilAsync(() => Tagged(tag) == 0);
        }
    }

    [Fact(Explicit = true)]
    public async Task Child_that_runs_a_command_until_it_is_killed()
    {
        var tag = EnvironmentSettings.Read("PRYX_TEST_TAG");
        using var bench = new SandboxBench(Enum.Parse<SandboxChoice>(EnvironmentSettings.Read("PRYX_SANDBOX")!));
        await bench.RunAsync($"setsid bash -c \"trap '' TERM HUP; while :; do sleep 0.2; done # {tag}\" & trap '' TERM; while :; do sleep 0.2; done # {tag}", Token);
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isTrue())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private static int Tagged(string tag) => Directory.EnumerateDirectories("/proc").Count(folder =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0]) && File.ReadAllText(folder + "/cmdline").Contains(tag, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
