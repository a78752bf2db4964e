using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>
/// A window on a document of any length. It remembers the first row as a line of a block, so that only what can be seen is ever laid
/// out; how long the whole is nobody asks, and the bar at the side goes by blocks.
/// </summary>
internal sealed class ScrollView(IBlocks blocks) : IFocusable
{
    private const int WheelLines = 3;
    private readonly BlockLines _lines = new();
    private (int Block, int Line) _top;
    private Rect _area;
    private int _width = 80;
    private int _last = -1;

    public bool HasFocus { get; set; }

    /// <summary>The end stays in view while the document grows.</summary>
    public bool FollowsEnd { get; private set; } = true;

    /// <summary>A block that is marked at the left side.</summary>
    public int? Selected { get; set; }

    /// <summary>Found places are highlighted.</summary>
    public string? Search { get; set; }

    /// <summary>Shown when there is no block.</summary>
    public IReadOnlyList<StyledLine> Empty { get; set; } = [];

    public int FirstVisible => _top.Block;
    public int LastVisible => _last;

    public void Draw(Canvas canvas)
    {
        _area = canvas.Area;
        // The mark at the left, the bar at the right.
        _width = Math.Max(1, canvas.Width - 3);
        if (blocks.Count == 0)
        {
            for (var y = 0; y < Empty.Count; y++)
            {
                canvas.Line(1, y, Empty[y]);
            }
            _last = -1;
            return;
        }
        Settle();
        var (block, line) = _top;
        for (var y = 0; y < canvas.Height && block < blocks.Count; block++, line = 0)
        {
            var lines = _lines.Of(blocks[block], _width);
            for (; line < lines.Count && y < canvas.Height; line++, y++)
            {
                if (block == Selected)
                {
                    canvas.Text(0, y, "▌", Ink.Accent);
                }
                canvas.Within(new(1, 0, canvas.Width - 2, canvas.Height)).Line(0, y, Search is { Length: > 0 } text ? StyledText.Highlight(lines[line], text, Paper.Match) : lines[line]);
            }
            _last = block;
        }
        DrawBar(canvas);
    }

    public bool OnKey(Key key)
    {
        switch (key.Code, key.Modifiers)
        {
            case (KeyCode.PageUp, KeyModifiers.None):
                ScrollBy(-Math.Max(1, _area.Height - 2));
                return true;
            case (KeyCode.PageDown, KeyModifiers.None):
                ScrollBy(Math.Max(1, _area.Height - 2));
                return true;
            case (KeyCode.Up, KeyModifiers.Ctrl):
                ScrollBy(-1);
                return true;
            case (KeyCode.Down, KeyModifiers.Ctrl):
                ScrollBy(1);
                return true;
            case (KeyCode.Home, KeyModifiers.Ctrl):
                ScrollTo(0);
                return true;
            case (KeyCode.End, KeyModifiers.Ctrl):
                ToEnd();
                return true;
            default:
                return false;
        }
    }

    public bool OnMouse(MouseEvent mouse)
    {
        if (!_area.Contains(mouse.X, mouse.Y) || mouse.Action is not (MouseAction.WheelUp or MouseAction.WheelDown))
        {
            return false;
        }
        ScrollBy(mouse.Action == MouseAction.WheelUp ? -WheelLines : WheelLines);
        return true;
    }

    public void ToEnd() => FollowsEnd = true;

    public void ScrollTo(int block, int line = 0)
    {
        FollowsEnd = false;
        _top = (Math.Clamp(block, 0, Math.Max(0, blocks.Count - 1)), Math.Max(0, line));
    }

    /// <summary>Makes a block's first line visible, moving no more than it must.</summary>
    public void Reveal(int block)
    {
        if (block < _top.Block || (block == _top.Block && _top.Line > 0) || block > _last)
        {
            ScrollTo(block);
        }
    }

    public void ScrollBy(int lines)
    {
        Settle();
        if (blocks.Count == 0)
        {
            return;
        }
        FollowsEnd = false;
        var (block, line) = (_top.Block, _top.Line + lines);
        while (line < 0 && block > 0)
        {
            line += Height(--block);
        }
        while (block < blocks.Count - 1 && line >= Height(block))
        {
            line -= Height(block++);
        }
        _top = (block, Math.Max(0, line));
        Settle();
    }

    /// <summary>Which line of which block is shown at a place of the screen; null for none.</summary>
    public (int Block, int Line)? BlockAt(int x, int y)
    {
        if (!_area.Contains(x, y) || blocks.Count == 0)
        {
            return null;
        }
        var (block, line) = (_top.Block, _top.Line + y - _area.Y);
        while (block < blocks.Count && line >= Height(block))
        {
            line -= Height(block++);
        }
        return block < blocks.Count ? (block, line) : null;
    }

    // The document may have changed since: the first row must exist, and the last page must be full.
    private void Settle()
    {
        if (blocks.Count == 0)
        {
            _top = default;
            return;
        }
        var end = LastPage();
        if (FollowsEnd || _top.CompareTo(end) >= 0)
        {
            _top = end;
            FollowsEnd = true;
            return;
        }
        _top.Line = Math.Min(_top.Line, Math.Max(0, Height(_top.Block) - 1));
    }

    private (int Block, int Line) LastPage()
    {
        var room = Math.Max(1, _area.Height);
        for (var block = blocks.Count - 1; block >= 0; block--)
        {
            var height = Height(block);
            if (height >= room)
            {
                return (block, height - room);
            }
            room -= height;
        }
        return (0, 0);
    }

    private int Height(int block) => _lines.Of(blocks[block], _width).Count;

    private void DrawBar(Canvas canvas)
    {
        if (canvas.Height < 2 || (FollowsEnd && _top == default))
        {
            return; // All of it is visible.
        }
        var size = Math.Max(1, canvas.Height * (_last - _top.Block + 1) / Math.Max(1, blocks.Count));
        var place = FollowsEnd ? canvas.Height - size : (int)((long)(canvas.Height - size) * _top.Block / Math.Max(1, blocks.Count - 1));
        canvas.Fill(new(canvas.Width - 1, Math.Clamp(place, 0, canvas.Height - size), 1, size), "▐", Ink.Border);
    }
}
