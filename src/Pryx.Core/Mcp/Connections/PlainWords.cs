using System.Globalization;
using System.Text;

namespace Pryx.Core.Mcp.Connections;

/// <summary>Foreign text without what a person does not see and a model reads: control, format, direction and zero-width characters, tags.</summary>
internal static class PlainWords
{
    /// <param name="length">In characters; the rest is cut.</param>
    public static string Of(string text, int length)
    {
        var result = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            var isSeen = rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate)
                && rune.Value is not (>= 0xFE00 and <= 0xFE0F) and not (>= 0xE0000 and <= 0xE0FFF) and not 0x115F and not 0x1160 and not 0x3164 and not 0xFFA0;
            if (!isSeen)
            {
                continue;
            }
            if (result.Length + rune.Utf16SequenceLength > length)
            {
                return result.Append('…').ToString();
            }
            result.Append(rune.ToString());
        }
        return result.ToString();
    }

    public static string OneLine(string text, int length) => Of(text.ReplaceLineEndings(" ").Trim(), length);
}
