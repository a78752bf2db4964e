using System.Text;

namespace Pryx.Core.Files;

/// <summary>A text without the white space that does not count, and the way back to where each character was.</summary>
/// <remarks>Lines stay lines: a line break never equals a space.</remarks>
internal sealed class SquashedText
{
    private readonly List<int> _offsets;

    private SquashedText(string text, List<int> offsets) => (Text, _offsets) = (text, offsets);

    public string Text { get; }

    /// <summary>Leaves out what stands before a line end only; indentation and blank lines count.</summary>
    public static SquashedText WithoutTrailing(string text)
    {
        var kept = new StringBuilder(text.Length);
        var offsets = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (IsBlank(text[i]))
            {
                var end = i;
                while (end < text.Length && IsBlank(text[end]))
                {
                    end++;
                }
                if (end == text.Length || text[end] == '\n')
                {
                    i = end - 1;
                    continue;
                }
            }
            kept.Append(text[i]);
            offsets.Add(i);
        }
        return new(kept.ToString(), offsets);
    }

    /// <summary>Leaves out indentation, blank lines, and all other white space that does not part two words.</summary>
    public static SquashedText WithoutAny(string text)
    {
        var kept = new StringBuilder(text.Length);
        var offsets = new List<int>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                kept.Append(text[i]);
                offsets.Add(i++);
                continue;
            }
            var start = i;
            var isLineBreak = false;
            for (; i < text.Length && char.IsWhiteSpace(text[i]); i++)
            {
                isLineBreak |= text[i] == '\n';
            }
            if (start == 0 || i == text.Length)
            {
                continue;
            }
            if (isLineBreak || (IsWord(text[start - 1]) && IsWord(text[i])))
            {
                kept.Append(isLineBreak ? '\n' : ' ');
                offsets.Add(start);
            }
        }
        return new(kept.ToString(), offsets);
    }

    /// <summary>Every place, in the text as it was, where the other one stands; overlapping ones too. Words are not cut.</summary>
    public List<(int Start, int End)> Find(SquashedText other)
    {
        var found = new List<(int, int)>();
        var needle = other.Text;
        if (needle.Length == 0)
        {
            return found;
        }
        for (var at = Text.IndexOf(needle, StringComparison.Ordinal); at >= 0; at = Text.IndexOf(needle, at + 1, StringComparison.Ordinal))
        {
            var end = at + needle.Length;
            var cutsWord = (at > 0 && IsWord(needle[0]) && IsWord(Text[at - 1])) || (end < Text.Length && IsWord(needle[^1]) && IsWord(Text[end]));
            if (!cutsWord)
            {
                found.Add((_offsets[at], _offsets[end - 1] + 1));
            }
        }
        return found;
    }

    private static bool IsBlank(char c) => c != '\n' && char.IsWhiteSpace(c);

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
