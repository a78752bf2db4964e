using System.Globalization;
using System.Text;

namespace Pryx.Terminal;

/// <summary>Fits text into columns. Expects safe text.</summary>
internal static class TextLayout
{
    /// <summary>Breaks lines at spaces where it can, anywhere where it must; nothing is left out.</summary>
    public static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        foreach (var line in text.Replace("\t", "    ", StringComparison.Ordinal).Split('\n'))
        {
            WrapLine(line, Math.Max(8, width), lines);
        }
        return lines;
    }

    public static int WidthOf(string text) => StringInfo.GetTextElementEnumerator(text) is var each ? Sum(each) : 0;

    private static int Sum(TextElementEnumerator elements)
    {
        var width = 0;
        while (elements.MoveNext())
        {
            width += ElementWidth(elements.GetTextElement());
        }
        return width;
    }

    private static void WrapLine(string line, int width, List<string> lines)
    {
        var current = new StringBuilder();
        var used = 0;
        var lastSpace = -1;
        var elements = StringInfo.GetTextElementEnumerator(line);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            var columns = ElementWidth(element);
            if (used + columns > width)
            {
                var cut = lastSpace > 0 ? lastSpace + 1 : current.Length;
                lines.Add(current.ToString(0, cut).TrimEnd());
                current.Remove(0, cut);
                used = WidthOf(current.ToString());
                lastSpace = -1;
            }
            if (element == " ")
            {
                lastSpace = current.Length;
            }
            current.Append(element);
            used += columns;
        }
        lines.Add(current.ToString());
    }

    private static int ElementWidth(string element)
    {
        var rune = Rune.GetRuneAt(element, 0);
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0
            : IsWide(rune.Value) || element.Contains('\uFE0F', StringComparison.Ordinal) ? 2 : 1;
    }

    // East Asian Wide and Fullwidth (UAX #11), the blocks that matter, and emoji.
    private static bool IsWide(int rune) => rune is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
