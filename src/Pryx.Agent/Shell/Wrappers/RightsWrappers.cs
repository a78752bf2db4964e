namespace Pryx.Agent.Shell.Wrappers;

/// <summary>They run a command with other rights, or in another root.</summary>
internal static class RightsWrappers
{
    private static readonly OptionGrammar SudoOptions = new(
        "AbEHKknPSvVl", "CgpTUu", LongFlags: ["askpass", "background", "preserve-env", "set-home", "non-interactive", "preserve-groups", "stdin", "validate", "list", "reset-timestamp", "remove-timestamp", "version", "bell"],
        LongWithValue: ["close-from", "group", "prompt", "command-timeout", "other-user", "user"]);

    public static void Sudo(Unwrapping wrap)
    {
        if (wrap.Options(SudoOptions) is { } options)
        {
            RunAfterAssignments(wrap, options.Operands);
        }
        else
        {
            wrap.RunFrom(wrap.Words.Count > 2 && wrap.Words[1].Text.StartsWith('-') ? 2 : 1);
        }
    }

    public static void Doas(Unwrapping wrap)
    {
        if (wrap.Options(new OptionGrammar("nL", "aCu")) is { } options)
        {
            wrap.RunFrom(options.Operands);
        }
    }

    public static void Su(Unwrapping wrap)
    {
        // su takes options behind the user too, and a login shell of its own.
        for (var i = 1; i + 1 < wrap.Words.Count; i++)
        {
            if (wrap.Words[i].Text is "-c" or "--command")
            {
                wrap.RunText(wrap.Words[i + 1], isElsewhere: true);
            }
        }
        wrap.Note($"runs another command through '{wrap.Program}' in a way that is not understood");
    }

    public static void Pkexec(Unwrapping wrap)
    {
        if (wrap.Options(new OptionGrammar("", "", LongFlags: ["disable-internal-agent", "keep-cwd"], LongWithValue: ["user"])) is { } options)
        {
            wrap.RunFrom(options.Operands, isElsewhere: true);
        }
    }

    public static void Chroot(Unwrapping wrap)
    {
        if (wrap.Options(new OptionGrammar("", "", LongFlags: ["skip-chdir"], LongWithValue: ["userspec", "groups"])) is { } options)
        {
            wrap.RunFrom(options.Operands + 1, isElsewhere: true);
        }
        wrap.Note("runs another command in another root, where its name may mean something else");
    }

    internal static void RunAfterAssignments(Unwrapping wrap, int at)
    {
        while (wrap.Has(at) && wrap.Words[at] is var word && Syntax.VariableRules.AssignedName(word.Text, out var valueStart) is { } name)
        {
            if (word.Has(WordTraits.Splits))
            {
                wrap.Note($"sets {name} to something that may become another command");
            }
            wrap.Export(name, word.Text.Length > valueStart && word.Text.AsSpan(valueStart).IndexOfAnyExceptInRange('0', '9') < 0);
            at++;
        }
        wrap.RunFrom(at);
    }
}
