using Pryx.Agent.Shell;

namespace Pryx.Core.Processes;

/// <summary>Which rule may be offered for a command as "session" or "always".</summary>
internal static class ShellPrograms
{
    // They run text as a program, or change what later words of the line mean.
    private static readonly HashSet<string> EvalLike = new(StringComparer.Ordinal)
    {
        "eval", "exec", "source", ".", "builtin", "command", "enable", "hash", "alias", "unalias", "trap", "set", "shopt", "unset", "export", "declare",
        "typeset", "local", "readonly", "read", "mapfile", "readarray", "let", "getopts", "bind", "complete", "compgen", "fc", "history", "caller",
    };

    private static readonly HashSet<string> Shells = new(StringComparer.Ordinal) { "sh", "bash", "zsh", "dash", "ksh", "fish", "csh", "tcsh", "ash", "busybox", "pwsh", "powershell", "cmd" };

    // They run the rest of their words as a command.
    private static readonly HashSet<string> TransparentWrappers = new(StringComparer.Ordinal)
    {
        "sudo", "doas", "env", "nohup", "time", "nice", "ionice", "setsid", "stdbuf", "xargs", "timeout", "watch", "strace", "ltrace", "chroot", "unshare",
        "nsenter", "runuser", "su", "flock", "taskset", "parallel", "script", "entr", "npx", "bunx", "pnpx", "uvx", "pipx", "systemd-run", "setpriv", "bwrap",
    };

    private static readonly HashSet<string> NeverGranted = new(StringComparer.Ordinal)
    {
        // Interpreters: their argument is a program.
        "node", "deno", "bun", "perl", "ruby", "php", "lua", "tclsh", "expect", "osascript", "awk", "gawk", "mawk", "nawk", "sed", "ed", "vi", "vim", "nvim", "emacs",
        "less", "more", "man", "gdb", "lldb", "R", "Rscript", "java", "irb", "ghci", "sqlite3", "psql", "mysql", "m4", "jshell",
        // They leave the machine or the moment.
        "ssh", "scp", "sftp", "rsync", "telnet", "nc", "ncat", "netcat", "socat", "curl", "wget", "tmux", "screen", "at", "batch", "crontab", "open", "xdg-open",
        // One wrong argument and something is gone.
        "rm", "rmdir", "dd", "shred", "mkfs", "fdisk", "parted", "mount", "umount", "chmod", "chown", "chgrp", "kill", "killall", "pkill", "shutdown", "reboot", "halt", "poweroff",
        "systemctl", "service", "iptables", "nft", "useradd", "userdel", "usermod", "passwd", "visudo", "insmod", "modprobe", "truncate", "tee",
    };

    /// <summary>Programs whose second word says what they do.</summary>
    private static readonly HashSet<string> WithSubcommands = new(StringComparer.Ordinal)
    {
        "git", "dotnet", "npm", "pnpm", "yarn", "cargo", "go", "docker", "podman", "kubectl", "pip", "pip3", "uv", "poetry", "pipenv", "bundle", "gem", "apt", "apt-get",
        "brew", "gh", "terraform", "helm", "mvn", "gradle", "rustup", "composer", "mix", "swift", "conda", "make", "just", "nix", "flutter", "dart", "zig",
    };

    private static readonly HashSet<string> NeverGrantedSubcommands = new(StringComparer.Ordinal)
    {
        "docker run", "docker exec", "docker compose", "podman run", "podman exec", "podman compose", "kubectl exec", "kubectl run", "kubectl delete", "kubectl apply", "npm exec", "npm x", "npm publish",
        "yarn dlx", "yarn exec", "yarn publish", "pnpm dlx", "pnpm exec", "pnpm publish", "uv run", "uv tool", "uv publish", "poetry run", "poetry publish", "pipenv run", "bundle exec",
        "go run", "go tool", "git push", "git submodule", "git bisect", "git config", "git clean", "git reset", "git rebase", "git filter-branch", "cargo publish", "dotnet nuget", "dotnet exec", "dotnet script", "dotnet fsi",
        "gem push", "gh api", "gh repo", "gh release", "gh secret", "gh auth", "terraform apply", "terraform destroy", "helm install", "helm upgrade", "helm uninstall", "nix run", "nix shell", "nix develop", "conda run",
        "apt install", "apt remove", "apt-get install", "apt-get remove",
    };

    /// <summary>The rule "session" and "always" would grant: program and subcommand; null when that would open more than it says.</summary>
    public static string? GrantPattern(ShellScript script)
    {
        // A redirect is a side effect of its own that a rule about the program would not mention.
        if (script.Unclear is not null || script.Commands is not [{ Words: [{ IsLiteral: true, Text: var first }, ..] words, Redirects: [] } command])
        {
            return null;
        }
        var program = NameOf(first);
        if (command.Facts is { RunsText: true } or { Publishes: true } or { EscalatesRights: true } or { Destroys: true } && !RunsItsProject(program))
        {
            return null;
        }
        if (Shells.Contains(program) || TransparentWrappers.Contains(program) || NeverGranted.Contains(program) || EvalLike.Contains(program)
            || program.StartsWith("python", StringComparison.Ordinal) || program.StartsWith("mkfs", StringComparison.Ordinal)
            || (program == "find" && words.Any(word => word.Text.StartsWith("-exec", StringComparison.Ordinal) || word.Text.StartsWith("-ok", StringComparison.Ordinal) || word.Text == "-delete" || word.Text.StartsWith("-fprint", StringComparison.Ordinal) || word.Text == "-fls"))
            || !IsName(first))
        {
            return null;
        }
        if (!WithSubcommands.Contains(program))
        {
            return $"shell.exec:{first}*";
        }
        return words.Count > 1 && words[1] is { IsLiteral: true, Text: { Length: > 0 } second } && IsName(second) && second[0] != '-' && !NeverGrantedSubcommands.Contains($"{program} {second}")
            ? $"shell.exec:{first} {second}*"
            : null;
    }

    // What these run is the project's own code, as the person who grants it knows.
    private static bool RunsItsProject(string program) => program is "npm" or "pnpm" or "yarn" or "bun" or "dotnet" or "cargo" or "go" or "make" or "just" or "cmake" or "ninja" or "rake" or "tox" or "nox" or "pytest" or "jest" or "vitest" or "mocha" or "mvn" or "gradle" or "poetry" or "bundle";

    private static string NameOf(string program) => program[(program.LastIndexOf('/') + 1)..];

    // What a pattern could misread, such as a star of its own, is not offered.
    private static bool IsName(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:+@".Contains(c, StringComparison.Ordinal));
}
