namespace Pryx.Agent.Policy.Documents;

/// <summary>A glob over a whole text: a star is any run of characters. Linear but for the last star, never exponential.</summary>
internal static class TextPattern
{
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int at = 0, p = 0, star = -1, mark = 0;
        while (at < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, at);
            }
            else if (p < pattern.Length && pattern[p] == text[at])
            {
                (at, p) = (at + 1, p + 1);
            }
            else if (star >= 0)
            {
                (at, p) = (++mark, star + 1);
            }
            else
            {
                return false;
            }
        }
        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
