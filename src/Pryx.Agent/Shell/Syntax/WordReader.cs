using System.Buffers;

namespace Pryx.Agent.Shell.Syntax;

/// <summary>Reads words: text, quotes, expansions and the commands inside them.</summary>
internal static class WordReader
{
    private static readonly SearchValues<char> PlainText =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=+,@%^");

    /// <summary>The word that starts here; null when reading had to stop.</summary>
    public static ShellWord? Read(ScriptReader reader)
    {
        if (reader.IsStopped || reader.At > reader.Text.Length)
        {
            return null;
        }
        // Most words are plain text between blanks.
        var rest = reader.Text.AsSpan(reader.At);
        var length = rest.IndexOfAnyExcept(PlainText);
        length = length < 0 ? rest.Length : length;
        if (length > 0 && (length == rest.Length || (rest[length] is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or ')')))
        {
            var text = reader.Text.Substring(reader.At, length);
            reader.At += length;
            return new ShellWord(text, text, length < 19 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? WordTraits.Number : WordTraits.None, text);
        }
        return ReadParts(reader, isPattern: false);
    }

    /// <summary>The right side of <c>==</c> or <c>=~</c> between double brackets: parentheses and bars belong to it.</summary>
    public static ShellWord? ReadPattern(ScriptReader reader) => ReadParts(reader, isPattern: true);

    /// <summary>The text of a here-document, in which quotes are plain characters and expansions are not.</summary>
    public static ShellWord ReadHereText(string text, ParseState state)
    {
        var reader = new ScriptReader(text, state);
        var word = new WordBuilder(reader);
        word.AppendQuoted([]);
        while (!reader.IsAtEnd && !reader.IsStopped)
        {
            QuoteReader.ReadExpanding(reader, word, isHereText: true);
        }
        return state.IsStopped ? ShellWord.Literal("") : word.Finish() with { Raw = "", Shown = "" };
    }

    private static ShellWord? ReadParts(ScriptReader reader, bool isPattern)
    {
        var word = new WordBuilder(reader);
        if (reader.Next() == '~')
        {
            word.Mark(WordTraits.Tilde);
        }
        var parentheses = 0;
        while (!reader.IsStopped)
        {
            var c = reader.Next();
            if (isPattern && (c is '<' or '>'))
            {
                reader.Stop("has a pattern that is not understood");
                break;
            }
            if (isPattern && (c is '(' or ')' or '|'))
            {
                parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (parentheses < 0)
                {
                    break;
                }
                word.Mark(WordTraits.Pattern);
                word.Append(c);
                reader.At++;
                continue;
            }
            if ((c is '<' or '>') && reader.Next(1) == '(')
            {
                ReadProcess(reader, word);
                continue;
            }
            if (ScriptReader.EndsWord(c))
            {
                if (parentheses > 0)
                {
                    reader.Stop("has a pattern that is not understood");
                }
                break;
            }
            ReadPart(reader, word, c);
        }
        return reader.IsStopped ? null : word.Finish();
    }

    private static void ReadPart(ScriptReader reader, WordBuilder word, char c)
    {
        switch (c)
        {
            case '\'':
                QuoteReader.ReadSingle(reader, word);
                break;
            case '"':
                QuoteReader.ReadDouble(reader, word);
                break;
            case '\\' when reader.Next(1) == '\n':
                var start = reader.At;
                reader.At += 2;
                word.AddContinuation(start);
                break;
            case '\\':
                if (reader.At + 1 >= reader.Text.Length)
                {
                    reader.Stop("ends with a backslash");
                    return;
                }
                word.AppendQuoted(reader.Next(1));
                reader.At += 2;
                break;
            case '$':
                ExpansionReader.Read(reader, word, isQuoted: false);
                break;
            case '`':
                ExpansionReader.ReadBackquotes(reader, word, isQuoted: false, isHereText: false);
                break;
            default:
                word.Mark(c switch
                {
                    '*' or '?' or '[' => WordTraits.Pattern,
                    '{' or '}' => WordTraits.Brace,
                    // "a=~/x" and "a:~" are expanded in some places and not in others.
                    '~' when word.Length > 0 => WordTraits.Unknown,
                    _ => WordTraits.None,
                });
                word.Append(c);
                reader.At++;
                break;
        }
    }

    /// <summary><c>&lt;(…)</c> and <c>&gt;(…)</c>.</summary>
    private static void ReadProcess(ScriptReader reader, WordBuilder word)
    {
        if (!reader.NeedsBash("a process substitution"))
        {
            return;
        }
        var start = reader.At++;
        if (ExpansionReader.ReadCommands(reader) is { } node)
        {
            word.AddCommand(node, start, isQuoted: true);
        }
    }
}
