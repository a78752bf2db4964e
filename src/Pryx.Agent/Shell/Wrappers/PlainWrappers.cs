namespace Pryx.Agent.Shell.Wrappers;

/// <summary>Options, perhaps a word or two of their own, then the command.</summary>
internal static class PlainWrappers
{
    public static void Unwrap(Unwrapping wrap, OptionGrammar grammar, int skipped = 0)
    {
        if (wrap.Words.Count < 2)
        {
            return;
        }
        if (wrap.Options(grammar) is not { } options)
        {
            // What can be seen of it is still shown to the rules that deny.
            wrap.RunFrom(wrap.Words.Count > 2 && wrap.Words[1].Text.StartsWith('-') ? 2 : 1);
            return;
        }
        // strace -o '|sh'
        if (options.Values("-o", "--output").Any(value => value.StartsWith('|') || value.StartsWith('!') || value.Length == 0) && wrap.Program == "strace")
        {
            wrap.Note("writes its trace into another command");
        }
        for (var i = options.Operands; i < options.Operands + skipped && wrap.Has(i); i++)
        {
            if (wrap.Words[i].Has(WordTraits.Splits) || wrap.Words[i].MayBeOption)
            {
                wrap.Note($"runs another command through '{wrap.Program}', which may get an option that is not known");
            }
        }
        wrap.RunFrom(options.Operands + skipped);
    }
}
