using System.Text;

namespace Pryx.Commands.Mcp;

/// <summary>A command line in one text, as its words: spaces part them, quotes keep them together. No shell reads it.</summary>
internal static class CommandWords
{
    /// <returns>Null when a quote does not end.</returns>
    public static IReadOnlyList<string>? Split(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        var (isWord, quote) = (false, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote != '\0' ? character == quote : character is '"' or '\'')
            {
                (isWord, quote) = (true, quote == '\0' ? character : '\0');
            }
            // Before anything else a backslash is one: folders of Windows have them.
            else if (character == '\\' && quote != '\'' && i + 1 < text.Length && text[i + 1] is '"' or '\'' or '\\' or ' ')
            {
                word.Append(text[++i]);
                isWord = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    isWord = false;
                }
            }
            else
            {
                word.Append(character);
                isWord = true;
            }
        }
        if (isWord)
        {
            words.Add(word.ToString());
        }
        return quote == '\0' ? words : null;
    }
}
