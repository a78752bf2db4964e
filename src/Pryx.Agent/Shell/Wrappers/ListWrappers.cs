namespace Pryx.Agent.Shell.Wrappers;

/// <summary>They run a command for each of a list that is not known yet.</summary>
internal static class ListWrappers
{
    private static readonly OptionGrammar XargsOptions = new(
        "0oprtx", "adEILnPs", "eil", ["null", "open-tty", "interactive", "no-run-if-empty", "verbose", "exit", "replace", "eof", "max-lines"],
        ["arg-file", "delimiter", "max-args", "max-procs", "max-chars", "process-slot-var"]);

    public static void Xargs(Unwrapping wrap)
    {
        if (wrap.Options(XargsOptions) is not { } options)
        {
            wrap.Run(wrap.Words.Skip(1).SkipWhile(word => word.Text.StartsWith('-')));
            return;
        }
        var mark = options.Has("-I") ? options.Values("-I").Last() : options.Has("-i", "--replace") ? options.Values("-i", "--replace").Last() is { Length: > 0 } own ? own : "{}" : null;
        var words = wrap.Words.Skip(options.Operands).ToList();
        if (words.Count == 0)
        {
            return;
        }
        if (mark is "" || options.Has("--process-slot-var"))
        {
            wrap.Note("runs another command through 'xargs' in a way that is not understood");
        }
        wrap.Run(mark is null or "" ? [.. words, ShellWord.Later] : words.Select(word => Filled(word, mark)));
    }

    /// <summary>The words of find's -exec, up to a semicolon or a plus.</summary>
    public static void Find(Unwrapping wrap)
    {
        for (var i = 1; i < wrap.Words.Count; i++)
        {
            var word = wrap.Words[i];
            if (word.MayBeOption && word.IsUnknown)
            {
                wrap.Note("gives 'find' something that may be an action");
            }
            if (!word.IsLiteral || word.Text is not ("-exec" or "-execdir" or "-ok" or "-okdir"))
            {
                continue;
            }
            var end = i + 1;
            while (end < wrap.Words.Count && !(wrap.Words[end].IsLiteral && (wrap.Words[end].Text == ";" || (wrap.Words[end].Text == "+" && wrap.Words[end - 1].Text == "{}"))))
            {
                end++;
            }
            if (end >= wrap.Words.Count || end == i + 1)
            {
                wrap.Note("has an action of 'find' that is not understood");
            }
            wrap.Run(wrap.Words.Skip(i + 1).Take(end - i - 1).Select(inner => Filled(inner, "{}")), isElsewhere: word.Text.EndsWith("dir", StringComparison.Ordinal));
            i = end;
        }
    }

    public static void Fd(Unwrapping wrap)
    {
        for (var i = 1; i < wrap.Words.Count; i++)
        {
            var text = wrap.Words[i].Text;
            if (wrap.Words[i].MayBeOption && wrap.Words[i].IsUnknown)
            {
                wrap.Note("gives 'fd' something that may be an action");
            }
            if (text is "-x" or "-X" or "--exec" or "--exec-batch")
            {
                var words = wrap.Words.Skip(i + 1).TakeWhile(word => word.Text != ";").Select(word => word.Text.Contains('{', StringComparison.Ordinal) ? ShellWord.Later : word);
                wrap.Run([.. words, ShellWord.Later]);
            }
            else if (text.StartsWith("--exec", StringComparison.Ordinal) || (text.Length > 2 && text[0] == '-' && text[1] != '-' && text.AsSpan().IndexOfAny('x', 'X') > 0))
            {
                wrap.Note("runs another command through 'fd' in a way that is not understood");
            }
        }
    }

    private static ShellWord Filled(ShellWord word, string mark) => !word.Text.Contains(mark, StringComparison.Ordinal) ? word
        // As one word, at the place it was written: "{}" alone is any path that was found.
        : word with { Traits = word.Traits | WordTraits.Unknown | WordTraits.More };
}
