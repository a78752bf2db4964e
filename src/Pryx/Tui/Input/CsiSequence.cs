using System.Globalization;
using System.Text;

namespace Pryx.Tui.Input;

/// <summary>What a complete CSI sequence means.</summary>
internal static class CsiSequence
{
    /// <summary>Null for what says nothing to us.</summary>
    /// <param name="parameters">What stands between "ESC [" and the last letter.</param>
    public static InputEvent? Read(ReadOnlySpan<byte> parameters, char final)
    {
        if (parameters.Length > 0 && parameters[0] == '<')
        {
            return final is 'M' or 'm' && Numbers(parameters[1..]) is [var code, var x, var y, ..] ? Mouse(code.First, x.First, y.First, final == 'm') : null;
        }
        if (parameters.Length > 0 && parameters[0] == '?')
        {
            var text = Encoding.ASCII.GetString(parameters[1..]);
            return final switch { 'c' => new ReplyEvent(ReplyKind.Attributes, text), 'u' => new ReplyEvent(ReplyKind.Keyboard, text), 'y' => new ReplyEvent(ReplyKind.Mode, text), _ => null };
        }
        if (parameters.Length > 0 && parameters[0] is (byte)'>' or (byte)'=')
        {
            return null;
        }
        return Plain(Numbers(parameters), final);
    }

    /// <param name="x">From 1.</param>
    /// <param name="y">From 1.</param>
    public static MouseEvent? Mouse(int code, int x, int y, bool isRelease)
    {
        if (x < 1 || y < 1 || code < 0)
        {
            return null;
        }
        var modifiers = ((code & 4) != 0 ? KeyModifiers.Shift : 0) | ((code & 8) != 0 ? KeyModifiers.Alt : 0) | ((code & 16) != 0 ? KeyModifiers.Ctrl : 0);
        if ((code & 64) != 0)
        {
            return (code & 3) switch
            {
                0 => new(MouseAction.WheelUp, MouseButton.None, x - 1, y - 1, modifiers),
                1 => new(MouseAction.WheelDown, MouseButton.None, x - 1, y - 1, modifiers),
                _ => null, // sideways
            };
        }
        var button = (code & 3) switch { 0 => MouseButton.Left, 1 => MouseButton.Middle, 2 => MouseButton.Right, _ => MouseButton.None };
        var action = isRelease ? MouseAction.Release : (code & 32) == 0 ? MouseAction.Press : button == MouseButton.None ? MouseAction.Move : MouseAction.Drag;
        return new(action, button, x - 1, y - 1, modifiers);
    }

    private static InputEvent? Plain(List<Number> numbers, char final)
    {
        var first = numbers.Count > 0 ? numbers[0].First : 0;
        var second = numbers.Count > 1 ? numbers[1] : default;
        var modifiers = KeyNames.Modifiers(second.First);
        if (second.Second == 3)
        {
            return null; // A key was let go.
        }
        switch (final)
        {
            case 'I' or 'O' when numbers.Count <= 1 && first == 0:
                return new FocusEvent(final == 'I');
            case 'u':
                return Key(KeyNames.OfCode(first, numbers.Count > 0 ? numbers[0].Second : 0, modifiers));
            case '~' when first == 27 && numbers.Count > 2:
                return Key(KeyNames.OfCode(numbers[2].First, 0, modifiers));
            case '~' or '^' or '$' or '@':
                var rxvt = final switch { '^' => KeyModifiers.Ctrl, '$' => KeyModifiers.Shift, '@' => KeyModifiers.Ctrl | KeyModifiers.Shift, _ => KeyModifiers.None };
                return KeyNames.OfNumber(first) is { } code ? new KeyEvent(new(code, default, modifiers | rxvt)) : null;
            case 'R' when numbers.Count > 1 && first != 1:
                return new ReplyEvent(ReplyKind.Cursor, string.Create(CultureInfo.InvariantCulture, $"{first};{second.First}"));
            case 'M' or (>= 'j' and <= 'y'):
                return null;
            case 'a' or 'b' or 'c' or 'd':
                return new KeyEvent(KeyNames.OfFinal(final)!.Value with { Modifiers = KeyModifiers.Shift });
            default:
                return KeyNames.OfFinal(final) is { } key ? new KeyEvent(key with { Modifiers = key.Modifiers | modifiers }) : null;
        }
    }

    private static KeyEvent? Key(Key? key) => key is { } known ? new(known) : null;

    private readonly record struct Number(int First, int Second);

    // "1;5:3" is 1, then 5 with the part 3; what is missing is 0, and what is too long or no number ends the list.
    private static List<Number> Numbers(ReadOnlySpan<byte> text)
    {
        var numbers = new List<Number>();
        if (text.IsEmpty)
        {
            return numbers;
        }
        foreach (var part in text.Split((byte)';'))
        {
            var (value, sub, index) = (0, 0, 0);
            foreach (var digit in text[part])
            {
                if (digit == ':')
                {
                    index++;
                }
                else if (digit is < (byte)'0' or > (byte)'9' || value > 10_000_000 || sub > 10_000_000)
                {
                    return numbers;
                }
                else if (index == 0)
                {
                    value = (value * 10) + (digit - '0');
                }
                else if (index == 1)
                {
                    sub = (sub * 10) + (digit - '0');
                }
            }
            numbers.Add(new(value, sub));
            if (numbers.Count == 8)
            {
                break;
            }
        }
        return numbers;
    }
}
