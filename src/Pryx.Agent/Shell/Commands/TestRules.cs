using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell.Commands;

/// <summary>test and [: <c>-v</c> evaluates an array's index, and words that are not known can add up to it.</summary>
internal static class TestRules
{
    public static void Note(ParseState state, IReadOnlyList<ShellWord> words)
    {
        var operands = words.Skip(1).Take(words.Count - (words[0].Text == "[" ? 2 : 1)).SkipWhile(word => word.Raw == "!").ToList();
        if (operands.Exists(word => word.Has(WordTraits.Splits)) && !(operands.Count == 3 && OnlyNumbers(operands)))
        {
            state.Note("tests something that may become several words");
            return;
        }
        for (var i = 0; i + 1 < operands.Count; i++)
        {
            if (operands[i] is { IsLiteral: true, Text: "-v" or "-R" } && !(operands[i + 1].IsLiteral && VariableRules.IsName(operands[i + 1].Text)))
            {
                state.Note("evaluates an array's index");
            }
        }
        var isClear = operands.TrueForAll(word => word.IsLiteral || word.Has(WordTraits.Pattern | WordTraits.Tilde) && !word.IsUnknown) || operands.Count switch
        {
            <= 1 => true,
            2 => operands[0].IsLiteral,
            3 => operands[1].IsLiteral && operands[1].Text is "=" or "==" or "!=" or "<" or ">" or "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge" or "-nt" or "-ot" or "-ef" or "-a" or "-o",
            _ => false,
        };
        if (!isClear)
        {
            state.Note("tests something that may be read in another way");
        }
    }

    private static bool OnlyNumbers(List<ShellWord> operands) => operands.TrueForAll(word => !word.Has(WordTraits.Splits) || word.Text is "$#" or "$?");
}
