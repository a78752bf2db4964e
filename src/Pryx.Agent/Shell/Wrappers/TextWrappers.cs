namespace Pryx.Agent.Shell.Wrappers;

/// <summary>They hand a text to a shell, or have a grammar of their own that is not followed.</summary>
internal static class TextWrappers
{
    public static void Flock(Unwrapping wrap)
    {
        var grammar = new OptionGrammar("sxeunoFv", "wE", LongFlags: ["shared", "exclusive", "unlock", "nonblock", "nb", "close", "no-fork", "verbose"], LongWithValue: ["wait", "timeout", "conflict-exit-code"]);
        if (wrap.Options(grammar) is not { } options)
        {
            return;
        }
        var at = options.Operands + 1;
        if (wrap.Has(at) && wrap.Words[at].Text is "-c" or "--command")
        {
            if (wrap.Has(at + 1))
            {
                wrap.RunText(wrap.Words[at + 1]);
            }
            return;
        }
        if (wrap.Has(at) && (wrap.Words[at].Text.StartsWith('-') || wrap.Words[at - 1].Has(WordTraits.Splits)))
        {
            wrap.Note("runs another command through 'flock' in a way that is not understood");
        }
        wrap.RunFrom(at);
    }

    public static void Watch(Unwrapping wrap)
    {
        var grammar = new OptionGrammar("bceghprtwx", "nqs", "d", ["beep", "color", "no-color", "errexit", "chgexit", "precise", "no-rerun", "no-title", "no-wrap", "exec", "differences"], ["interval", "equexit"]);
        if (wrap.Options(grammar) is not { } options || !wrap.Has(options.Operands))
        {
            return;
        }
        if (options.Has("-x", "--exec"))
        {
            wrap.RunFrom(options.Operands);
            return;
        }
        var words = wrap.Words.Skip(options.Operands).ToList();
        if (words.TrueForAll(word => word.IsLiteral))
        {
            wrap.RunText(string.Join(' ', words.Select(word => word.Text)));
        }
        else
        {
            wrap.Note("runs text that is not known");
        }
    }

    public static void Unknown(Unwrapping wrap)
    {
        if (wrap.Words.Count < 2)
        {
            return;
        }
        wrap.Note($"runs another command through '{wrap.Program}' in a way that is not understood");
        wrap.Run(wrap.Words.Skip(1).SkipWhile(word => word.Text.StartsWith('-')));
    }
}
