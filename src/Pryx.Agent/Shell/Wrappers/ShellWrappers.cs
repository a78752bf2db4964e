using System.Buffers;

namespace Pryx.Agent.Shell.Wrappers;

/// <summary>Shells that are given a script: as text, as a file, or on their input.</summary>
internal static class ShellWrappers
{
    public static void Shell(Unwrapping wrap)
    {
        var dialect = wrap.Program is "bash" or "rbash" ? ShellDialect.Bash : ShellDialect.Posix;
        if (ReadOptions(wrap, dialect, out var hasText, out var at) is not { } isInput)
        {
            wrap.Note($"lets '{wrap.Program}' run another program text in a way that is not understood");
            return;
        }
        if (hasText)
        {
            if (!wrap.Has(at))
            {
                wrap.Note($"lets '{wrap.Program}' run a text that is missing");
                return;
            }
            wrap.RunText(wrap.Words[at], dialect);
            return;
        }
        if (wrap.Has(at) && !isInput)
        {
            // A file: its name is a word like any other, and what is in it is not known here.
            if (wrap.Words[at].Has(WordTraits.Splits) || wrap.Words[at].Has(WordTraits.More))
            {
                wrap.Note($"lets '{wrap.Program}' run a file that is not known");
            }
            return;
        }
        if (wrap.Command.Redirects.LastOrDefault(redirect => redirect.IsInput) is { Content: { } content })
        {
            wrap.RunText(content, dialect);
        }
        else
        {
            wrap.Note($"lets '{wrap.Program}' run what it is given on its input");
        }
    }

    public static void OtherShell(Unwrapping wrap)
    {
        wrap.Note($"lets '{wrap.Program}' run another program text");
        for (var i = 1; i + 1 < wrap.Words.Count; i++)
        {
            if (wrap.Words[i].Text is "-c" or "-lc" or "-ic" or "-ec" && wrap.Words[i + 1].IsLiteral)
            {
                wrap.RunText(wrap.Words[i + 1]);
            }
        }
    }

    public static void Busybox(Unwrapping wrap)
    {
        if (wrap.Has(1) && wrap.Words[1].Text.StartsWith('-'))
        {
            wrap.Note($"uses '{wrap.Program}' in a way that is not understood");
        }
        wrap.RunFrom(1);
    }

    private static readonly SearchValues<char> Letters = SearchValues.Create("ceuxsvfnCETlo");

    /// <returns>True when it reads its input although words follow; null when the options are not understood.</returns>
    private static bool? ReadOptions(Unwrapping wrap, ShellDialect dialect, out bool hasText, out int at)
    {
        hasText = false;
        var isInput = false;
        for (at = 1; wrap.Has(at); at++)
        {
            var word = wrap.Words[at];
            var text = word.Text;
            if (!word.IsLiteral && word.MayBeOption)
            {
                return null;
            }
            if (text is "--" or "-")
            {
                at++;
                break;
            }
            if (text.Length < 2 || text[0] is not ('-' or '+'))
            {
                break;
            }
            if (text is "--norc" or "--noprofile" or "--posix" or "--verbose" || (text == "--login" && dialect == ShellDialect.Bash))
            {
                continue;
            }
            var letters = text.AsSpan(1);
            // A login shell of another kind may find aliases in its profile; an interactive one always does.
            if (letters.IndexOfAnyExcept(Letters) >= 0 || (letters.Contains('l') && dialect != ShellDialect.Bash) || text[0] == '+')
            {
                return null;
            }
            hasText |= letters.Contains('c');
            isInput |= letters.Contains('s');
            if (letters.Contains('o') && (!wrap.Has(++at) || wrap.Words[at].Text is not ("pipefail" or "errexit" or "nounset" or "xtrace" or "noclobber" or "noglob")))
            {
                return null;
            }
        }
        return isInput;
    }
}
