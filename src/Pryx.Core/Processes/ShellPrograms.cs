namespace Pryx.Core.Processes;

/// <summary>What is known about programs and the shell's own words: which run other text as programs, and which rule may be offered for a command.</summary>
internal static class ShellPrograms
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select", "function", "coproc",
        "in", "!", "{", "}", "[[", "]]", "((", "))",
    };

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

    private static readonly HashSet<string> HarmlessVariables = new(StringComparer.Ordinal)
    {
        "CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "LINES", "LANG", "LANGUAGE", "TZ", "DEBUG", "VERBOSE",
        "NODE_ENV", "RUST_BACKTRACE", "RUST_LOG", "CARGO_TERM_COLOR", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "DOTNET_NOLOGO", "RAILS_ENV", "RACK_ENV", "APP_ENV", "PORT",
    };

    /// <summary>True for the few variables that do not change which program runs or what it loads.</summary>
    public static bool IsHarmlessVariable(string name) => HarmlessVariables.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal);

    /// <summary>Why the words alone do not say what will happen; null when they do.</summary>
    public static string? WhyUnclear(IReadOnlyList<string> words)
    {
        var program = NameOf(words[0]);
        return Reserved.Contains(words[0]) || words is ["time"] ? $"uses the shell's control word '{words[0]}'"
            : EvalLike.Contains(words[0]) ? $"uses '{words[0]}', which changes what the shell does with the rest"
            : Shells.Contains(program) && words.Count > 1 ? $"lets '{program}' run another program text"
            : program == "printf" && words.Skip(1).Any(word => word.StartsWith("-v", StringComparison.Ordinal)) ? "sets a variable of the shell"
            : TransparentWrappers.Contains(program) && words.Count > 1 && (words[1].StartsWith('-') || words[1].Contains('=', StringComparison.Ordinal) || program is "timeout" or "nice" or "flock" or "chroot" or "su" or "script" or "watch" or "taskset")
                ? $"runs another command through '{program}' in a way that is not understood yet"
            : null;
    }

    /// <summary>The words after the first are a command of their own, to be judged like one.</summary>
    public static bool IsTransparentWrapper(IReadOnlyList<ShellWord> words) => words.Count > 1 && TransparentWrappers.Contains(NameOf(words[0].Text));

    /// <summary>The rule "session" and "always" would grant: program and subcommand; null when that would open more than it says.</summary>
    public static string? GrantPattern(ShellLine line)
    {
        // A redirect is a side effect of its own that a rule about the program would not mention.
        if (line.Unclear is not null || line.Commands is not [{ Words: [var first, ..] words, Redirects: [] }])
        {
            return null;
        }
        var program = NameOf(first);
        if (Shells.Contains(program) || TransparentWrappers.Contains(program) || NeverGranted.Contains(program) || EvalLike.Contains(program)
            || program.StartsWith("python", StringComparison.Ordinal) || program.StartsWith("mkfs", StringComparison.Ordinal)
            || (program == "find" && words.Any(word => word.StartsWith("-exec", StringComparison.Ordinal) || word.StartsWith("-ok", StringComparison.Ordinal) || word == "-delete" || word.StartsWith("-fprint", StringComparison.Ordinal) || word == "-fls"))
            || !IsName(first))
        {
            return null;
        }
        if (!WithSubcommands.Contains(program))
        {
            return $"shell.exec:{first}*";
        }
        return words.Count > 1 && IsName(words[1]) && words[1][0] != '-' && !NeverGrantedSubcommands.Contains($"{program} {words[1]}")
            ? $"shell.exec:{first} {words[1]}*"
            : null;
    }

    private static string NameOf(string program) => program[(program.LastIndexOf('/') + 1)..];

    // What a pattern could misread, such as a star of its own, is not offered.
    private static bool IsName(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:+@".Contains(c, StringComparison.Ordinal));
}
