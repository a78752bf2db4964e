namespace Pryx.Agent.Shell.Programs;

/// <summary>Programs that run a program which is given to them: as text, as a file or on their input.</summary>
internal static class Interpreters
{
    private static readonly string[] Names =
    [
        "python", "pypy", "ipython", "node", "nodejs", "deno", "tsx", "ts-node", "perl", "ruby", "irb", "php", "lua", "luajit", "tclsh", "expect", "osascript", "R", "Rscript", "java", "jshell", "julia", "groovy", "scala", "elixir", "erl", "ghci",
        "runghc", "guile", "csi", "fsi", "sqlite3", "psql", "mysql", "m4", "bc", "dc", "gdb", "lldb", "emacs", "ed", "ex", "sh", "bash", "dash", "ash", "rbash", "zsh", "ksh", "fish", "csh", "tcsh", "pwsh", "powershell",
    ];

    private static readonly string[] Editors = ["vi", "vim", "nvim", "view", "nano", "emacs"];

    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        .. Names.Except(Editors).Select(name => (name, (Action<FactsBuilder>)Read)), .. Editors.Select(name => (name, (Action<FactsBuilder>)Edit)),
        ("tmux", Later), ("screen", Later), ("at", Later), ("batch", Later), ("crontab", Later), ("xdg-open", Later), ("open", Later),
    ];

    /// <summary>python3.12 is python.</summary>
    public static bool IsVersioned(string program)
    {
        var plain = program.AsSpan().TrimEnd("0123456789.");
        return plain.Length < program.Length && (plain is "python" or "pypy" or "perl" or "ruby" or "php" or "lua" or "tclsh" or "node");
    }

    public static void Read(FactsBuilder facts)
    {
        facts.RunsText = true;
        // The script, when it stands directly behind the name: options may take the next word as their value.
        if (facts.Words.Count > 1 && !facts.Words[1].Text.StartsWith('-') && facts.Program is not ("sqlite3" or "psql" or "mysql" or "gdb" or "lldb" or "java"))
        {
            facts.Read(facts.Words[1]);
        }
        else if (facts.Words.Count > 2 && facts.Words[1].Text == "-m" && facts.Words[2].Text == "pip")
        {
            PackagePrograms.Pip(facts, 3);
            facts.Subcommand = "pip";
            facts.RunsText = true;
        }
        else if (facts.Words.Count > 2 && facts.Words[1].Text == "-m")
        {
            facts.Subcommand = facts.Words[2].IsLiteral ? facts.Words[2].Text : null;
        }
    }

    private static void Edit(FactsBuilder facts)
    {
        facts.RunsText = true;
        if (facts.Words.Any(word => word.Text.StartsWith('+') || word.Text is "-c" or "-S" or "-s" or "-u" or "--cmd" or "--eval" or "-l" or "--load" or "-f" or "--batch" || word.Text.StartsWith("--eval", StringComparison.Ordinal)))
        {
            facts.Note($"gives '{facts.Program}' something to run");
        }
        facts.Write(facts.Words.Skip(1).Where(word => !word.Text.StartsWith('-') && !word.Text.StartsWith('+')));
    }

    private static void Later(FactsBuilder facts)
    {
        facts.RunsText = true;
        facts.Note($"runs something later or elsewhere with '{facts.Program}'");
    }
}
