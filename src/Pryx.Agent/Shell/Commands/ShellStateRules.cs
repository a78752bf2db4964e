using System.Collections.Frozen;
using Pryx.Agent.Shell.Syntax;
using Pryx.Agent.Shell.Wrappers;

namespace Pryx.Agent.Shell.Commands;

/// <summary>set, shopt, unset, read, mapfile, getopts and wait: harmless with plain names and the options that are known here.</summary>
internal static class ShellStateRules
{
    private static readonly FrozenSet<string> SetOptions = FrozenSet.ToFrozenSet(
        ["errexit", "nounset", "pipefail", "xtrace", "noclobber", "noglob", "verbose", "errtrace", "functrace"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> ShoptOptions = FrozenSet.ToFrozenSet(["nullglob", "globstar", "dotglob", "failglob", "inherit_errexit"], StringComparer.Ordinal);

    public static void Note(ParseState state, IReadOnlyList<ShellWord> words)
    {
        var isFine = words[0].Text switch
        {
            "set" => IsSetFine(words),
            "shopt" => words.Skip(1).All(word => word.IsLiteral && (word.Text is "-s" or "-u" or "-q" || ShoptOptions.Contains(word.Text))),
            "unset" => words.Skip(1).All(word => word.Raw is "-v" || (word.IsLiteral && VariableRules.IsName(word.Text) && !VariableRules.IsDangerous(word.Text))),
            "read" => Sets(state, words, "ers", "adinNptu"),
            "mapfile" or "readarray" => Sets(state, words, "t", "dnsu"),
            "getopts" => words.Count >= 3 && !words[1].MayBeOption && Sets(state, [words[0], words[2]], "", ""),
            _ => words.Skip(1).All(word => !word.Text.StartsWith('-') && (word.IsLiteral || word.Has(WordTraits.Unknown))),
        };
        if (!isFine)
        {
            state.Note($"uses '{words[0].Text}', which changes what the shell does with the rest");
        }
    }

    private static bool IsSetFine(IReadOnlyList<ShellWord> words)
    {
        for (var i = 1; i < words.Count; i++)
        {
            var text = words[i].Text;
            if (words[i].Raw == "--")
            {
                return true;
            }
            if (!words[i].IsLiteral || text.Length < 2 || text[0] is not ('-' or '+') || !text.AsSpan(1).TrimEnd('o').Trim("euxfvCETh").IsEmpty)
            {
                return false;
            }
            if (text.EndsWith('o') && (++i >= words.Count || !words[i].IsLiteral || !SetOptions.Contains(words[i].Text)))
            {
                return false;
            }
        }
        return words.Count > 1;
    }

    /// <summary>All operands are plain names of variables, which get values that are not known.</summary>
    private static bool Sets(ParseState state, IReadOnlyList<ShellWord> words, string flags, string values)
    {
        var options = OptionScan.Read(words, 1, new OptionGrammar(flags, values));
        if (options.Trouble is not null)
        {
            return false;
        }
        foreach (var name in words.Skip(options.Operands).Select(word => word.IsLiteral ? word.Text : "").Concat(options.Values("-a")))
        {
            if (!VariableRules.IsName(name))
            {
                return false;
            }
            VariableRules.NoteSet(state, name, isNumber: false);
        }
        return true;
    }
}
