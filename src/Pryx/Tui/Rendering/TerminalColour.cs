using System.Globalization;

namespace Pryx.Tui.Rendering;

/// <summary>Colours as terminals say them: "rgb:1e1e/1e1e/2e2e", each part of one to four hexadecimal digits.</summary>
internal static class TerminalColour
{
    public static bool TryParse(string text, out Colour colour)
    {
        colour = default;
        var start = text.IndexOf(':');
        if (start < 0 || text[(start + 1)..].Split('/') is not [var red, var green, var blue, ..])
        {
            return false;
        }
        if (Part(red) is not { } r || Part(green) is not { } g || Part(blue) is not { } b)
        {
            return false;
        }
        colour = Colour.Rgb(r, g, b);
        return true;
    }

    private static byte? Part(string digits) =>
        digits.Length is >= 1 and <= 4 && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? (byte)(value * 255 / ((1 << (4 * digits.Length)) - 1)) : null;
}
