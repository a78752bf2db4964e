namespace Pryx.Tui.Rendering;

/// <summary>24-bit colours on terminals that have fewer.</summary>
internal static class NearestColour
{
    // As xterm has them; people change them, but keep what is red red.
    private static readonly int[] _sixteen =
        [0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF];

    private static readonly int[] _steps = [0, 95, 135, 175, 215, 255];

    /// <summary>The 6×6×6 cube and the greys; never the first sixteen, which people change.</summary>
    public static int Of256(Colour colour)
    {
        var (r, g, b) = (Step(colour.Red), Step(colour.Green), Step(colour.Blue));
        var cube = Distance(colour, _steps[r], _steps[g], _steps[b]);
        var average = (colour.Red + colour.Green + colour.Blue) / 3;
        var grey = Math.Clamp((average - 3) / 10, 0, 23);
        var level = 8 + (10 * grey);
        return Distance(colour, level, level, level) < cube ? 232 + grey : 16 + (36 * r) + (6 * g) + b;
    }

    /// <summary>By hue where there is one: a pale green is green, not grey.</summary>
    public static int Of16(Colour colour)
    {
        var (most, least) = (Math.Max(colour.Red, Math.Max(colour.Green, colour.Blue)), Math.Min(colour.Red, Math.Min(colour.Green, colour.Blue)));
        if (most - least < 36)
        {
            return most switch { < 64 => 0, < 160 => 8, < 225 => 7, _ => 15 };
        }
        var middle = (most + least) / 2;
        var hue = (colour.Red > middle ? 1 : 0) | (colour.Green > middle ? 2 : 0) | (colour.Blue > middle ? 4 : 0);
        return most > 140 ? hue + 8 : hue;
    }

    /// <summary>What xterm shows for one of its 256 colours.</summary>
    public static Colour Shown(int index) => index switch
    {
        < 16 => Colour.Rgb(_sixteen[Math.Max(0, index)]),
        < 232 => Colour.Rgb((byte)_steps[(index - 16) / 36], (byte)_steps[(index - 16) / 6 % 6], (byte)_steps[(index - 16) % 6]),
        _ => (byte)(8 + (10 * (Math.Min(index, 255) - 232))) is var level ? Colour.Rgb(level, level, level) : default,
    };

    private static int Step(byte part) => part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40;

    private static int Distance(Colour colour, int red, int green, int blue) =>
        ((colour.Red - red) * (colour.Red - red)) + ((colour.Green - green) * (colour.Green - green)) + ((colour.Blue - blue) * (colour.Blue - blue));
}
