namespace Pryx.Agent.Shell.Syntax;

internal static class CaseReader
{
    public static ShellNode? Read(ScriptReader reader)
    {
        reader.At += "case".Length;
        reader.SkipBlanks();
        if (WordReader.Read(reader) is not { Raw.Length: > 0 } subject || !ReservedWord.Expect(reader, "in"))
        {
            return reader.IsStopped ? null : CommandReader.Stop(reader, "has a 'case' that is not understood");
        }
        var arms = new List<(IReadOnlyList<ShellWord>, ShellNode)>();
        while (!reader.IsStopped)
        {
            reader.SkipLines();
            if (ReservedWord.Take(reader, "esac"))
            {
                return new CaseNode(subject, arms);
            }
            if (ReadPatterns(reader) is not { } patterns || ListReader.Read(reader, isEmptyAllowed: true) is not { } body || reader.IsStopped)
            {
                break;
            }
            arms.Add((patterns, body));
            if (!ReadArmEnd(reader))
            {
                break;
            }
        }
        return null;
    }

    private static List<ShellWord>? ReadPatterns(ScriptReader reader)
    {
        var patterns = new List<ShellWord>();
        reader.At += reader.Next() == '(' ? 1 : 0;
        while (!reader.IsStopped)
        {
            reader.SkipBlanks();
            if (ScriptReader.EndsWord(reader.Next()))
            {
                reader.Stop("has a 'case' that is not understood");
            }
            if (WordReader.Read(reader) is not { } pattern)
            {
                return null;
            }
            patterns.Add(pattern);
            reader.SkipBlanks();
            if (reader.Next() == ')')
            {
                reader.At++;
                return patterns;
            }
            if (reader.Next() != '|')
            {
                reader.Stop("has a 'case' that is not understood");
            }
            reader.At++;
        }
        return null;
    }

    private static bool ReadArmEnd(ScriptReader reader)
    {
        reader.SkipLines();
        if (reader.StartsWith(";;&") || reader.StartsWith(";&"))
        {
            reader.NeedsBash("a 'case' that falls through");
            reader.At += reader.Next(1) == ';' ? 3 : 2;
        }
        else if (reader.StartsWith(";;"))
        {
            reader.At += 2;
        }
        else if (ReservedWord.Peek(reader) != "esac")
        {
            reader.Stop("has a 'case' that is not understood");
        }
        return !reader.IsStopped;
    }
}
