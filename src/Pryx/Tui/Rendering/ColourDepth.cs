namespace Pryx.Tui.Rendering;

/// <summary>How many colours a terminal can show.</summary>
internal enum ColourDepth : byte
{
    None,
    Sixteen,
    Palette256,
    True,
}
