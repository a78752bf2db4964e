using System.Text;
using System.Text.RegularExpressions;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>
/// What the user said in messages that are summarised away, word for word: a constraint must not depend on whether a model thought it
/// worth keeping. They are read from the originals each time, so that no summary of a summary wears them down.
/// </summary>
internal static partial class UserWords
{
    // Characters of one message; pasted text is longer, what people write is not.
    private const int MessageLimit = 2_000;
    private const int Head = 1_200;
    private const int Tail = 500;

    /// <param name="limit">Characters in all; of the oldest messages only sentences that read like rules are kept then.</param>
    public static string Of(IReadOnlyList<Item> items, long from, long to, int limit)
    {
        var lines = new List<string>();
        var left = limit;
        foreach (var message in items.OfType<UserMessage>().Where(message => message.Seq >= from && message.Seq <= to && message.Provenance != Provenance.Untrusted).Reverse())
        {
            var text = Shortened(message.Text);
            if (text.Length > left)
            {
                text = Rules(message.Text);
            }
            if (text.Length > 0)
            {
                left -= text.Length;
                lines.Add($"- {text.ReplaceLineEndings("\n  ")}");
            }
        }
        return string.Join('\n', lines.AsEnumerable().Reverse());
    }

    private static string Shortened(string text)
    {
        text = text.Trim();
        if (text.Length <= MessageLimit)
        {
            return text;
        }
        var middle = Rules(text[Head..^Tail]);
        return $"{text[..Head]} […] {(middle.Length == 0 ? "" : $"{middle} […] ")}{text[^Tail..]}";
    }

    // Not more than a person would write: a document may be full of them.
    private static string Rules(string text)
    {
        var rules = new StringBuilder();
        foreach (var sentence in Sentence().EnumerateMatches(text))
        {
            var words = text.AsSpan(sentence.Index, sentence.Length).Trim();
            if (words.Length is > 0 and < 400 && Rule().IsMatch(words) && rules.Length + words.Length < MessageLimit)
            {
                rules.Append(rules.Length == 0 ? "" : " ").Append(words);
            }
        }
        return rules.ToString();
    }

    [GeneratedRegex(@"[^\n]+?(?:[.!?](?=\s)|[。！？]|(?=\n)|\z)")]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"\b(do not|don['’]?t|never|always|must|may not|only|unless|until I|without (asking|my)|keep|make sure|nicht|nie|niemals|immer|nur|kein\w*|muss|jamais|toujours|ne \w+ pas|nunca|siempre|sempre|нельзя|никогда|всегда|не)\b|不要|不得|必须|必須|禁止|请勿|只能|しない|ないで|必ず|하지 ?마|반드시",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
