namespace Pryx.Agent.Shell.Syntax;

/// <summary>Arithmetic. In bash it is a language that can run commands, so every name and every expansion in it has to be a number for certain.</summary>
internal static class ArithmeticReader
{
    /// <summary><c>$((…))</c></summary>
    public static void ReadExpansion(ScriptReader reader, WordBuilder word, bool isQuoted)
    {
        var start = reader.At;
        reader.At += 3;
        var part = new WordBuilder(reader);
        ReadUntilClosed(reader, part);
        if (!reader.IsStopped)
        {
            word.AppendExpansion(part, start, isQuoted, isNumber: true);
        }
    }

    /// <summary><c>((…))</c>, or the head of <c>for ((…))</c>; the reader stands behind the parentheses.</summary>
    public static ShellWord? ReadCommand(ScriptReader reader)
    {
        var word = new WordBuilder(reader);
        ReadUntilClosed(reader, word);
        return reader.IsStopped ? null : word.Finish();
    }

    /// <summary>Offset and length of <c>${x:1:2}</c>.</summary>
    public static void ReadRange(ScriptReader reader, WordBuilder word)
    {
        while (!reader.IsStopped && reader.Next() != '}')
        {
            ReadPiece(reader, word, "0123456789 \t:-+*()");
        }
    }

    private static void ReadUntilClosed(ScriptReader reader, WordBuilder word)
    {
        if (!reader.State.Enter())
        {
            return;
        }
        for (var open = 0; !reader.IsStopped;)
        {
            var c = reader.Next();
            if (c == ')' && open == 0)
            {
                if (reader.Next(1) != ')')
                {
                    reader.Stop("begins like arithmetic and is none");
                }
                reader.At += 2;
                break;
            }
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            ReadPiece(reader, word, "0123456789 \t\n+-*/%<>=!&|^~?:,;()[]#");
        }
        reader.State.Leave();
    }

    private static void ReadPiece(ScriptReader reader, WordBuilder word, string allowed)
    {
        var c = reader.Next();
        if (reader.IsAtEnd)
        {
            reader.Stop("has unfinished arithmetic");
        }
        else if (char.IsAsciiLetter(c) || c == '_')
        {
            ReadName(reader);
        }
        else if (char.IsAsciiDigit(c))
        {
            // 0xff and 16#ff are numbers with letters in them.
            while (char.IsAsciiLetterOrDigit(reader.Next()) || reader.Next() == '#')
            {
                reader.At++;
            }
        }
        else if (c == '\n' && reader.Documents.Count > 0)
        {
            reader.Stop("has a line break between a here-document and its text");
        }
        else if (c is '<' or '>' && reader.Next(1) == '(')
        {
            reader.Stop("has arithmetic that is not understood");
        }
        else if (c == '$')
        {
            ReadExpanded(reader, word);
        }
        else if (allowed.Contains(c, StringComparison.Ordinal))
        {
            reader.At++;
        }
        else
        {
            reader.Stop("has arithmetic that is not understood");
        }
    }

    private static void ReadName(ScriptReader reader)
    {
        var start = reader.At;
        while (char.IsAsciiLetterOrDigit(reader.Next()) || reader.Next() == '_')
        {
            reader.At++;
        }
        var name = reader.Text[start..reader.At];
        if (reader.Next() == '$')
        {
            reader.Stop("has arithmetic that is not understood");
        }
        var ahead = 0;
        while (reader.Next(ahead) is ' ' or '\t')
        {
            ahead++;
        }
        var isSet = reader.Next(ahead) == '=' && reader.Next(ahead + 1) != '=';
        if (isSet)
        {
            VariableRules.NoteSet(reader.State, name, isNumber: true);
        }
        reader.State.Variables.Evaluates(name);
    }

    private static void ReadExpanded(ScriptReader reader, WordBuilder word)
    {
        var next = reader.Next(1);
        if (next == '(' && reader.Next(2) == '(')
        {
            reader.At += 3;
            ReadUntilClosed(reader, word);
        }
        else if (next == '(')
        {
            reader.State.Note("evaluates what a command writes as arithmetic");
            ExpansionReader.Read(reader, word, isQuoted: true);
        }
        else if (next == '{')
        {
            ParameterReader.Read(reader, word, isQuoted: true, isArithmetic: true);
        }
        else if (next is '#' or '?' or '$')
        {
            reader.At += 2;
        }
        else if (char.IsAsciiLetter(next) || next == '_')
        {
            reader.At++;
            var start = reader.At;
            while (char.IsAsciiLetterOrDigit(reader.Next()) || reader.Next() == '_')
            {
                reader.At++;
            }
            reader.State.Variables.Evaluates(reader.Text[start..reader.At]);
        }
        else
        {
            reader.Stop("has arithmetic that is not understood");
        }
    }
}
