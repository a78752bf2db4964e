using System.Globalization;
using System.Text;

namespace Pryx.Terminal;

/// <summary>
/// Makes text of models, tools and files harmless to show: escape sequences, control characters, text-direction overrides and
/// invisible characters become visible, so that nothing can recolour a card, hide a part of a command or write elsewhere.
/// </summary>
internal static class SafeText
{
    /// <summary>Line feeds and tabs stay.</summary>
    public static string Of(string text) => Clean(text, keepsLines: true);

    /// <summary>One line: line feeds become ⏎, and what is longer than the limit is cut and says so.</summary>
    /// <param name="limit">Characters kept of a longer text.</param>
    public static string Line(string text, int limit = 2_000)
    {
        var line = Clean(text.TrimEnd('\r', '\n'), keepsLines: false);
        var cut = CutAt(line, limit);
        return line.Length <= limit ? line : string.Concat(line.AsSpan(0, cut), $"… ({line.Length - cut:N0} more characters)");
    }

    /// <summary>The place at or before a limit where no surrogate pair is torn.</summary>
    public static int CutAt(string text, int limit) => limit < text.Length && limit > 0 && char.IsLowSurrogate(text[limit]) ? limit - 1 : limit;

    private static string Clean(string text, bool keepsLines)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }
        var clean = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
            {
                clean.Append('\uFFFD');
                at++;
                continue;
            }
            at += rune.Utf16SequenceLength;
            if (rune.Value == '\r' && at < text.Length && text[at] == '\n')
            {
                continue;
            }
            Append(clean, rune, keepsLines);
        }
        return clean.ToString();
    }

    private static void Append(StringBuilder clean, Rune rune, bool keepsLines)
    {
        switch (rune.Value)
        {
            case '\n' or '\t' when keepsLines:
                clean.Append((char)rune.Value);
                break;
            case '\n':
                clean.Append('⏎');
                break;
            case '\t':
                clean.Append(' ');
                break;
            case < 0x20:
                clean.Append((char)(0x2400 + rune.Value)); // ␛ and its like: the pictures of the control characters
                break;
            case 0x7F:
                clean.Append('␡');
                break;
            case 0x200D or 0xFE0F or 0xFE0E:
                clean.Append(rune.ToString()); // joins and styles emoji, moves nothing
                break;
            default:
                clean.Append(IsInvisible(rune) ? $"<U+{rune.Value:X4}>" : rune.ToString());
                break;
        }
    }

    // C1 controls, direction marks and overrides, zero-width characters, tags, separators that terminals take for line breaks.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;
}
