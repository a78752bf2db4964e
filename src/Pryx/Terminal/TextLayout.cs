using Pryx.Tui.Rendering;

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

    public static int WidthOf(string text) => TextWidth.Of(text);

    private static void WrapLine(string line, int width, List<string> lines)
    {
        foreach (var row in StyledText.Wrap(new StyledLine(line), width))
        {
            lines.Add(row.Text);
        }
    }
}
