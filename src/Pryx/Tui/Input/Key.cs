using System.Text;

namespace Pryx.Tui.Input;

internal enum KeyCode : byte
{
    /// <summary>A letter or sign: <see cref="Key.Rune"/>.</summary>
    Letter,
    Enter,
    Tab,
    Backspace,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
    F11,
    F12,
}

[Flags]
internal enum KeyModifiers : byte
{
    None = 0,
    Shift = 1,
    Alt = 2,
    Ctrl = 4,
    Super = 8,
}

/// <summary>
/// A key as it was pressed. Equal keys are the same key on every terminal: a capital letter is its rune without Shift, a letter with
/// Ctrl or Alt is small.
/// </summary>
internal readonly record struct Key(KeyCode Code, Rune Rune = default, KeyModifiers Modifiers = KeyModifiers.None)
{
    public static readonly Key Enter = new(KeyCode.Enter);
    public static readonly Key Escape = new(KeyCode.Escape);
    public static readonly Key Tab = new(KeyCode.Tab);
    public static readonly Key ShiftTab = new(KeyCode.Tab, default, KeyModifiers.Shift);
    public static readonly Key Backspace = new(KeyCode.Backspace);

    /// <summary>A letter or sign that is typed as text: no Ctrl, no Alt.</summary>
    public bool IsText => Code == KeyCode.Letter && (Modifiers & ~KeyModifiers.Shift) == 0 && !Rune.IsControl(Rune);
    public bool HasCtrl => (Modifiers & KeyModifiers.Ctrl) != 0;
    public bool HasAlt => (Modifiers & KeyModifiers.Alt) != 0;
    public bool HasShift => (Modifiers & KeyModifiers.Shift) != 0;

    public static Key Of(char letter) => new(KeyCode.Letter, new Rune(letter));

    public static Key Of(Rune rune) => new(KeyCode.Letter, rune);

    public static Key Ctrl(char letter) => new(KeyCode.Letter, new Rune(char.ToLowerInvariant(letter)), KeyModifiers.Ctrl);

    public static Key Alt(char letter) => new(KeyCode.Letter, new Rune(char.ToLowerInvariant(letter)), KeyModifiers.Alt);

    public bool Is(KeyCode code, KeyModifiers modifiers = KeyModifiers.None) => Code == code && Modifiers == modifiers;

    public bool Is(char letter) => this == Of(letter);

    /// <summary>As it is named on screen: "Ctrl+K", "Shift+Enter", "q".</summary>
    public override string ToString()
    {
        var name = new StringBuilder();
        name.Append(HasCtrl ? "Ctrl+" : "").Append(HasAlt ? "Alt+" : "").Append(HasShift ? "Shift+" : "").Append((Modifiers & KeyModifiers.Super) != 0 ? "Super+" : "");
        return name.Append(Code switch
        {
            KeyCode.Letter when Rune.Value == ' ' => "Space",
            KeyCode.Letter => Modifiers == 0 ? Rune.ToString() : Rune.ToUpperInvariant(Rune).ToString(),
            KeyCode.Escape => "Esc",
            KeyCode.Up => "↑",
            KeyCode.Down => "↓",
            KeyCode.Left => "←",
            KeyCode.Right => "→",
            KeyCode.PageUp => "PgUp",
            KeyCode.PageDown => "PgDn",
            KeyCode.Delete => "Del",
            _ => Code.ToString(),
        }).ToString();
    }
}
