using System.Globalization;

namespace Pryx.Tui.Rendering;

/// <summary>A colour of a theme: the terminal's own (<see cref="None"/>), one of its sixteen, or 24 bits.</summary>
internal readonly record struct Colour
{
    private readonly int _value; // 0: none; 1–16: the terminal's palette; else 24 bits above a mark.
    private const int TrueMark = 1 << 24;

    private Colour(int value) => _value = value;

    public static Colour None => default;

    public bool IsNone => _value == 0;
    public bool IsTrue => _value >= TrueMark;

    /// <summary>0–15, for a colour of the terminal's palette.</summary>
    public int Index => _value - 1;
    public byte Red => (byte)(_value >> 16);
    public byte Green => (byte)(_value >> 8);
    public byte Blue => (byte)_value;

    public static Colour Ansi(int index) => new(Math.Clamp(index, 0, 15) + 1);

    public static Colour Rgb(byte red, byte green, byte blue) => new(TrueMark | (red << 16) | (green << 8) | blue);

    public static Colour Rgb(int rgb) => new(TrueMark | (rgb & 0xFFFFFF));

    /// <summary>Reads #rgb, #rrggbb, ansi:0–15, or "none".</summary>
    public static bool TryParse(string text, out Colour colour)
    {
        colour = None;
        text = text.Trim();
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase) || text.Equals("default", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        if (text.StartsWith("ansi:", StringComparison.OrdinalIgnoreCase))
        {
            var isIndex = int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < 16;
            colour = isIndex ? Ansi(index) : None;
            return isIndex;
        }
        if (text is ['#', var r, var g, var b])
        {
            text = $"#{r}{r}{g}{g}{b}{b}";
        }
        if (text.Length != 7 || text[0] != '#' || !int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }
        colour = Rgb(value);
        return true;
    }

    /// <summary>0 (black) to 1 (white), as the eye weighs it (WCAG's relative luminance); for a 24-bit colour.</summary>
    public double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    /// <summary>1 to 21 (WCAG).</summary>
    public double ContrastTo(Colour other)
    {
        var (a, b) = (Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    public override string ToString() => IsNone ? "none" : IsTrue ? $"#{_value & 0xFFFFFF:x6}" : $"ansi:{Index}";

    private static double Linear(byte part) => part / 255.0 is var share && share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
}
