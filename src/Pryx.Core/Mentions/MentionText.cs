namespace Pryx.Core.Mentions;

/// <param name="Target">A path or an address, as it is written.</param>
/// <param name="FirstLine">From 1; null for the whole file.</param>
/// <param name="LastLine">Not before the first; null where only one line, or none, is named.</param>
internal readonly record struct MentionText(string Target, int? FirstLine, int? LastLine)
{
    private const int MaxLength = 4_096;
    private const string Before = "([{<\"'«„“‘*_~,;:|>";
    private const string After = ".,;:!?)]}>\"'»“”’*_~|";

    public bool IsAddress => Target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || Target.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Everything behind an @ that begins a word, outside of code: an e-mail address has its @ within a word.</summary>
    public static IEnumerable<MentionText> In(string text)
    {
        var code = new CodeSpans(text);
        for (var at = text.IndexOf('@'); at >= 0 && at + 1 < text.Length; at = text.IndexOf('@', at + 1))
        {
            if ((at == 0 || char.IsWhiteSpace(text[at - 1]) || Before.Contains(text[at - 1], StringComparison.Ordinal)) && !code.Covers(at) && Read(text, at + 1) is { } mention)
            {
                yield return mention;
            }
        }
    }

    private static MentionText? Read(string text, int from)
    {
        if (text[from] == '"')
        {
            var close = text.IndexOfAny(['"', '\n'], from + 1);
            return close > from + 1 && text[close] == '"' && close - from < MaxLength ? WithLines(text[(from + 1)..close], LinesAfter(text, close + 1)) : null;
        }
        var end = from;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not ('`' or '"' or '<' or '>'))
        {
            end++;
        }
        var word = text[from..Math.Min(end, from + MaxLength)].TrimEnd(After.ToCharArray());
        if (word.Length == 0)
        {
            return null;
        }
        var plain = new MentionText(word, null, null);
        return !plain.IsAddress && word.LastIndexOf(':') is > 0 and var colon && LinesAfter(word, colon) is { } lines ? WithLines(word[..colon], lines) : plain;
    }

    // ":10" or ":10-40", with or without an L before the numbers.
    private static (int First, int? Last)? LinesAfter(string text, int at)
    {
        if (at >= text.Length || text[at] != ':')
        {
            return null;
        }
        var end = at + 1;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '-' or 'L' or 'l'))
        {
            end++;
        }
        var parts = text[(at + 1)..end].Split('-');
        return parts.Length is 1 or 2 && Number(parts[0]) is { } first
            ? parts.Length == 1 ? (first, null) : Number(parts[1]) is { } last && last >= first ? (first, last) : null
            : null;
    }

    private static int? Number(string text) => int.TryParse(text.TrimStart('L', 'l'), System.Globalization.NumberStyles.None, null, out var number) && number > 0 ? number : null;

    private static MentionText WithLines(string target, (int First, int? Last)? lines) => new(target, lines?.First, lines?.Last);
}
