using System.Collections.Frozen;

namespace Pryx.Agent.Policy;

/// <summary>Programs that run other programs. A list can not be complete: the sandbox is the boundary, this only keeps people from granting everything by accident.</summary>
internal static class Programs
{
    /// <summary>Run or write whatever their arguments say: never granted with open arguments.</summary>
    public static FrozenSet<string> Wrappers { get; } = FrozenSet.ToFrozenSet(
    [
        "sudo", "doas", "su", "pkexec", "runuser", "env", "xargs", "parallel", "nohup", "time", "nice", "ionice", "timeout", "watch",
        "setsid", "stdbuf", "strace", "ltrace", "gdb", "lldb", "ssh", "eval", "exec", "source", ".", "command", "builtin", "find", "fd",
        "chroot", "unshare", "nsenter", "bwrap", "setpriv", "capsh", "flock", "script", "expect", "screen", "tmux", "entr", "busybox", "toybox",
        "awk", "gawk", "mawk", "nawk", "sed", "ed", "ex", "vi", "vim", "nvim", "emacs", "crontab", "at", "batch", "systemd-run", "trap",
        "start-stop-daemon", "cmd", "wsl", "osascript", "rundll32", "mshta", "wscript", "cscript", "ld-linux-x86-64.so",
    ], StringComparer.Ordinal);

    public static FrozenSet<string> Interpreters { get; } = FrozenSet.ToFrozenSet(
    [
        "sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "csh", "tcsh", "rbash", "pwsh", "powershell", "nu", "elvish", "xonsh",
        "python", "pypy", "ipython", "ruby", "irb", "perl", "php", "lua", "luajit", "node", "nodejs", "deno", "bun", "tsx", "ts-node",
        "npx", "bunx", "pnpx", "uvx", "pipx", "r", "rscript", "julia", "groovy", "scala", "elixir", "erl", "ghci", "runghc", "guile", "tclsh",
        "java", "jshell", "csi", "fsi", "sqlite", "psql", "mysql", "gawk",
    ], StringComparer.Ordinal);

    public static FrozenSet<string> WithSubcommands { get; } = FrozenSet.ToFrozenSet(
    [
        "git", "docker", "podman", "kubectl", "npm", "pnpm", "yarn", "cargo", "dotnet", "go", "pip", "uv", "poetry", "gh", "aws", "gcloud", "az", "helm", "nix",
    ], StringComparer.Ordinal);

    /// <summary>Subcommands that run what follows.</summary>
    public static FrozenSet<string> Evaluating { get; } = FrozenSet.ToFrozenSet(
        ["run", "exec", "eval", "x", "dlx", "repl", "script", "shell", "task", "fsi", "alias", "config"], StringComparer.Ordinal);

    /// <summary>True where "run" means the project's own code, as "test" does, and not any program.</summary>
    public static bool RunsItsProject(string program, string subcommand) => subcommand == "run" && program is ("npm" or "pnpm" or "yarn" or "dotnet" or "cargo");

    public static string Example(string program) => program switch
    {
        "git" => "status",
        "docker" or "podman" => "ps",
        "kubectl" => "get",
        _ => "test",
    };
}
