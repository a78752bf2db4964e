using System.Diagnostics;
using System.Text;

namespace Pryx.Agent.Tests.Shell;

/// <summary>
/// The judge that does not read: it runs scripts with real shells where they can harm nothing – no network, nothing writable but one folder in memory –
/// and sees which programs ran, with which words, and which files are there afterwards.
/// </summary>
internal sealed class ShellJail : IDisposable
{
    public const string Bubblewrap = "/usr/bin/bwrap";

    // They write what they are told to write, and run what they are told to run; what they run is seen.
    private static readonly string[] Real =
        ["touch", "tee", "mkdir", "cp", "mv", "ln", "rm", "cat", "dd", "sed", "sort", "install", "xargs", "env", "nice", "timeout", "nohup", "setsid", "stdbuf", "find", "sh", "bash", "dash"];

    private const string Driver = """
        for f in /scripts/*; do
          n=${f##*/}
          [ -e /log/$n.ran ] && continue
          /usr/bin/find /work -mindepth 1 -delete
          cd /work; /bin/mkdir d; echo hello > in
          : > /log/cur
          case $n in *.bash) run=(/bin/bash -c);; *.dash) run=(/bin/dash -c);; *) run=(/bin/bash --posix -c);; esac
          /usr/bin/timeout -s KILL 3 /bin/sh -c '"$@" </dev/null 2>/dev/null | /bin/cat > /dev/null' x /usr/bin/prlimit --cpu=3 --fsize=4000000 /usr/bin/env -i PATH=/stubs HOME=/home "${run[@]}" "$(<"$f")" 2>/dev/null
          kill -9 -1 2>/dev/null
          cd /work; /usr/bin/find . -mindepth 1 ! -path ./d ! -path ./in -printf '%P\n' > /log/$n.files
          /bin/mv /log/cur /log/$n.ran
        done
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("pryx-jail-").FullName;
    private int _count;

    public ShellJail()
    {
        foreach (var name in (ReadOnlySpan<string>)["scripts", "log", "stubs"])
        {
            Directory.CreateDirectory(Path.Combine(_root, name));
        }
        File.WriteAllText(Path.Combine(_root, "driver"), Driver);
        foreach (var name in (ReadOnlySpan<string>)["aa", "bb", "cc", "evil", "zz", "a", "b", "ee1", "ee2", "x", "1", "q", "r"])
        {
            var stub = Path.Combine(_root, "stubs", name);
            // One write for each: others write at the same time.
            File.WriteAllText(stub, "#!/bin/dash\nset -f; r=\"${0##*/}\u001f\"; for w; do r=\"$r$w\u001f\"; done; printf '%s\\036' \"$r\" >> /log/cur\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            }
        }
        foreach (var name in Real)
        {
            File.CreateSymbolicLink(Path.Combine(_root, "stubs", name), $"/usr/bin/{name}");
        }
    }

    /// <param name="shell">bash, dash or posix (bash as sh).</param>
    /// <returns>Its number among the runs.</returns>
    public int Add(string script, string shell)
    {
        File.WriteAllText(Path.Combine(_root, "scripts", $"{_count:000000}.{shell}"), script, new UTF8Encoding(false));
        return _count++;
    }

    /// <summary>A script may take the jail down with it; the others are run in a new one.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 5 && Done < _count; attempt++)
        {
            await RunRestAsync(cancellationToken);
        }
        Assert.True(Done == _count, $"{Done} of {_count} scripts ended.");
    }

    private int Done => Directory.GetFiles(Path.Combine(_root, "log"), "*.ran").Length;

    private async Task RunRestAsync(CancellationToken cancellationToken)
    {
        using var jail = new Process
        {
            StartInfo = new ProcessStartInfo(Bubblewrap,
            [
                "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--dev", "/dev", "--proc", "/proc",
                "--tmpfs", "/work", "--tmpfs", "/home", "--tmpfs", "/tmp", "--bind", Path.Combine(_root, "log"), "/log", "--ro-bind", Path.Combine(_root, "scripts"), "/scripts", "--ro-bind", Path.Combine(_root, "stubs"), "/stubs",
                "--ro-bind", Path.Combine(_root, "driver"), "/driver", "--clearenv", "/bin/bash", "-c", "exec /bin/bash /driver",
            ])
            { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        jail.Start();
        var trouble = jail.StandardError.ReadToEndAsync(cancellationToken);
        await jail.StandardOutput.ReadToEndAsync(cancellationToken);
        await jail.WaitForExitAsync(cancellationToken);
        Assert.True(Done > 0, $"The jail ended with {jail.ExitCode}: {await trouble}");
    }

    /// <summary>The words of every program that was seen to run.</summary>
    public IEnumerable<string[]> Ran(int run) => Result(run, "ran").Split('\u001e', StringSplitOptions.RemoveEmptyEntries).Select(record => record.Split('\u001f')[..^1]);

    /// <summary>What is there afterwards and was not before, relative to the folder.</summary>
    public IEnumerable<string> Written(int run) => Result(run, "files").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Result(int run, string kind) => File.ReadAllText(Directory.GetFiles(Path.Combine(_root, "log"), $"{run:000000}.*.{kind}").Single());
}
