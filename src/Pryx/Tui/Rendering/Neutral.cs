using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pryx.Tui.Rendering;

/// <summary>
/// What is shown for characters that would move the cursor, change the text's direction or hide it: nothing of a model, a tool or
/// a file may recolour a card, hide a part of a command or write elsewhere.
/// </summary>
internal static class Neutral
{
    private const int Joiner = 0x200D;
    private const int BlackFlag = 0x1F3F4;

    /// <summary>Null for a rune that may be shown as it is.</summary>
    public static string? Expansion(Rune rune) => rune.Value switch
    {
        '\n' => "⏎",
        '\t' => "    ",
        < 0x20 => Picture(rune.Value),
        0x7F => "␡",
        // It joins or styles emoji and moves nothing.
        Joiner or 0xFE0E or 0xFE0F => null,
        _ => IsInvisible(rune) ? $"<U+{rune.Value:X4}>" : null,
    };

    /// <summary>How much of a grapheme belongs together; what follows must be shown by itself.</summary>
    public static int SafeLength(ReadOnlySpan<char> grapheme)
    {
        if (Rune.DecodeFromUtf16(grapheme, out var first, out var at) != OperationStatus.Done)
        {
            return 1;
        }
        var mayStyle = MayBeStyled(first);
        while (at < grapheme.Length)
        {
            if (Rune.DecodeFromUtf16(grapheme[at..], out var rune, out _) != OperationStatus.Done || IsOutOfPlace(rune, first, mayStyle))
            {
                return at;
            }
            mayStyle = MayBeStyled(rune);
            at += rune.Utf16SequenceLength;
        }
        return at;
    }

    private static bool IsOutOfPlace(Rune rune, Rune first, bool mayStyle) =>
        IsSelector(rune) ? !mayStyle // Rows of selectors show nothing and can carry a hidden text.
        : rune.Value is >= 0xE0020 and <= 0xE007F ? first.Value != BlackFlag
        : Expansion(rune) is not null;

    private static bool MayBeStyled(Rune rune) => !IsSelector(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);

    private static bool IsSelector(Rune rune) => rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    private static string Picture(int control) => ((char)(0x2400 + control)).ToString();

    // C1 controls, direction marks and overrides, zero-width characters, tags, separators that terminals take for line breaks.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate
        || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;
}
