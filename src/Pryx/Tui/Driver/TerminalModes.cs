namespace Pryx.Tui.Driver;

/// <summary>What is asked of a terminal while it is ours, and taken back in the opposite order.</summary>
internal static class TerminalModes
{
    /// <summary>
    /// The title kept, the alternate screen, no wrapping at the edge, text in the order it is written (a terminal that reorders
    /// right-to-left text by itself could move what stands beside it), pastes marked, the mouse, focus, keys that can be told apart.
    /// </summary>
    public static ReadOnlySpan<byte> Enter => "\e[22;2t\e[?1049h\e[?7l\e[8l\e[?2004h\e[?1000h\e[?1002h\e[?1006h\e[?1004h"u8;

    /// <summary>The kitty protocol, and xterm's way for those that do not know it. The Linux console would take them for colours.</summary>
    public static ReadOnlySpan<byte> EnterKeys => "\e[>1u\e[>4;1m"u8;

    public static ReadOnlySpan<byte> LeaveKeys => "\e[>4;0m\e[<u"u8;

    /// <summary>Also the end of a frame that was never finished, and of the cursor keys' other codes, which .NET's console asks for.</summary>
    public static ReadOnlySpan<byte> Leave => "\e[?2026l\e]8;;\e\\\e[0m\e[?1004l\e[?1006l\e[?1002l\e[?1000l\e[?2004l\e[8h\e[?7h\e[?1l\e[0 q\e[?25h\e[?1049l\e[23;2t"u8;
}
