using Pryx.Agent.Tools;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Processes;

public sealed class ShellToolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_are_kept_apart_and_the_exit_code_comes_first()
    {
        using var bench = new ShellBench();
        var outcome = await bench.RunAsync("for i in 1 2 3; do echo out$i; echo err$i >&2; done; exit 7", Token);

        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.Equal("exit code 7\nstdout:\nout1\nout2\nout3\nstderr:\nerr1\nerr2\nerr3", outcome.Text);
        Assert.Equal("out1\nout2\nout3\n", string.Concat(bench.Live.Where(live => live.Stream == "stdout").Select(live => live.Text)));
        Assert.Equal("err1\nerr2\nerr3\n", string.Concat(bench.Live.Where(live => live.Stream == "stderr").Select(live => live.Text)));
    }

    [Theory]
    [InlineData("true", "exit code 0\n(no output)")]
    [InlineData("exit 255", "exit code 255\n(no output)")]
    [InlineData("kill -SEGV $$", "exit code 139 (SIGSEGV)\n(no output)")]
    [InlineData("kill -KILL $$", "exit code 137 (SIGKILL)\n(no output)")]
    [InlineData("kill -TERM $$", "exit code 143 (SIGTERM)\n(no output)")]
    [InlineData("cat", "exit code 0\n(no output)")]
    [InlineData("printf 'a\\377b\\303'", "exit code 0\nstdout:\na\uFFFDb\uFFFD")]
    [InlineData("printf '\\033[1;31mred\\033[0m \\033]0;title\\007x\\r\\ny\\rz'", "exit code 0\nstdout:\nred x\ny\nz")]
    [InlineData("printf 'a\\0b\\bc'", "exit code 0\nstdout:\nabc")]
    public async Task Endings_and_odd_bytes_read_well(string command, string expected)
    {
        foreach (var usesNamespaces in new[] { true, false })
        {
            using var bench = new ShellBench(usesNamespaces);
            Assert.Equal(expected, (await bench.RunAsync(command, Token)).Text);
        }
    }

    [Fact]
    public async Task A_character_split_between_two_reads_stays_whole()
    {
        using var bench = new ShellBench();
        var outcome = await bench.RunAsync("printf '\\303'; sleep 0.1; printf '\\244\\033['; sleep 0.1; printf '31mred'", Token);
        Assert.Equal("exit code 0\nstdout:\näred", outcome.Text);
    }

    [Fact]
    public async Task Long_output_keeps_head_and_tail_and_the_rest_in_a_private_file()
    {
        using var bench = new ShellBench();
        var outcome = await bench.RunAsync("seq 1 100000; seq 1 50000 >&2", Token);

        Assert.Equal(ToolStatus.Completed, outcome.Status);
        Assert.True(outcome.Text.Length < 30_000);
        Assert.Contains("\n1\n2\n3\n", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("\n99999\n100000", outcome.Text, StringComparison.Ordinal);
        Assert.EndsWith("\n50000", outcome.Text, StringComparison.Ordinal);
        Assert.Contains(outcome.FullOutputPath!, outcome.Text, StringComparison.Ordinal);
        Assert.Equal(string.Concat(Enumerable.Range(1, 100000).Select(i => $"{i}\n")), await File.ReadAllTextAsync(outcome.FullOutputPath!, Token));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(outcome.FullOutputPath!) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Equal(2, Directory.GetFiles(bench.Output).Length);
    }

    [Fact]
    public async Task Head_and_tail_are_exact_at_the_edge()
    {
        using var bench = new ShellBench();
        var whole = await bench.RunAsync("head -c 14000 /dev/zero | tr '\\0' x", Token);
        Assert.Null(whole.FullOutputPath);
        Assert.Equal("exit code 0\nstdout:\n" + new string('x', 14000), whole.Text);
        var cut = await bench.RunAsync("printf A; head -c 13999 /dev/zero | tr '\\0' x; printf Z", Token);
        Assert.Contains("… 1 characters left out", cut.Text, StringComparison.Ordinal);
        Assert.Equal(13999 + 2, new FileInfo(cut.FullOutputPath!).Length);
    }

    [Fact]
    public async Task Sixty_four_megabytes_neither_hang_nor_stay_in_memory()
    {
        using var bench = new ShellBench();
        bench.Context = bench.Context with { OnOutput = static (_, _) => { } };
        await bench.RunAsync("head -c 1000000 /dev/zero | tr '\\0' x", Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var outcome = await bench.RunAsync("head -c 67108864 /dev/zero | tr '\\0' x", Token);
        var after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.True(outcome.Text.Length < 30_000);
        Assert.Equal(67108864, new FileInfo(outcome.FullOutputPath!).Length);
        Assert.True(after - before < 4_000_000, $"{after - before} bytes more");
    }

    [Fact]
    [Requirement("CA6", "passed to tools")]
    public async Task Children_see_neither_our_secrets_nor_provider_keys_of_the_workspace()
    {
        var own = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = "/home/somebody",
            ["LANG"] = "C.UTF-8",
            ["OPENAI_API_KEY"] = "hush-1",
            ["my_api_key"] = "hush-2",
            ["GITHUB_TOKEN"] = "hush-3",
            ["CLIENT_SECRET_VALUE"] = "hush-4",
            ["DB_PASSWORD_FILE"] = "hush-5",
            ["CLAUDE_OAUTH_ACCESS_TOKEN"] = "hush-6",
            ["PRYX_VAULT_PASSPHRASE"] = "hush-7",
            ["AWS_ACCESS_KEY_ID"] = "hush-8",
            ["DATABASE_URL"] = "postgres://u:hush-9@db/x",
            ["BASH_ENV"] = "/tmp/hush-10",
        };
        var workspace = new Dictionary<string, string> { ["APP_DB_PASSWORD"] = "of the project", ["ANTHROPIC_API_KEY"] = "hush-11", ["PRYX_MODEL"] = "hush-12" };
        using var bench = new ShellBench(environment: own, workspaceEnvironment: workspace);
        // /proc/1 and the parents too: what a namespace hides is not read, what it does not hide holds nothing.
        var outcome = await bench.RunAsync("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'", Token);

        Assert.DoesNotContain("hush-", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("HOME=/home/somebody", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("APP_DB_PASSWORD=of the project", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_names_every_simple_command_and_where_redirects_lead()
    {
        using var bench = new ShellBench();
        File.CreateSymbolicLink(Path.Combine(bench.Workspace, "link"), "/etc");
        var plan = await bench.PlanAsync("git status && cat < in.txt | sort > link/passwd 2>/dev/null; echo hi >> notes.txt", Token);

        Assert.Null(plan.Unclear);
        Assert.Null(plan.GrantPattern);
        Assert.Equal(
            [
                new ToolAccess(AccessKind.Execute, "git status"),
                new ToolAccess(AccessKind.Execute, "cat"),
                new ToolAccess(AccessKind.Read, Path.Combine(bench.Workspace, "in.txt")) { IsInsideWorkspace = true },
                new ToolAccess(AccessKind.Execute, "sort"),
                new ToolAccess(AccessKind.Write, "/etc/passwd"),
                new ToolAccess(AccessKind.Execute, "echo hi"),
                new ToolAccess(AccessKind.Write, Path.Combine(bench.Workspace, "notes.txt")) { IsInsideWorkspace = true },
            ],
            plan.Accesses);
    }

    [Fact]
    public async Task Redirect_that_climbs_out_of_a_symlink_is_outside()
    {
        using var bench = new ShellBench();
        File.CreateSymbolicLink(Path.Combine(bench.Workspace, "link"), "/etc/ssl");
        var plan = await bench.PlanAsync("echo x > link/../passwd > '~/y'", Token);
        Assert.Contains(new ToolAccess(AccessKind.Write, "/etc/passwd"), plan.Accesses);
        Assert.Contains(new ToolAccess(AccessKind.Write, Path.Combine(bench.Workspace, "~/y")) { IsInsideWorkspace = true }, plan.Accesses);
    }

    [Fact]
    public async Task Unclear_line_is_named_whole_and_in_the_parts_that_were_understood()
    {
        using var bench = new ShellBench();
        var plan = await bench.PlanAsync("rm -rf build; echo ${!secret}", Token);
        Assert.NotNull(plan.Unclear);
        Assert.Contains(new ToolAccess(AccessKind.Execute, "rm -rf build; echo ${!secret}"), plan.Accesses);
        Assert.Contains(new ToolAccess(AccessKind.Execute, "rm -rf build"), plan.Accesses);
    }

    [Fact]
    public async Task Variables_that_change_what_runs_make_the_call_unclear_and_are_on_the_card()
    {
        using var bench = new ShellBench();
        var arguments = ToolArguments.Parse("""{"command":"git fetch","env":{"GIT_SSH_COMMAND":"evil"}}""");
        var plan = await bench.Tool.PlanAsync(arguments, bench.Context, Token);
        Assert.Contains("GIT_SSH_COMMAND", plan.Unclear, StringComparison.Ordinal);
        Assert.Null(plan.GrantPattern);
        var preview = await bench.Tool.PreviewAsync(arguments, plan, bench.Context, Token);
        Assert.Equal(new ToolPreview(PreviewKind.Command, "git fetch\n# with GIT_SSH_COMMAND=evil"), preview);
    }

    [Fact]
    public async Task Working_directory_outside_is_an_access_and_a_missing_one_an_answer()
    {
        using var bench = new ShellBench();
        var outside = await bench.Tool.PlanAsync(ToolArguments.Parse("""{"command":"ls","workdir":"/etc"}"""), bench.Context, Token);
        Assert.Contains(new ToolAccess(AccessKind.Read, "/etc"), outside.Accesses);

        Directory.CreateDirectory(Path.Combine(bench.Workspace, "sub"));
        Assert.Contains($"{bench.Workspace}/sub", (await bench.RunAsync("pwd", Token, workdir: "sub")).Text, StringComparison.Ordinal);
        var missing = await bench.RunAsync("pwd", Token, workdir: "nowhere");
        Assert.Equal(ToolStatus.Failed, missing.Status);
        Assert.Contains("does not exist", missing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Working_directory_swapped_for_a_symlink_after_judging_runs_nothing()
    {
        using var bench = new ShellBench();
        var sub = Path.Combine(bench.Workspace, "sub");
        Directory.CreateDirectory(sub);
        var arguments = ToolArguments.Parse("""{"command":"touch was-here","workdir":"sub"}""");
        var plan = await bench.Tool.PlanAsync(arguments, bench.Context, Token);
        Directory.Delete(sub);
        File.CreateSymbolicLink(sub, bench.Output);

        var outcome = await bench.Tool.InvokeAsync(arguments, plan, bench.Context, Token);
        Assert.Equal(ToolStatus.Failed, outcome.Status);
        Assert.Empty(Directory.GetFiles(bench.Output));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"command":"  "}""")]
    [InlineData("""{"command":"a\u0000b"}""")]
    [InlineData("""{"command":"ls","timeout_ms":600001}""")]
    [InlineData("""{"command":"ls","env":["A=b"]}""")]
    [InlineData("""{"command":"ls","env":{"A=B":"c"}}""")]
    [Requirement("SEC3", "argument validation")]
    public async Task Bad_arguments_are_refused_with_words(string json)
    {
        using var bench = new ShellBench();
        await Assert.ThrowsAsync<ToolArgumentException>(async () => await bench.Tool.PlanAsync(ToolArguments.Parse(json), bench.Context, Token));
    }
}
