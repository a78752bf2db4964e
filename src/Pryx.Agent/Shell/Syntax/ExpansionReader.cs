using System.Text;

namespace Pryx.Agent.Shell.Syntax;

/// <summary>What begins with a dollar or a backquote.</summary>
internal static class ExpansionReader
{
    public static void Read(ScriptReader reader, WordBuilder word, bool isQuoted)
    {
        var start = reader.At;
        switch (reader.Next(1))
        {
            case '(' when reader.Next(2) == '(':
                ArithmeticReader.ReadExpansion(reader, word, isQuoted);
                break;
            case '(':
                reader.At++;
                if (ReadCommands(reader) is { } node)
                {
                    word.AddCommand(node, start, isQuoted);
                }
                break;
            case '{':
                ParameterReader.Read(reader, word, isQuoted, isArithmetic: false);
                break;
            case '[':
                reader.Stop("uses the old form of arithmetic");
                break;
            case '\'' when !isQuoted:
                if (reader.NeedsBash("$'…'"))
                {
                    reader.At++;
                    QuoteReader.ReadEscaped(reader, word);
                }
                break;
            case '"' when !isQuoted:
                if (reader.NeedsBash("$\"…\""))
                {
                    reader.At++;
                    QuoteReader.ReadDouble(reader, word);
                }
                break;
            case '\\' when reader.Next(2) == '\n':
                reader.Stop("splits an expansion over two lines");
                break;
            case var c when char.IsAsciiLetter(c) || c == '_':
                reader.At += 2;
                while (char.IsAsciiLetterOrDigit(reader.Next()) || reader.Next() == '_')
                {
                    reader.At++;
                }
                if (reader.Next() == '\\' && reader.Next(1) == '\n')
                {
                    reader.Stop("splits an expansion over two lines");
                    return;
                }
                if (reader.Next() == '[' && !isQuoted)
                {
                    word.Mark(WordTraits.Pattern);
                }
                word.AppendUnknown(reader.Text.AsSpan(start, reader.At - start), isQuoted);
                break;
            case '?' or '#' or '$' or '!':
                reader.At += 2;
                word.AppendUnknown(reader.Text.AsSpan(start, 2), isQuoted, isNumber: true);
                break;
            case '@' or '*' or '-' or (>= '0' and <= '9'):
                reader.At += 2;
                // "$@" becomes any number of words although it is quoted.
                word.AppendUnknown(reader.Text.AsSpan(start, 2), isQuoted && reader.Next(-1) != '@');
                break;
            case ' ' or '\t' or '\n' or '.' or ',' or ':' or '/' or '%' or '=' or '+' or '^' or ')' or ']' or '|' or '~' or '\0' or '\\' or ';' or '&' or '<' or '>':
            case '"' or '\'':
                reader.At++;
                word.AppendQuoted('$');
                break;
            default:
                reader.Stop("uses an expansion that is not understood");
                break;
        }
    }

    /// <summary>The commands between parentheses; the reader stands on the opening one.</summary>
    public static ShellNode? ReadCommands(ScriptReader reader)
    {
        if (!reader.State.Enter())
        {
            return null;
        }
        reader.At++;
        var outer = reader.Suspend();
        var body = ListReader.Read(reader, isEmptyAllowed: true);
        if (!reader.IsStopped && reader.Next() != ')')
        {
            reader.Stop("has an unfinished substitution");
        }
        reader.At++;
        reader.Resume(outer);
        reader.State.Leave();
        return reader.IsStopped ? null : new SubshellNode(body!, IsSubstitution: true);
    }

    public static void ReadBackquotes(ScriptReader reader, WordBuilder word, bool isQuoted, bool isHereText)
    {
        var start = reader.At;
        var text = new StringBuilder();
        for (reader.At++; reader.Next() != '`'; reader.At++)
        {
            if (reader.IsAtEnd)
            {
                reader.Stop("has an unfinished substitution");
                return;
            }
            var next = reader.Next(1);
            if (reader.Next() == '\\' && next == '"' && isHereText)
            {
                reader.Stop("quotes inside backquotes inside a here-document");
                return;
            }
            if (reader.Next() == '\\' && (next is '\\' or '$' or '`' || (next == '"' && isQuoted)))
            {
                reader.At++;
            }
            else if (reader.Next() == '\\')
            {
                // It stays, and so does what it escapes: the commands inside will read both.
                text.Append('\\');
                reader.At++;
                if (reader.IsAtEnd)
                {
                    continue;
                }
            }
            text.Append(reader.Next());
        }
        reader.At++;
        if (!reader.State.Enter())
        {
            return;
        }
        if (ListReader.ReadAll(new ScriptReader(text.ToString(), reader.State), isEmptyAllowed: true) is { } body)
        {
            word.AddCommand(new SubshellNode(body, IsSubstitution: true), start, isQuoted);
        }
        reader.State.Leave();
    }
}
