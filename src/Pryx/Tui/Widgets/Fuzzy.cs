namespace Pryx.Tui.Widgets;

/// <param name="Score">Higher is better.</param>
/// <param name="Positions">Which letters of the text matched, in order.</param>
internal sealed record FuzzyMatch(int Score, IReadOnlyList<int> Positions);

/// <summary>Finds letters in their order in a text, the better the closer together and the nearer to words' beginnings.</summary>
internal static class Fuzzy
{
    private const int LongestText = 512;
    private const int LongestQuery = 64;

    /// <summary>Null: not all letters occur. Spaces of the query are ignored; an empty query matches everything.</summary>
    public static FuzzyMatch? Match(string query, string text)
    {
        query = query.Replace(" ", "", StringComparison.Ordinal);
        query = query[..Math.Min(query.Length, LongestQuery)];
        text = text[..Math.Min(text.Length, LongestText)];
        if (query.Length == 0)
        {
            return new(0, []);
        }
        return IsSubsequence(query, text) ? Best(query, text) : null;
    }

    private static bool IsSubsequence(string query, string text)
    {
        var at = 0;
        foreach (var letter in text)
        {
            if (at < query.Length && Same(letter, query[at]))
            {
                at++;
            }
        }
        return at == query.Length;
    }

    // best[q, t]: the best score with letter q of the query on letter t of the text.
    private static FuzzyMatch Best(string query, string text)
    {
        var best = new int[query.Length, text.Length];
        var from = new int[query.Length, text.Length];
        for (var q = 0; q < query.Length; q++)
        {
            var (before, beforeAt) = (int.MinValue, -1); // the best of the letter before, with a gap
            for (var t = 0; t < text.Length; t++)
            {
                if (q > 0 && t >= 2 && best[q - 1, t - 2] > before)
                {
                    (before, beforeAt) = (best[q - 1, t - 2], t - 2);
                }
                best[q, t] = int.MinValue;
                if (!Same(text[t], query[q]))
                {
                    continue;
                }
                var own = 10 + Place(text, t) + (text[t] == query[q] ? 1 : 0);
                var (score, source) = q == 0 ? (own - Math.Min(t, 10), -1)
                    : before != int.MinValue ? (before + own - 3, beforeAt) : (int.MinValue, -1);
                if (q > 0 && t > 0 && best[q - 1, t - 1] != int.MinValue && best[q - 1, t - 1] + own + 12 > score)
                {
                    (score, source) = (best[q - 1, t - 1] + own + 12, t - 1);
                }
                (best[q, t], from[q, t]) = (score, source);
            }
        }
        return Trace(best, from, query.Length, text.Length);
    }

    private static FuzzyMatch Trace(int[,] best, int[,] from, int query, int text)
    {
        var at = 0;
        for (var t = 1; t < text; t++)
        {
            at = best[query - 1, t] > best[query - 1, at] ? t : at;
        }
        var positions = new int[query];
        var score = best[query - 1, at];
        for (var q = query - 1; q >= 0; q--)
        {
            positions[q] = at;
            at = from[q, at];
        }
        return new(score - (text / 8), positions);
    }

    private static int Place(string text, int at) =>
        at == 0 || !char.IsLetterOrDigit(text[at - 1]) ? 15
        : char.IsUpper(text[at]) && char.IsLower(text[at - 1]) ? 12 : 0;

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
