namespace Pryx.Agent.Shell.Syntax;

/// <summary>NAME=value, NAME+=value and NAME=(…): only where nothing before the sign is quoted.</summary>
internal static class AssignmentReader
{
    /// <summary>The assignment that the word is, with the array behind it; null when it is an ordinary word.</summary>
    public static ShellAssignment? TryRead(ScriptReader reader, ShellWord word)
    {
        var name = VariableRules.AssignedName(word.Raw, out var valueStart);
        if (name is null)
        {
            return IsElement(reader, word);
        }
        var isList = valueStart == word.Raw.Length && reader.Next() == '(';
        if (valueStart == 0 || (word.Raw[valueStart - 2] == '+' && !reader.NeedsBash("+=")))
        {
            return null;
        }
        var value = word with { Raw = word.Raw[valueStart..], Text = word.Text[valueStart..], Traits = word.Traits & ~WordTraits.Brace };
        if (value.Text.Length is > 0 and < 19 && (value.Traits & ~WordTraits.Quoted) == 0 && value.Text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            value = value with { Traits = value.Traits | WordTraits.Number };
        }
        else if (value.Raw.StartsWith("$((", StringComparison.Ordinal) && value.Raw.IndexOf("))", StringComparison.Ordinal) == value.Raw.Length - 2)
        {
            value = value with { Traits = value.Traits | WordTraits.Number };
        }
        return isList ? ReadList(reader, name) : new ShellAssignment(name, value, []);
    }

    /// <summary>Commands whose words may be assignments with an array behind them.</summary>
    public static bool Declares(ShellWord program) => program.Text is "declare" or "typeset" or "local" or "export" or "readonly";

    // a[…]=x: bash reads the index as one piece whatever is in it, other shells take it for a program's name.
    private static ShellAssignment? IsElement(ScriptReader reader, ShellWord word)
    {
        var bracket = word.Raw.IndexOf('[', StringComparison.Ordinal);
        if (bracket > 0 && VariableRules.IsName(word.Raw.AsSpan(0, bracket)))
        {
            reader.Stop("sets or names an element of an array");
        }
        return null;
    }

    private static ShellAssignment? ReadList(ScriptReader reader, string name)
    {
        if (!reader.NeedsBash("an array") || reader.Documents.Count > 0)
        {
            reader.Stop("has an array between a here-document and its text");
            return null;
        }
        var elements = new List<ShellWord>();
        reader.At++;
        while (!reader.IsStopped)
        {
            reader.SkipLines();
            if (reader.Next() == ')')
            {
                reader.At++;
                return new ShellAssignment(name, null, elements);
            }
            if (reader.Next() == '[' || reader.IsAtEnd || (ScriptReader.EndsWord(reader.Next()) && !(reader.Next() is '<' or '>' && reader.Next(1) == '(')))
            {
                reader.Stop("has an array that is not understood");
            }
            else if (WordReader.Read(reader) is { } element)
            {
                // bash reads an array's text a second time, and a here-document in it otherwise than the first time.
                if (element.Inner.Count > 0 && element.Raw.Contains('\n', StringComparison.Ordinal))
                {
                    reader.Stop("has an array with commands of several lines in it");
                }
                elements.Add(element);
            }
        }
        return null;
    }
}
