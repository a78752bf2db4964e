using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Testing;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>
/// Commands that try to get out. Each is run without the sandbox first, where its effect must happen (else the case would prove nothing),
/// then inside, where it must not. Effects are looked at from outside.
/// </summary>
public sealed class SandboxAttackTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // What a command prints is its effect where it wants to read.
    [Theory]
    [InlineData("cat ~/.ssh/id_ed25519", "secret-of-ssh")]
    [InlineData("cat ~/.aws/credentials", "secret-of-aws")]
    [InlineData("cat ~/.netrc", "secret-of-netrc")]
    [InlineData("cat ~/.bash_history", "secret-of-history")]
    [InlineData("cat ~/.pryx/core.token", "secret-of-core")]
    [InlineData("cat .env", "secret-of-env")]
    [InlineData("ln -s ~/.ssh/id_ed25519 key && cat key", "secret-of-ssh")]
    [InlineData("ln -s ~ h && cat h/.ssh/id_ed25519", "secret-of-ssh")]
    [InlineData("ln ~/.ssh/id_ed25519 hard && cat hard", "secret-of-ssh")]
    [InlineData("cat /proc/self/root$HOME/.ssh/id_ed25519", "secret-of-ssh")]
    [InlineData("cat /proc/1/root$HOME/.ssh/id_ed25519", "secret-of-ssh")]
    [InlineData("cp -r ~/.ssh copy; cat copy/*", "secret-of-ssh")]
    [InlineData("tar -C ~ -cf - .ssh | tar -xOf -", "secret-of-ssh")]
    [InlineData("cd ~/.config/../.ssh && cat *", "secret-of-ssh")]
    [InlineData("find ~ -type f -exec cat {} +", "secret-of-core")]
    [InlineData("umount ~/.ssh 2>/dev/null; umount -l ~/.ssh 2>/dev/null; cat ~/.ssh/id_ed25519", "secret-of-ssh")]
    [InlineData("mv .env x 2>/dev/null; cat x .env", "secret-of-env")]
    [InlineData("r=$(mktemp -d); git init -q $r && git --git-dir=$r/.git hash-object -w ~/.ssh/id_ed25519 | xargs git --git-dir=$r/.git cat-file -p", "secret-of-ssh")]
    public async Task Secrets_are_not_read(string command, string secret)
    {
        using var bench = new SandboxBench();
        Assert.Contains(secret, (await bench.RunAsync(command, Token, SandboxMode.Off)).Text, StringComparison.Ordinal);
        using var fresh = new SandboxBench();
        Assert.DoesNotContain(secret, (await fresh.RunAsync(command, Token)).Text, StringComparison.Ordinal);
    }

    // What is below {out}, outside of the workspace, or guarded inside it, must stay as it is.
    [Theory]
    [InlineData("echo evil > {out}/new", "{out}/new")]
    [InlineData("ln -s {out} l && echo evil > l/new", "{out}/new")]
    [InlineData("echo evil > ../outside/new", "{out}/new")]
    [InlineData("echo evil > /proc/self/root{out}/new", "{out}/new")]
    [InlineData("echo evil > /proc/self/cwd/../outside/new", "{out}/new")]
    [InlineData("python3 -c \"import os; os.link('{out}/there', 'hard'); open('hard', 'a').write('evil')\"", "{out}/there")]
    [InlineData("rm -rf {out}", "{out}/there")]
    [InlineData("mv {out} {out}2; mkdir -p {out}; echo evil > {out}/there", "{out}/there")]
    [InlineData("chmod 777 {out}/there && echo evil >> {out}/there", "{out}/there")]
    [InlineData("mount -o remount,rw / 2>/dev/null; mount -o remount,rw,bind {out} 2>/dev/null; echo evil > {out}/new", "{out}/new")]
    [InlineData("echo 'evil' >> ~/.bashrc", "{home}/.bashrc")]
    [InlineData("echo evil >> ~/.config/tool/settings", "{home}/.config/tool/settings")]
    [InlineData("mkdir -p ~/.pryx/policies && echo 'allow: all' > ~/.pryx/policies/x.yaml", "{home}/.pryx/policies/x.yaml")]
    [InlineData("echo evil > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit", "{work}/.git/hooks/pre-commit")]
    [InlineData("git config core.fsmonitor 'touch evil'", "{work}/.git/config")]
    [InlineData("printf '[core]\\n\\thooksPath=/tmp/h\\n' >> .git/config", "{work}/.git/config")]
    [InlineData("mv .git .g && mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit", "{work}/.git/hooks/pre-commit")]
    [InlineData("rm -rf .git; git init -q . && printf '[core]\\n\\tsshCommand = evil\\n' >> .git/config", "{work}/.git/config")]
    [InlineData("mv .git/hooks .git/h2 && mkdir .git/hooks && echo evil > .git/hooks/post-checkout", "{work}/.git/hooks/post-checkout")]
    [InlineData("mkdir -p e && printf '[core]\\n\\tbare=false\\n' > e/config && echo ../e > .git/commondir", "{work}/.git/commondir")]
    [InlineData("mkdir -p .pryx && echo 'allow: all' > .pryx/policy.yaml", "{work}/.pryx/policy.yaml")]
    [InlineData("mkdir -p .claude && echo '{}' > .claude/settings.json", "{work}/.claude/settings.json")]
    [InlineData("mkdir -p .agents/skills/x && echo evil > .agents/skills/x/SKILL.md", "{work}/.agents/skills/x/SKILL.md")]
    [InlineData("ln -s /tmp .agents", "{work}/.agents")]
    [InlineData("echo '{}' > .mcp.json", "{work}/.mcp.json")]
    [InlineData("mkdir sub && cd sub && git init -q . && echo evil > .git/hooks/post-commit", "{work}/sub/.git/hooks/post-commit")]
    [InlineData("mkdir sub && cd sub && git init -q . && git config core.pager evil", "{work}/sub/.git/config")]
    [InlineData("mkdir sub && echo 'gitdir: ../e' > sub/.git", "{work}/sub/.git")]
    public async Task Nothing_outside_and_nothing_guarded_is_written(string command, string effect)
    {
        foreach (var mode in (SandboxMode[])[SandboxMode.Off, SandboxMode.NoNetwork])
        {
            using var bench = new SandboxBench();
            await bench.MakeRepositoryAsync(Token);
            var outside = Directory.CreateDirectory(Path.Combine(bench.Root, "outside")).FullName;
            await File.WriteAllTextAsync(Path.Combine(outside, "there"), "as it was", Token);
            string Fill(string text) => text.Replace("{out}", outside, StringComparison.Ordinal).Replace("{home}", bench.Home, StringComparison.Ordinal).Replace("{work}", bench.Workspace, StringComparison.Ordinal);
            var before = State(Fill(effect));
            var outcome = await bench.RunAsync(Fill(command), Token, mode);
            var after = State(Fill(effect));
            Assert.True(mode.IsOn ? before == after : before != after, $"{(mode.IsOn ? "inside" : "the control")}: {before} -> {after}\n{outcome.Text}");
        }
    }

    [Theory]
    [InlineData("rmdir .git/hooks; rm -rf .git/hooks")]
    [InlineData("mv .git/config .git/c; echo x > .git/config")]
    [InlineData("cp /dev/null .git/config")]
    public async Task Guarded_files_that_were_there_are_there_afterwards(string command)
    {
        using var bench = new SandboxBench();
        await bench.MakeRepositoryAsync(Token);
        bench.Write(".git/hooks/pre-commit", "of the user");
        var config = await File.ReadAllTextAsync(Path.Combine(bench.Workspace, ".git/config"), Token);
        await bench.RunAsync(command, Token);
        Assert.Equal("of the user", await File.ReadAllTextAsync(Path.Combine(bench.Workspace, ".git/hooks/pre-commit"), Token));
        Assert.Equal(config, await File.ReadAllTextAsync(Path.Combine(bench.Workspace, ".git/config"), Token));
    }

    [Theory]
    [InlineData("mount -t tmpfs none /mnt")]
    [InlineData("mount --bind / /mnt")]
    [InlineData("umount /proc")]
    [InlineData("umount -l /dev")]
    [InlineData("unshare --user --map-root-user true")]
    [InlineData("unshare --mount true")]
    [InlineData("nsenter --target 1 --mount true")]
    [InlineData("chroot / true")]
    [InlineData("mknod /tmp/disk b 8 0")]
    [InlineData("cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern")] // what it is already: should the sandbox fail, nothing is changed
    [InlineData("cat /proc/sys/kernel/randomize_va_space > /proc/sys/kernel/randomize_va_space")]
    [InlineData("mkdir /sys/fs/cgroup/pids/pryx-test || mkdir /sys/fs/cgroup/pryx-test")]
    [InlineData("hostname pryx-test")]
    [InlineData("dmesg -C")]
    [InlineData("head -c1 /dev/sda || head -c1 /dev/vda || head -c1 /dev/mem")]
    [InlineData("python3 -c \"import ctypes; l = ctypes.CDLL(None, use_errno=True); import sys; sys.exit(0 if l.syscall(425, 8, 0) >= 0 else 1)\"")] // io_uring_setup
    [InlineData("python3 -c \"import socket; socket.socket(40, socket.SOCK_STREAM)\"")] // vsock
    [InlineData("python3 -c \"import fcntl, os, pty; m, s = pty.openpty(); fcntl.ioctl(s, 0x5412, b'x')\"")] // TIOCSTI
    [InlineData("python3 -c \"import ctypes; l = ctypes.CDLL(None); import sys; sys.exit(0 if l.syscall(250, 0, -3, 0) >= 0 else 1)\"")] // keyctl
    [InlineData("su -c true || sudo -n true")]
    public async Task The_system_is_not_touched(string command)
    {
        using var bench = new SandboxBench();
        Assert.NotEqual(0, (await bench.RunAsync(command, Token)).Command!.ExitCode);
    }

    [Fact]
    public async Task No_network_by_any_family_leads_out()
    {
        using var bench = new SandboxBench();
        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var named = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = Path.Combine(bench.Root, "docker.sock");
        named.Bind(new UnixDomainSocketEndPoint(path));
        named.Listen();
        using var secret = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var name = $"pryx-test-{Guid.NewGuid():N}";
        secret.Bind(new UnixDomainSocketEndPoint("\0" + name));
        secret.Listen();
        var script = $"""
            import socket
            def attempt(label, act):
                try:
                    act(); print(label, 'got out')
                except OSError as e:
                    print(label, 'refused')
            attempt('tcp', lambda: socket.create_connection(('127.0.0.1', {((IPEndPoint)tcp.LocalEndpoint).Port}), 2))
            attempt('unix', lambda: socket.socket(socket.AF_UNIX).connect('{path}'))
            attempt('abstract', lambda: socket.socket(socket.AF_UNIX).connect(b'\0{name}'))
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {((IPEndPoint)udp.Client.LocalEndPoint!).Port}))
            """;
        bench.Write("attempt.py", script);
        var outside = await bench.RunAsync("python3 attempt.py", Token, SandboxMode.Off);
        Assert.Equal("exit code 0\nstdout:\ntcp got out\nunix got out\nabstract got out", outside.Text);
        Assert.Equal(1, udp.Available);

        var inside = await bench.RunAsync("python3 attempt.py", Token);
        Assert.Contains("tcp refused\nunix refused\nabstract refused", inside.Text, StringComparison.Ordinal);
        Assert.Equal(1, udp.Available);
        Assert.Contains("could not resolve", (await bench.RunAsync("curl -sS https://example.org", Token)).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Other_processes_are_neither_seen_nor_reached()
    {
        using var bench = new SandboxBench();
        await using var victim = await RunProcess.StartAsync("sleep", ["60"], new() { Environment = new Dictionary<string, string?> { ["VICTIM"] = "secret-of-victim" } }, Token);
        var command = $"tr '\\0' '\\n' < /proc/{victim.Pid}/environ; cat /proc/*/environ | tr '\\0' '\\n'; kill -9 {victim.Pid}; grep -c . /proc/{victim.Pid}/maps; true";
        Assert.DoesNotContain("secret-of-victim", (await bench.RunAsync(command, Token)).Text, StringComparison.Ordinal);
        Assert.False(victim.HasExited);
    }

    [Fact]
    public async Task Variables_of_the_call_do_not_run_code_outside_the_sandbox()
    {
        using var bench = new SandboxBench();
        var effect = Path.Combine(bench.Root, "was-outside");
        bench.Write("evil.c", $$"""
            #include <stdio.h>
            __attribute__((constructor)) static void run(void) { FILE *f = fopen("{{effect}}", "w"); if (f) fclose(f); }
            """);
        var compiled = await bench.RunAsync("cc -shared -fPIC -o evil.so evil.c", Token);
        Assert.SkipWhen(compiled.Command!.ExitCode == 127, "Needs a C compiler.");
        Assert.True(compiled.Command.ExitCode == 0, compiled.Text);
        var env = new Dictionary<string, string> { ["LD_PRELOAD"] = Path.Combine(bench.Workspace, "evil.so"), ["BASH_ENV"] = "/etc/passwd" };
        await bench.RunAsync("true", Token, env: env);
        Assert.False(File.Exists(effect));
        await bench.RunAsync("true", Token, SandboxMode.Off, env: env);
        Assert.True(File.Exists(effect));
    }

    [Fact]
    public async Task Whatever_is_left_running_ends_with_the_command()
    {
        using var bench = new SandboxBench();
        var tag = $"tag{Guid.NewGuid():N}";
        var outcome = await bench.RunAsync($"setsid bash -c \"trap '' TERM HUP; setsid sleep 61.{tag[3..9]} & while :; do sleep 0.2; done # {tag}\" & nohup bash -c 'sleep 60 # {tag}' >/dev/null 2>&1 & disown -a; echo done", Token);
        Assert.Contains("done", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(Tagged(tag));
    }

    [Fact]
    public async Task Stop_and_timeout_end_a_stubborn_tree_within_a_second_and_a_polite_one_may_clean_up()
    {
        using var bench = new SandboxBench();
        var tag = $"tag{Guid.NewGuid():N}";
        using var stop = new CancellationTokenSource();
        var run = bench.RunAsync($"setsid bash -c \"trap '' TERM; while :; do sleep 0.2; done # {tag}\" & trap '' TERM; while :; do sleep 0.2; done # {tag}", stop.Token);
        await Until(() => Tagged(tag).Count >= 2);
        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
        Assert.Empty(Tagged(tag));

        var polite = await bench.RunAsync("bash -c 'trap \"sleep 0.1; touch cleaned; exit\" TERM; while :; do sleep 0.01; done'", Token, timeoutMs: 500);
        Assert.Contains("timed out", polite.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(bench.Workspace, "cleaned")), polite.Text);
    }

    [Fact]
    public async Task Limits_stop_a_memory_hog_a_fork_bomb_and_a_file_without_end()
    {
        using var bench = new SandboxBench();
        var limits = new SandboxLimits { Memory = 512L << 20, FileSize = 64L << 20, Processes = 64, OpenFiles = 128, Cpu = TimeSpan.FromSeconds(1) };
        var big = await LimitedAsync(bench, limits, "head -c 10G /dev/zero > big; ls -l big | cut -d' ' -f5");
        Assert.Contains($"{64 << 20}", big.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await LimitedAsync(bench, limits, "exec python3 -c \"x = bytearray(4 << 30)\"")).ExitCode);
        Assert.Equal(0, (await LimitedAsync(bench, limits, "exec python3 -c \"x = bytearray(64 << 20)\"")).ExitCode);
        Assert.NotEqual(0, (await LimitedAsync(bench, limits, "exec python3 -c \"f = [open('/dev/null') for i in range(500)]\"")).ExitCode);
        Assert.Equal(128 + 24, (await LimitedAsync(bench, limits, "exec python3 -c \"while True: pass\"")).ExitCode); // SIGXCPU
        if (!Environment.IsPrivilegedProcess)
        {
            var bomb = await LimitedAsync(bench, limits, "for i in $(seq 1 300); do sleep 5 & done; jobs | wc -l");
            Assert.True(bomb.ExitCode != 0 || int.Parse(bomb.Output.Trim(), System.Globalization.CultureInfo.InvariantCulture) < 64, bomb.Output);
        }
    }

    [Fact]
    public async Task All_of_it_holds_for_a_user_without_privileges()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return; // Then the tests above are that proof.
        }
        await Unprivileged.RunAsync(typeof(SandboxAttackTests), typeof(SandboxedCommandTests));
    }

    private static async Task<(int ExitCode, string Output)> LimitedAsync(SandboxBench bench, SandboxLimits limits, string command)
    {
        var profile = new SandboxProfiles(bench.Home, bench.Data, AppContext.BaseDirectory).For(bench.Workspace, null, null, NetworkAccess.None) with { Limits = limits };
        var request = new SpawnRequest("bash", ["-c", command]) { WorkingDirectory = bench.Workspace, Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = bench.Home }, Sandbox = profile };
        await using var child = await bench.Spawner.StartAsync(request, Token);
        using var output = new StreamReader(child.StandardOutput);
        var error = new StreamReader(child.StandardError).ReadToEndAsync(Token);
        var text = await output.ReadToEndAsync(Token);
        await error;
        return (await child.Exited.WaitAsync(TimeSpan.FromSeconds(60), Token), text);
    }

    private static async Task Until(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!isTrue())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private static List<string> Tagged(string tag) => [.. Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && CommandLine(folder).Contains(tag, StringComparison.Ordinal))];

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(folder + "/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string State(string path)
    {
        var info = new FileInfo(path);
        return info.LinkTarget is { } target ? $"link to {target}" : Directory.Exists(path) ? "folder" : info.Exists ? File.ReadAllText(path) + info.UnixFileMode : "nothing";
    }
}
