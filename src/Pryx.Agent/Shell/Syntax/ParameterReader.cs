namespace Pryx.Agent.Shell.Syntax;

/// <summary><c>${…}</c> with its operators. What bash would evaluate once more – indirection, prompts – is unclear.</summary>
internal static class ParameterReader
{
    public static void Read(ScriptReader reader, WordBuilder word, bool isQuoted, bool isArithmetic)
    {
        if (!reader.State.Enter())
        {
            return;
        }
        var start = reader.At;
        reader.At += 2;
        var isLength = reader.Next() == '#' && reader.Next(1) is not ('}' or ':' or '-' or '=' or '?' or '+' or '#' or '%' or '/');
        var isIndirect = reader.Next() == '!' && reader.Next(1) is not ('}' or ':' or '-' or '=' or '?' or '+');
        reader.At += isLength || isIndirect ? 1 : 0;
        var name = ReadName(reader);
        if (name.Length == 0)
        {
            reader.Stop("uses an expansion that is not understood");
        }
        var isList = name is "@" || ReadSubscript(reader, isIndirect);
        if (isIndirect && !(isList && reader.Next() == '}'))
        {
            reader.Stop("uses a variable whose name is in another variable");
        }
        if (isArithmetic && !isLength && name is not ("#" or "?" or "$" or "!"))
        {
            reader.State.Variables.Evaluates(name);
            if (reader.Next() != '}' && !reader.IsStopped)
            {
                reader.Stop("evaluates an expansion as arithmetic");
            }
        }
        // The text behind an operator is shown as written: only the commands in it count.
        var part = new WordBuilder(reader);
        ReadOperator(reader, part, name, isQuoted);
        if (!reader.IsStopped && reader.Next() != '}')
        {
            reader.Stop("uses an expansion that is not understood");
        }
        reader.At++;
        reader.State.Leave();
        if (!reader.IsStopped)
        {
            word.AppendExpansion(part, start, isQuoted && !isList, isLength);
        }
    }

    private static string ReadName(ScriptReader reader)
    {
        var start = reader.At;
        if (reader.Next() is '@' or '*' or '#' or '?' or '$' or '!' or '-')
        {
            reader.At++;
        }
        else
        {
            while (char.IsAsciiLetterOrDigit(reader.Next()) || reader.Next() == '_')
            {
                reader.At++;
            }
        }
        return reader.Text[start..reader.At];
    }

    /// <returns>True for all elements of an array.</returns>
    private static bool ReadSubscript(ScriptReader reader, bool isIndirect)
    {
        if (reader.Next() != '[' || !reader.NeedsBash("an array"))
        {
            return false;
        }
        if (reader.Next(1) is '@' or '*' && reader.Next(2) == ']')
        {
            var isList = isIndirect || reader.Next(1) == '@';
            reader.At += 3;
            return isList;
        }
        var start = ++reader.At;
        reader.At += reader.Next() == '$' ? 1 : 0;
        var name = ReadName(reader);
        if (reader.Next() != ']' || (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0])) || (reader.Text[start] == '$' && char.IsAsciiDigit(name[0])))
        {
            return reader.Stop("evaluates an array's index");
        }
        if (!char.IsAsciiDigit(name[0]))
        {
            reader.State.Variables.Evaluates(name);
        }
        reader.At++;
        return false;
    }

    private static void ReadOperator(ScriptReader reader, WordBuilder part, string name, bool isQuoted)
    {
        switch (reader.Next())
        {
            case '}':
                return;
            case ':' when reader.Next(1) is '-' or '=' or '?' or '+':
            case '-' or '=' or '?' or '+':
                reader.At += reader.Next() == ':' ? 1 : 0;
                if (reader.Next() == '=')
                {
                    VariableRules.NoteSet(reader.State, name, isNumber: false);
                }
                reader.At++;
                ReadWord(reader, part, isQuoted);
                break;
            case ':':
                if (reader.NeedsBash("a substring"))
                {
                    reader.At++;
                    ArithmeticReader.ReadRange(reader, part);
                }
                break;
            case '#' or '%':
                reader.At += reader.Next(1) == reader.Next() ? 2 : 1;
                ReadWord(reader, part, isQuoted);
                break;
            case '/' or '^' or ',':
                if (reader.NeedsBash("a replacement"))
                {
                    reader.At++;
                    ReadWord(reader, part, isQuoted);
                }
                break;
            case '@' when reader.Next(1) is 'Q' or 'U' or 'u' or 'L':
                if (reader.NeedsBash("a transformation"))
                {
                    reader.At += 2;
                }
                break;
            default:
                reader.Stop("uses an expansion that is not understood");
                break;
        }
    }

    /// <summary>What stands behind the operator, up to the closing brace. Where shells differ about quotes inside quotes, it stops.</summary>
    private static void ReadWord(ScriptReader reader, WordBuilder part, bool isQuoted)
    {
        while (!reader.IsStopped && reader.Next() != '}')
        {
            var c = reader.Next();
            if (reader.IsAtEnd)
            {
                reader.Stop("has an unfinished expansion");
            }
            else if (c == '{' || ((c is '\'' or '"') && isQuoted) || ((c is '<' or '>') && reader.Next(1) == '('))
            {
                reader.Stop("uses an expansion that is not understood");
            }
            else if (c == '\\')
            {
                reader.At += 2;
            }
            else if (c == '\'')
            {
                QuoteReader.ReadSingle(reader, part);
            }
            else if (c == '"')
            {
                QuoteReader.ReadDouble(reader, part);
            }
            else if (c == '$')
            {
                ExpansionReader.Read(reader, part, isQuoted);
            }
            else if (c == '`')
            {
                ExpansionReader.ReadBackquotes(reader, part, isQuoted, isHereText: false);
            }
            else
            {
                reader.At++;
            }
        }
    }
}
