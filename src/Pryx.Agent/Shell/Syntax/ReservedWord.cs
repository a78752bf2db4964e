namespace Pryx.Agent.Shell.Syntax;

/// <summary>The words that build compound commands, where a command could begin and nothing of them is quoted.</summary>
internal static class ReservedWord
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "{", "}", "!", "[[", "]]", "function", "select", "time", "coproc",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The reserved word that stands here, unread; "" when it is an ordinary one.</summary>
    public static string Peek(ScriptReader reader)
    {
        var c = reader.Next();
        if (!char.IsAsciiLetterLower(c) && c is not ('{' or '}' or '!' or '[' or ']'))
        {
            return "";
        }
        var length = 1;
        while (length < 9 && (char.IsAsciiLetterLower(reader.Next(length)) || reader.Next(length) is '[' or ']'))
        {
            length++;
        }
        if (!ScriptReader.EndsWord(reader.Next(length)) || (reader.Next(length) == '\0' && reader.At + length < reader.Text.Length))
        {
            return "";
        }
        // "{(" and "!(" are a group and a negation in one shell, a pattern in another.
        return Lookup.TryGetValue(reader.Text.AsSpan(reader.At, length), out var word) ? word : "";
    }

    public static bool Is(ShellWord word) => !word.Has(WordTraits.Quoted) && Words.Contains(word.Raw);

    /// <summary>Reads the word if it stands here.</summary>
    public static bool Take(ScriptReader reader, string word)
    {
        if (Peek(reader) != word)
        {
            return false;
        }
        reader.At += word.Length;
        return true;
    }

    /// <summary>Reads the word, over line ends before it, or stops.</summary>
    public static bool Expect(ScriptReader reader, string word)
    {
        reader.SkipLines();
        return !reader.IsStopped && (Take(reader, word) || reader.Stop($"has no '{word}' where one must be"));
    }
}
