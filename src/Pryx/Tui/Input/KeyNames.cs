using System.Text;

namespace Pryx.Tui.Input;

/// <summary>Which key a code of the terminal is.</summary>
internal static class KeyNames
{
    /// <summary>A single character, or one after ESC.</summary>
    public static Key OfLegacy(Rune rune, KeyModifiers modifiers) => rune.Value switch
    {
        0x0D => new(KeyCode.Enter, default, modifiers),
        0x09 => new(KeyCode.Tab, default, modifiers),
        0x7F => new(KeyCode.Backspace, default, modifiers),
        0x1B => new(KeyCode.Escape, default, modifiers),
        0x00 => new(KeyCode.Letter, new Rune(' '), modifiers | KeyModifiers.Ctrl),
        < 0x1B => new(KeyCode.Letter, new Rune((char)(rune.Value + 0x60)), modifiers | KeyModifiers.Ctrl),
        < 0x20 => new(KeyCode.Letter, new Rune((char)(rune.Value + 0x40)), modifiers | KeyModifiers.Ctrl),
        _ => OfLetter(rune, modifiers),
    };

    /// <summary>The letter at the end of CSI and SS3 sequences.</summary>
    public static Key? OfFinal(char final) => final switch
    {
        'A' => new(KeyCode.Up),
        'B' => new(KeyCode.Down),
        'C' => new(KeyCode.Right),
        'D' => new(KeyCode.Left),
        'H' => new(KeyCode.Home),
        'F' => new(KeyCode.End),
        'P' => new(KeyCode.F1),
        'Q' => new(KeyCode.F2),
        'R' => new(KeyCode.F3),
        'S' => new(KeyCode.F4),
        'M' => Key.Enter,
        'Z' => Key.ShiftTab,
        // rxvt: small letters are with Shift (CSI) or Ctrl (SS3).
        'a' => new(KeyCode.Up, default, KeyModifiers.Ctrl),
        'b' => new(KeyCode.Down, default, KeyModifiers.Ctrl),
        'c' => new(KeyCode.Right, default, KeyModifiers.Ctrl),
        'd' => new(KeyCode.Left, default, KeyModifiers.Ctrl),
        // The number block.
        >= 'j' and <= 'y' => Key.Of("*+,-./0123456789"[final - 'j']),
        _ => null,
    };

    /// <summary>The number before "~".</summary>
    public static KeyCode? OfNumber(int number) => number switch
    {
        1 or 7 => KeyCode.Home,
        2 => KeyCode.Insert,
        3 => KeyCode.Delete,
        4 or 8 => KeyCode.End,
        5 => KeyCode.PageUp,
        6 => KeyCode.PageDown,
        >= 11 and <= 15 => KeyCode.F1 + (byte)(number - 11),
        >= 17 and <= 21 => KeyCode.F6 + (byte)(number - 17),
        23 or 24 => KeyCode.F11 + (byte)(number - 23),
        _ => null,
    };

    /// <summary>A code of the kitty protocol and of xterm's modifyOtherKeys; null for keys that only modify, and unknown ones.</summary>
    public static Key? OfCode(int code, int shifted, KeyModifiers modifiers)
    {
        KeyCode? named = code switch
        {
            13 or 57414 => KeyCode.Enter,
            9 => KeyCode.Tab,
            127 or 8 => KeyCode.Backspace,
            27 => KeyCode.Escape,
            57417 => KeyCode.Left,
            57418 => KeyCode.Right,
            57419 => KeyCode.Up,
            57420 => KeyCode.Down,
            57421 => KeyCode.PageUp,
            57422 => KeyCode.PageDown,
            57423 => KeyCode.Home,
            57424 => KeyCode.End,
            57425 => KeyCode.Insert,
            57426 => KeyCode.Delete,
            _ => null,
        };
        if (named is { } key)
        {
            return new(key, default, modifiers);
        }
        if (code is >= 57399 and <= 57415)
        {
            return Key.Of("0123456789./*-+\0="[code - 57399]) with { Modifiers = modifiers };
        }
        // Private codes are lone modifiers, media keys and the like.
        return code is < 0x20 or (>= 57344 and <= 63743) || !Rune.IsValid(code) ? null : OfLetter(new Rune((modifiers & KeyModifiers.Shift) != 0 && Rune.IsValid(shifted) && shifted > 0 ? shifted : code), modifiers);
    }

    /// <summary>xterm's parameter: 1 and the sum of the modifiers.</summary>
    public static KeyModifiers Modifiers(int parameter)
    {
        var bits = Math.Max(0, parameter - 1);
        // Meta (32) is Alt to everybody; Caps Lock and Num Lock are no modifiers of a key.
        return (KeyModifiers)(bits & 15) | ((bits & 32) != 0 ? KeyModifiers.Alt : 0);
    }

    private static Key OfLetter(Rune rune, KeyModifiers modifiers)
    {
        if ((modifiers & ~KeyModifiers.Shift) == 0)
        {
            return Key.Of((modifiers & KeyModifiers.Shift) != 0 ? Rune.ToUpperInvariant(rune) : rune);
        }
        var small = Rune.ToLowerInvariant(rune);
        if (rune.Value == '-' && modifiers == (KeyModifiers.Ctrl | KeyModifiers.Shift))
        {
            return Key.Ctrl('_');
        }
        // A sign like "_" is typed with Shift on some keyboards and without on others: it is the sign that counts.
        return Rune.IsLetter(rune)
            ? new(KeyCode.Letter, small, small == rune ? modifiers : modifiers | KeyModifiers.Shift)
            : new(KeyCode.Letter, rune, modifiers & ~KeyModifiers.Shift);
    }
}
