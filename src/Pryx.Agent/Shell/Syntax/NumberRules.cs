namespace Pryx.Agent.Shell.Syntax;

/// <summary>Words that bash evaluates as arithmetic although they do not look like it.</summary>
internal static class NumberRules
{
    public static void Note(ParseState state, ShellWord word)
    {
        if (word.Has(WordTraits.Number) || (word.IsLiteral && word.Text.Length is > 0 and < 19 && word.Text.AsSpan().TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0))
        {
            return;
        }
        var name = word.Text.StartsWith("${", StringComparison.Ordinal) && word.Text.EndsWith('}') ? word.Text[2..^1] : word.Text.StartsWith('$') ? word.Text[1..] : word.Text;
        if (name is "#" or "?" || name.StartsWith('#'))
        {
            return;
        }
        if (!VariableRules.IsName(name))
        {
            state.Note("compares something as a number that may be more");
            return;
        }
        state.Variables.Evaluates(name);
    }
}
