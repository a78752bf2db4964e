using System.Globalization;

namespace Pryx.Agent.Shell.Syntax;

internal static class QuoteReader
{
    public static void ReadSingle(ScriptReader reader, WordBuilder word)
    {
        var end = reader.Text.IndexOf('\'', reader.At + 1);
        if (end < 0)
        {
            reader.Stop("has an unfinished quote");
            return;
        }
        word.AppendQuoted(reader.Text.AsSpan(reader.At + 1, end - reader.At - 1));
        reader.At = end + 1;
    }

    public static void ReadDouble(ScriptReader reader, WordBuilder word)
    {
        word.AppendQuoted([]);
        reader.At++;
        while (!reader.IsStopped)
        {
            if (reader.IsAtEnd)
            {
                reader.Stop("has an unfinished quote");
                return;
            }
            if (reader.Next() == '"')
            {
                reader.At++;
                return;
            }
            ReadExpanding(reader, word, isHereText: false);
        }
    }

    /// <summary>One piece of text in which only dollar, backquote and backslash mean something.</summary>
    public static void ReadExpanding(ScriptReader reader, WordBuilder word, bool isHereText)
    {
        switch (reader.Next())
        {
            case '$':
                ExpansionReader.Read(reader, word, isQuoted: true);
                break;
            case '`':
                ExpansionReader.ReadBackquotes(reader, word, isQuoted: true, isHereText);
                break;
            case '\\' when reader.Next(1) == '\n':
                var start = reader.At;
                reader.At += 2;
                word.AddContinuation(start);
                break;
            case '\\' when reader.Next(1) is '$' or '`' or '\\' || (reader.Next(1) == '"' && !isHereText):
                word.AppendQuoted(reader.Next(1));
                reader.At += 2;
                break;
            default:
                word.AppendQuoted(reader.Next());
                reader.At++;
                break;
        }
    }

    /// <summary><c>$'…'</c>; the reader stands on the quote.</summary>
    public static void ReadEscaped(ScriptReader reader, WordBuilder word)
    {
        word.AppendQuoted([]);
        reader.At++;
        while (!reader.IsStopped)
        {
            if (reader.IsAtEnd)
            {
                reader.Stop("has an unfinished quote");
                return;
            }
            var c = reader.Next();
            reader.At++;
            if (c == '\'')
            {
                return;
            }
            if (c != '\\')
            {
                word.AppendQuoted(c);
                continue;
            }
            var escape = reader.Next();
            reader.At++;
            switch (escape)
            {
                case 'n': word.AppendQuoted('\n'); break;
                case 't': word.AppendQuoted('\t'); break;
                case 'r': word.AppendQuoted('\r'); break;
                case 'a': word.AppendQuoted('\a'); break;
                case 'b': word.AppendQuoted('\b'); break;
                case 'f': word.AppendQuoted('\f'); break;
                case 'v': word.AppendQuoted('\v'); break;
                case 'e' or 'E': word.AppendQuoted('\u001b'); break;
                case '\\' or '\'' or '"' or '?': word.AppendQuoted(escape); break;
                case 'x': ReadCode(reader, word, 16, 2); break;
                case 'u': ReadCode(reader, word, 16, 4); break;
                case 'U': ReadCode(reader, word, 16, 8); break;
                case >= '0' and <= '7':
                    reader.At--;
                    ReadCode(reader, word, 8, 3);
                    break;
                default:
                    reader.Stop("has an escape that is not understood");
                    break;
            }
        }
    }

    // One byte of a longer character can not be told from here, so only ASCII is taken.
    private static void ReadCode(ScriptReader reader, WordBuilder word, int radix, int most)
    {
        var value = 0;
        var digits = 0;
        while (digits < most && Digit(reader.Next()) is var digit && digit >= 0 && digit < radix)
        {
            value = Math.Min((value * radix) + digit, 0x11_0000);
            reader.At++;
            digits++;
        }
        if (digits == 0 || value is 0 or > 0x7e)
        {
            reader.Stop("has an escape that is not understood");
            return;
        }
        word.AppendQuoted((char)value);
    }

    private static int Digit(char c) => char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : -1;
}
