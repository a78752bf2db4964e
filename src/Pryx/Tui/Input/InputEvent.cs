namespace Pryx.Tui.Input;

/// <summary>What a terminal can tell.</summary>
internal abstract record InputEvent;

internal sealed record KeyEvent(Key Key) : InputEvent;

/// <summary>Text that was pasted in one piece; line ends are line feeds.</summary>
/// <param name="IsCut">It was longer than the limit, and the rest was left out.</param>
internal sealed record PasteEvent(string Text, bool IsCut = false) : InputEvent;

internal enum MouseAction : byte
{
    Press,
    Release,
    Drag,
    Move,
    WheelUp,
    WheelDown,
}

internal enum MouseButton : byte
{
    None,
    Left,
    Middle,
    Right,
}

/// <param name="X">Column on the screen, from 0.</param>
/// <param name="Y">Row on the screen, from 0.</param>
internal sealed record MouseEvent(MouseAction Action, MouseButton Button, int X, int Y, KeyModifiers Modifiers = KeyModifiers.None) : InputEvent
{
    public bool IsClick => Action == MouseAction.Press && Button == MouseButton.Left;
}

internal sealed record FocusEvent(bool HasFocus) : InputEvent;

internal sealed record ResizeEvent(int Width, int Height) : InputEvent;

internal enum ReplyKind : byte
{
    /// <summary>OSC 11; the text is "rgb:…".</summary>
    Background,

    /// <summary>DA1: every terminal answers it, so that a question before it which it did not answer will not be answered.</summary>
    Attributes,

    /// <summary>The kitty keyboard protocol's flags.</summary>
    Keyboard,

    /// <summary>Where the cursor is.</summary>
    Cursor,

    /// <summary>DECRQM: whether a mode is known.</summary>
    Mode,

    Other,
}

/// <summary>An answer to a question that was written to the terminal.</summary>
internal sealed record ReplyEvent(ReplyKind Kind, string Text) : InputEvent;

/// <summary>The terminal is gone, or a signal ends the program.</summary>
internal sealed record ClosedEvent(int ExitCode) : InputEvent;

/// <summary>Somebody asks the program to stop for a while (SIGTSTP), or it went on after a stop that it was not asked for.</summary>
internal sealed record SuspendEvent(bool IsOver) : InputEvent;
