namespace Pryx.Tui.Rendering;

/// <summary>One place on the screen.</summary>
/// <param name="Text">One grapheme; "" for the right half of a wide one.</param>
/// <param name="Link">0: none; else a number of the buffer's links.</param>
internal readonly record struct Cell(string Text, TextStyle Style = default, ushort Link = 0)
{
    public static readonly Cell Blank = new(" ");

    public bool IsRightHalf => Text.Length == 0;
}
