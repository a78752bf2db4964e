using System.Globalization;
using System.Text;

namespace Pryx.Tui.Rendering;

/// <summary>How many columns a terminal gives a text (UAX #11, graphemes as UAX #29 has them).</summary>
internal static class TextWidth
{
    private const int Joiner = 0x200D;
    private const int EmojiStyle = 0xFE0F;

    // East Asian Wide and Fullwidth of Unicode 15.1; first and last of each range.
    private static readonly int[] _wide =
    [
        0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE, 0x2614, 0x2615,
        0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE, 0x26C4, 0x26C5, 0x26CE, 0x26CE,
        0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B,
        0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF,
        0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x2FF0, 0x303E, 0x3041, 0x3096,
        0x3099, 0x30FF, 0x3105, 0x312F, 0x3131, 0x318E, 0x3190, 0x31E3, 0x31EF, 0x321E, 0x3220, 0x3247, 0x3250, 0x4DBF, 0x4E00, 0xA48C,
        0xA490, 0xA4C6, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19, 0xFE30, 0xFE52, 0xFE54, 0xFE66, 0xFE68, 0xFE6B,
        0xFF01, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x16FE4, 0x16FF0, 0x16FF1, 0x17000, 0x187F7, 0x18800, 0x18CD5, 0x18D00, 0x18D08,
        0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B122, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1B155, 0x1B155,
        0x1B164, 0x1B167, 0x1B170, 0x1B2FB, 0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F200, 0x1F202,
        0x1F210, 0x1F23B, 0x1F240, 0x1F248, 0x1F250, 0x1F251, 0x1F260, 0x1F265, 0x1F300, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C,
        0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA, 0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E, 0x1F440, 0x1F440,
        0x1F442, 0x1F4FC, 0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567, 0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4,
        0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6D7, 0x1F6DC, 0x1F6DF, 0x1F6EB, 0x1F6EC,
        0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7EB, 0x1F7F0, 0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70, 0x1FA7C,
        0x1FA80, 0x1FA89, 0x1FA8F, 0x1FAC6, 0x1FACE, 0x1FADC, 0x1FADF, 0x1FAE9, 0x1FAF0, 0x1FAF8, 0x20000, 0x2FFFD, 0x30000, 0x3FFFD,
    ];

    /// <summary>Columns of a text as it would be shown, unsafe characters replaced.</summary>
    public static int Of(string text) => Of(text, int.MaxValue);

    /// <summary>Stops counting beyond a limit.</summary>
    public static int Of(string text, int limit)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text.Length;
        }
        var width = 0;
        foreach (var glyph in new GlyphText(text))
        {
            width += glyph.Width;
            if (width > limit)
            {
                break;
            }
        }
        return width;
    }

    /// <summary>Columns of one grapheme: 1 or 2.</summary>
    public static int OfGrapheme(ReadOnlySpan<char> grapheme)
    {
        if (Rune.DecodeFromUtf16(grapheme, out var first, out var length) != System.Buffers.OperationStatus.Done)
        {
            return 1;
        }
        if (first.Value < 0x300 && grapheme.Length == length)
        {
            return 1;
        }
        return IsWide(first) || (grapheme.Length > length && IsEmojiSequence(first, grapheme[length..])) ? 2 : 1;
    }

    /// <summary>
    /// Terminals disagree about its width: whoever writes it must blank its cells first and say anew where the cursor is.
    /// </summary>
    public static bool IsUncertain(string grapheme)
    {
        if (grapheme.Length == 1)
        {
            return grapheme[0] >= 0x0590 && IsRightToLeft(grapheme[0]);
        }
        return !(grapheme.Length == 2 && char.IsSurrogatePair(grapheme[0], grapheme[1]) && IsWide(new Rune(grapheme[0], grapheme[1])));
    }

    /// <summary>It takes no column of its own, but stands on the one before it.</summary>
    public static bool IsMark(Rune rune) =>
        rune.Value >= 0x300 && (rune.Value is Joiner || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);

    /// <summary>Hebrew, Arabic and their neighbours.</summary>
    public static bool IsRightToLeft(int rune) => rune is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFE) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);

    private static bool IsEmojiSequence(Rune first, ReadOnlySpan<char> rest) =>
        rest.Contains((char)EmojiStyle) || (first.Value is >= 0x1F1E6 and <= 0x1F1FF && rest.Length >= 2);

    private static bool IsWide(Rune rune)
    {
        if (rune.Value < 0x1100)
        {
            return false;
        }
        var at = Array.BinarySearch(_wide, rune.Value);
        // An odd place between two entries is within a range: its first lies before it, its last behind it.
        return at >= 0 || (~at & 1) == 1;
    }
}
