using System.Buffers;

namespace Pryx.Agent.Shell.Wrappers;

internal static class EnvWrapper
{
    private static readonly OptionGrammar Grammar = new(
        "i0v", "uCS", LongFlags: ["ignore-environment", "null", "debug", "list-signal-handling", "default-signal", "ignore-signal", "block-signal"], LongWithValue: ["unset", "chdir", "split-string"]);

    public static void Unwrap(Unwrapping wrap)
    {
        if (wrap.Words.Count > 2 && wrap.Words[1].Text is "-S" or "--split-string" && wrap.Words[2].IsLiteral)
        {
            RunSplit(wrap, wrap.Words[2].Text);
            return;
        }
        if (wrap.Options(Grammar) is not { } options)
        {
            return;
        }
        if (options.Values("-u", "--unset").FirstOrDefault(name => !Syntax.VariableRules.IsName(name) || Syntax.VariableRules.IsDangerous(name)) is { } unset)
        {
            wrap.Note($"removes {unset}, which may change what the command does");
        }
        var split = options.Values("-S", "--split-string").ToList();
        if (split.Count > 0)
        {
            RunSplit(wrap, split[0]);
            return;
        }
        if (options.Has("-C", "--chdir"))
        {
            RunElsewhere(wrap, options.Operands);
            return;
        }
        RightsWrappers.RunAfterAssignments(wrap, options.Operands);
    }

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,@% ");

    // -S has quotes and variables of its own; only plain words are taken apart.
    private static void RunSplit(Unwrapping wrap, string split)
    {
        // What follows the text belongs to it, also what looks like an option: so the text has to stand first.
        var behind = wrap.Words[1].Text is "-S" or "--split-string" ? 3 : 2;
        var isFirst = wrap.Words[1].Text.StartsWith("-S", StringComparison.Ordinal) || wrap.Words[1].Text.StartsWith("--split-string", StringComparison.Ordinal);
        if (!isFirst || split.AsSpan().IndexOfAnyExcept(Plain) >= 0 || split.AsSpan().Trim(' ').IsEmpty)
        {
            wrap.Note("splits a text into a command in a way that is not understood");
        }
        wrap.Run([.. split.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ShellWord.Literal), .. wrap.Words.Skip(behind)]);
    }

    private static void RunElsewhere(Unwrapping wrap, int operands)
    {
        while (wrap.Has(operands) && wrap.Words[operands].Text.Contains('=', StringComparison.Ordinal))
        {
            wrap.Note("sets variables and the folder of a command at once");
            operands++;
        }
        wrap.RunFrom(operands, isElsewhere: true);
    }
}
