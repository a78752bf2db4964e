namespace Pryx.Agent.Shell.Syntax;

internal static class LoopReader
{
    public static ShellNode? ReadWhile(ScriptReader reader)
    {
        reader.At += "while".Length; // and so is "until"
        return ListReader.Read(reader) is { } condition && ReadBody(reader) is { } body ? new LoopNode(condition, null, [], body) : null;
    }

    public static ShellNode? ReadSelect(ScriptReader reader)
    {
        if (!reader.NeedsBash("'select'"))
        {
            return null;
        }
        reader.At += "select".Length;
        return ReadNamed(reader);
    }

    public static ShellNode? ReadFor(ScriptReader reader)
    {
        reader.At += "for".Length;
        reader.SkipBlanks();
        if (!reader.StartsWith("(("))
        {
            return ReadNamed(reader);
        }
        if (!reader.NeedsBash("an arithmetic 'for'"))
        {
            return null;
        }
        reader.At += 2;
        if (ArithmeticReader.ReadCommand(reader) is not { } head)
        {
            return null;
        }
        reader.SkipBlanks();
        reader.At += reader.Next() == ';' ? 1 : 0;
        return ReadBody(reader) is { } body ? new LoopNode(null, null, [head], body) : null;
    }

    private static ShellNode? ReadNamed(ScriptReader reader)
    {
        reader.SkipBlanks();
        if (WordReader.Read(reader) is not { } name)
        {
            return null;
        }
        if (!name.IsLiteral || name.Has(WordTraits.Quoted) || !VariableRules.IsName(name.Text))
        {
            return CommandReader.Stop(reader, "has a loop over an unusual variable");
        }
        var words = new List<ShellWord>();
        reader.SkipBlanks();
        var hasNext = reader.Next() == ';';
        reader.At += hasNext ? 1 : 0;
        reader.SkipLines();
        var isOverArguments = hasNext || !ReservedWord.Take(reader, "in");
        while (!isOverArguments && !reader.IsStopped)
        {
            reader.SkipBlanks();
            if (reader.Next() is ';' or '\n' or '#' || reader.IsAtEnd)
            {
                reader.At += reader.Next() == ';' ? 1 : 0;
                break;
            }
            if (ScriptReader.EndsWord(reader.Next()) && !(reader.Next() is '<' or '>' && reader.Next(1) == '('))
            {
                return CommandReader.Stop(reader, "has a loop that is not understood");
            }
            if (WordReader.Read(reader) is { } word)
            {
                words.Add(word);
            }
        }
        VariableRules.NoteSet(reader.State, name.Text, !isOverArguments && words.TrueForAll(IsNumber));
        return ReadBody(reader) is { } body ? new LoopNode(null, name.Text, words, body) : null;
    }

    private static bool IsNumber(ShellWord word) => word.Has(WordTraits.Number)
        || (!word.Has(WordTraits.Unknown) && word.Text.StartsWith('{') && word.Text.EndsWith('}') && word.Text.AsSpan()[1..^1].Trim("0123456789.").IsEmpty);

    private static ShellNode? ReadBody(ScriptReader reader)
    {
        if (reader.IsStopped || !ReservedWord.Expect(reader, "do") || ListReader.Read(reader) is not { } body)
        {
            return null;
        }
        return ReservedWord.Expect(reader, "done") ? body : null;
    }
}
