using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>A piece of a long document that knows its own lines.</summary>
internal interface IBlock
{
    /// <summary>Another number whenever its lines changed.</summary>
    int Version { get; }

    /// <summary>Its lines, none wider than so many columns. Asked only while it can be seen.</summary>
    IReadOnlyList<StyledLine> Lines(int width);
}

/// <summary>A long document.</summary>
internal interface IBlocks
{
    int Count { get; }

    IBlock this[int index] { get; }
}
