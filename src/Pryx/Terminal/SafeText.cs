using System.Text;
using Pryx.Tui.Rendering;

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
            case '\t':
                clean.Append(' ');
                break;
            default:
                clean.Append(Neutral.Expansion(rune) ?? rune.ToString());
                break;
        }
    }
}
