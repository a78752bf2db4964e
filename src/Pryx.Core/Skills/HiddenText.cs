using System.Globalization;
using System.Text;

namespace Pryx.Core.Skills;

/// <summary>What a model reads in a text and a person does not see: format characters, tags, comments.</summary>
public static class HiddenText
{
    /// <summary>One line without hidden characters, cut at the length.</summary>
    public static string Line(string text, int length)
    {
        var clean = string.Join(' ', WithoutCharacters(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return clean.Length <= length ? clean : string.Concat(clean.AsSpan(0, char.IsHighSurrogate(clean[length - 2]) ? length - 2 : length - 1), "…");
    }

    /// <summary>The text as a person sees it rendered: no hidden characters, no HTML comments.</summary>
    public static string Visible(string text) => WithoutComments(WithoutCharacters(text));

    /// <summary>Whether the character at the place is one that is not seen.</summary>
    /// <param name="length">Of the character, in UTF-16 units.</param>
    public static bool IsHidden(string text, int at, out int length)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
        {
            length = 1;
            return true;
        }
        length = rune.Utf16SequenceLength;
        return rune.Value switch
        {
            '\n' or '\t' or '\r' => false,
            // Tags and the supplementary variation selectors carry whole texts; an emoji's own selector carries one bit.
            0xFE0F or 0xFE0E => false,
            >= 0xE0000 and <= 0xE0FFF => true,
            >= 0xFE00 and <= 0xFE0D => true,
            0x00AD or 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 => true,
            // Within an emoji the joiner is part of a picture.
            0x200D => !IsEmoji(text, at - 1) || !IsEmoji(text, at + 1),
            _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned,
        };
    }

    private static bool IsEmoji(string text, int at) => at >= 0 && at < text.Length && (char.IsSurrogate(text[at]) || text[at] is '\uFE0F' or (>= '\u2190' and <= '\u2BFF'));

    private static string WithoutCharacters(string text)
    {
        StringBuilder? clean = null;
        for (var at = 0; at < text.Length;)
        {
            var isHidden = IsHidden(text, at, out var length);
            if (isHidden)
            {
                clean ??= new StringBuilder(text.Length).Append(text, 0, at);
            }
            else
            {
                clean?.Append(text, at, length);
            }
            at += length;
        }
        return clean?.ToString() ?? text;
    }

    private static string WithoutComments(string text)
    {
        const string open = "<!--";
        if (!text.Contains(open, StringComparison.Ordinal))
        {
            return text;
        }
        var clean = new StringBuilder(text.Length);
        for (var at = 0; ;)
        {
            var start = text.IndexOf(open, at, StringComparison.Ordinal);
            if (start < 0)
            {
                return clean.Append(text, at, text.Length - at).ToString();
            }
            clean.Append(text, at, start - at);
            var end = text.IndexOf("-->", start + open.Length, StringComparison.Ordinal);
            if (end < 0)
            {
                return clean.ToString();
            }
            at = end + 3;
        }
    }
}
