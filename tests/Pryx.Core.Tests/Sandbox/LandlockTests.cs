using System.Diagnostics;
using Pryx.Agent.Tools;
using Pryx.Core.Sandbox;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>The level below bubblewrap, with and without PID namespaces around it: the executable restricts itself and becomes the command.</summary>
public sealed class LandlockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SandboxBench Bench(bool usesNamespaces = true) => new(SandboxChoice.Landlock, usesNamespaces: usesNamespaces);

    [Fact]
    public async Task It_is_in_force_and_says_how_to_get_a_better_one()
    {
        using var bench = Bench();
        var state = await bench.Spawner.SandboxStateAsync();
        Assert.True(state.Level == SandboxLevel.Landlock, state.ToString());
        Assert.NotNull(state.Reason);
        Assert.NotNull(state.HowToRaise);
        Assert.False(state.HasProxy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commands_work_as_outside(bool usesNamespaces)
    {
        using var bench = Bench(usesNamespaces);
        await bench.MakeRepositoryAsync(Token);
        Assert.Equal("exit code 0\nstdout:\nplain settings", (await bench.RunAsync("cat ~/.config/tool/settings", Token)).Text);
        Assert.Equal("exit code 139 (SIGSEGV)\n(no output)", (await bench.RunAsync("kill -SEGV $$", Token)).Text);
        Assert.Equal("exit code 141 (SIGPIPE)\n(no output)", (await bench.RunAsync("kill -PIPE $$", Token)).Text);
        var work = await bench.RunAsync("echo one > a.txt && mkdir -p d/e && mv a.txt d/e/ && echo x > $TMPDIR/t && cat $TMPDIR/t && echo y > /dev/null && git add . && git -c user.name=a -c user.email=a@b commit -qm x && ls / > /dev/null && yes | head -1", Token);
        Assert.True(work.Status == ToolStatus.Completed, work.Text);
        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(bench.Workspace, "d/e/a.txt"), Token));
    }

    [Theory]
    [InlineData("cat ~/.ssh/id_ed25519", "secret-of-ssh")]
    [InlineData("cat ~/.pryx/core.token", "secret-of-core")]
    [InlineData("cat ~/.bash_history", "secret-of-history")]
    [InlineData("ln -s ~/.ssh/id_ed25519 key && cat key", "secret-of-ssh")]
    [InlineData("ln ~/.ssh/id_ed25519 hard && cat hard", "secret-of-ssh")]
    [InlineData("cat /proc/self/root$HOME/.ssh/id_ed25519", "secret-of-ssh")]
    public async Task Secrets_are_not_read(string command, string secret)
    {
        using var control = Bench();
        Assert.Contains(secret, (await control.RunAsync(command, Token, SandboxMode.Off)).Text, StringComparison.Ordinal);
        foreach (var usesNamespaces in (bool[])[true, false])
        {
            using var bench = Bench(usesNamespaces);
            Assert.DoesNotContain(secret, (await bench.RunAsync(command, Token)).Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("echo evil > {out}/new", "{out}/new")]
    [InlineData("ln -s {out} l && echo evil > l/new", "{out}/new")]
    [InlineData("rm -rf {out}", "{out}/there")]
    [InlineData("mv {out} {out}2", "{out}/there")]
    [InlineData("python3 -c \"import os; os.truncate('{out}/there', 0)\"", "{out}/there")]
    [InlineData("python3 -c \"import os; os.link('{out}/there', 'hard'); open('hard', 'a').write('evil')\"", "{out}/there")]
    [InlineData("echo evil >> ~/.bashrc", "{home}/.bashrc")]
    [InlineData("echo evil > .git/hooks/pre-commit", "{work}/.git/hooks/pre-commit")]
    [InlineData("git config core.fsmonitor evil", "{work}/.git/config")]
    [InlineData("rm .git/config; ln -s /tmp/x .git/config", "{work}/.git/config")]
    [InlineData("mv .git .g && mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit", "{work}/.git/hooks/pre-commit")]
    [InlineData("mkdir .agents && echo evil > .agents/x", "{work}/.agents")]
    public async Task Nothing_outside_is_written_and_what_is_guarded_is_put_back(string command, string effect)
    {
        foreach (var mode in (SandboxMode[])[SandboxMode.Off, SandboxMode.NoNetwork])
        {
            using var bench = Bench();
            await bench.MakeRepositoryAsync(Token);
            var outside = Directory.CreateDirectory(Path.Combine(bench.Root, "outside")).FullName;
            await File.WriteAllTextAsync(Path.Combine(outside, "there"), "as it was", Token);
            string Fill(string text) => text.Replace("{out}", outside, StringComparison.Ordinal).Replace("{home}", bench.Home, StringComparison.Ordinal).Replace("{work}", bench.Workspace, StringComparison.Ordinal);
            var before = State(Fill(effect));
            var outcome = await bench.RunAsync(Fill(command), Token, mode);
            Assert.True(mode.IsOn ? before == State(Fill(effect)) : before != State(Fill(effect)), $"{mode.IsOn}: {before} -> {State(Fill(effect))}\n{outcome.Text}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task There_are_no_sockets_no_privileges_and_no_other_processes(bool usesNamespaces)
    {
        using var bench = Bench(usesNamespaces);
        await using var victim = await RunProcess.StartAsync("sleep", ["60"], new() { Environment = new Dictionary<string, string?> { ["VICTIM"] = "secret-of-victim" } }, Token);
        bench.Write("attempt.py", $"""
            import socket, os, signal
            def attempt(label, act):
                try:
                    act(); print(label, 'got out')
                except OSError:
                    print(label, 'refused')
            attempt('tcp', lambda: socket.socket(socket.AF_INET))
            attempt('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            attempt('unix', lambda: socket.socket(socket.AF_UNIX))
            attempt('pair', lambda: socket.socketpair())
            attempt('kill', lambda: os.kill({victim.Pid}, signal.SIGKILL))
            attempt('environ', lambda: print(open('/proc/{victim.Pid}/environ').read()))
            attempt('unshare', lambda: os.unshare(os.CLONE_NEWUSER) if hasattr(os, 'unshare') else os.open('/etc/shadow', os.O_RDWR))
            attempt('kernel', lambda: os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY))
            attempt('cgroup', lambda: os.mkdir('/sys/fs/cgroup/pryx-test'))
            print(sorted(os.listdir('/proc/self/fd')))
            """);
        var outcome = await bench.RunAsync("python3 attempt.py; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status", Token);
        Assert.Contains("tcp refused\nudp refused\nunix refused\npair got out\nkill refused\nenviron refused\nunshare refused\nkernel refused\ncgroup refused", outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of-victim", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("['0', '1', '2', '3']", outcome.Text, StringComparison.Ordinal); // 3: the folder that is listed
        Assert.Matches($"CapEff:\t{(Environment.IsPrivilegedProcess ? "000000000000001b" : "0{16}")}", outcome.Text);
        Assert.Contains("NoNewPrivs:\t1", outcome.Text, StringComparison.Ordinal);
        Assert.False(victim.HasExited);
    }

    [Fact]
    public async Task Variables_of_the_call_do_not_run_code_before_the_restrictions()
    {
        using var bench = Bench();
        var effect = Path.Combine(bench.Root, "was-outside");
        bench.Write("evil.c", $$"""
            #include <stdio.h>
            __attribute__((constructor)) static void run(void) { FILE *f = fopen("{{effect}}", "w"); if (f) fclose(f); }
            """);
        var compiled = await bench.RunAsync("cc -shared -fPIC -o evil.so evil.c", Token);
        Assert.SkipWhen(compiled.Command!.ExitCode == 127, "Needs a C compiler.");
        await bench.RunAsync("true", Token, env: new() { ["LD_PRELOAD"] = Path.Combine(bench.Workspace, "evil.so"), ["DOTNET_STARTUP_HOOKS"] = Path.Combine(bench.Workspace, "evil.so") });
        Assert.False(File.Exists(effect));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_ends_the_tree_within_a_second(bool usesNamespaces)
    {
        using var bench = Bench(usesNamespaces);
        using var stop = new CancellationTokenSource();
        var run = bench.RunAsync("trap '' TERM; touch begun; setsid bash -c \"trap '' TERM; while :; do sleep 0.2; done\" & while :; do sleep 0.2; done", stop.Token);
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10)))
        {
            while (!File.Exists(Path.Combine(bench.Workspace, "begun")))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
            }
        }
        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_host_that_is_allowed_is_not_reached_and_the_model_is_told()
    {
        using var bench = Bench();
        var outcome = await bench.RunAsync("curl -sS https://example.org", Token, SandboxMode.WithHosts(["example.org"]));
        Assert.Contains("without sockets of any kind", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_it_holds_for_a_user_without_privileges()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return; // Then the tests above are that proof.
        }
        await Unprivileged.RunAsync(typeof(LandlockTests));
    }

    private static string State(string path)
    {
        var info = new FileInfo(path);
        return info.LinkTarget is { } target ? $"link to {target}" : Directory.Exists(path) ? "folder" : info.Exists ? File.ReadAllText(path) + info.UnixFileMode : "nothing";
    }
}
