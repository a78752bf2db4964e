using Pryx.Tui.Layout;

namespace Pryx.Tui.Rendering;

/// <summary>A part of the screen to draw on: places count from its own corner, and nothing is drawn outside of it.</summary>
internal sealed class Canvas
{
    private readonly CellBuffer _buffer;
    private readonly Rect _clip;

    public Canvas(CellBuffer buffer)
        : this(buffer, new(0, 0, buffer.Width, buffer.Height), new(0, 0, buffer.Width, buffer.Height))
    {
    }

    private Canvas(CellBuffer buffer, Rect area, Rect clip) => (_buffer, Area, _clip) = (buffer, area, clip);

    /// <summary>Where it lies on the screen: what a mouse event's place is compared with.</summary>
    public Rect Area { get; }
    public int Width => Area.Width;
    public int Height => Area.Height;

    /// <summary>The whole canvas in its own places.</summary>
    public Rect Bounds => new(0, 0, Width, Height);

    public Canvas Within(Rect part) => part.Move(Area.X, Area.Y) is var area ? new(_buffer, area, _clip.Intersect(area)) : this;

    /// <summary>Returns the column behind the text; what does not fit is left out.</summary>
    public int Text(int x, int y, string text, TextStyle style = default, string? link = null)
    {
        if (x >= Width || !IsRowVisible(y))
        {
            return x;
        }
        var number = link is null ? (ushort)0 : _buffer.LinkOf(link);
        foreach (var glyph in new GlyphText(text))
        {
            if (x + glyph.Width > Width)
            {
                return x;
            }
            Put(x, y, glyph.Text, glyph.Width, style, number);
            x += glyph.Width;
        }
        return x;
    }

    /// <summary>Draws a line, cut at the right side with "…"; returns the column behind it.</summary>
    /// <param name="skip">Columns left out on the left, for scrolling sideways.</param>
    public int Line(int x, int y, StyledLine line, int skip = 0)
    {
        if (!IsRowVisible(y))
        {
            return x;
        }
        if (line.Fill != Paper.Default)
        {
            Fill(new(x, y, Width - x, 1), line.Fill);
        }
        foreach (var span in line.Spans)
        {
            var style = line.Fill != Paper.Default && span.Style.Paper == Paper.Default ? span.Style.On(line.Fill) : span.Style;
            var number = span.Link is null ? (ushort)0 : _buffer.LinkOf(span.Link);
            foreach (var glyph in new GlyphText(span.Text))
            {
                if (skip > 0)
                {
                    skip -= glyph.Width;
                    x += skip < 0 ? 1 : 0; // Half of a wide one is left: a blank.
                    continue;
                }
                if (x + glyph.Width > Width)
                {
                    Ellipsis(y, style);
                    return Width;
                }
                Put(x, y, glyph.Text, glyph.Width, style, number);
                x += glyph.Width;
            }
        }
        return x;
    }

    /// <summary>Blank cells on a paper.</summary>
    public void Fill(Rect part, Paper paper) => Fill(part, " ", new TextStyle(Ink.Default, paper));

    public void Fill(Paper paper) => Fill(Bounds, paper);

    /// <summary>The same grapheme of one column everywhere.</summary>
    public void Fill(Rect part, string text, TextStyle style)
    {
        var visible = part.Move(Area.X, Area.Y).Intersect(_clip);
        for (var y = visible.Y; y < visible.Bottom; y++)
        {
            for (var x = visible.X; x < visible.Right; x++)
            {
                _buffer.Put(x, y, text, 1, style);
            }
        }
    }

    /// <summary>Other paper behind what is drawn already: a selection, a match.</summary>
    public void Highlight(Rect part, Paper paper)
    {
        var visible = part.Move(Area.X, Area.Y).Intersect(_clip);
        for (var y = visible.Y; y < visible.Bottom; y++)
        {
            for (var x = visible.X; x < visible.Right; x++)
            {
                _buffer.Restyle(x, y, _buffer[x, y].Style.On(paper));
            }
        }
    }

    /// <summary>A frame with round corners; returns what is inside.</summary>
    public Rect Box(Rect part, TextStyle style, StyledLine? title = null)
    {
        if (part.Width < 2 || part.Height < 2)
        {
            return part;
        }
        var (right, bottom) = (part.Right - 1, part.Bottom - 1);
        Fill(new(part.X + 1, part.Y, part.Width - 2, 1), "─", style);
        Fill(new(part.X + 1, bottom, part.Width - 2, 1), "─", style);
        Fill(new(part.X, part.Y + 1, 1, part.Height - 2), "│", style);
        Fill(new(right, part.Y + 1, 1, part.Height - 2), "│", style);
        Fill(new(part.X, part.Y, 1, 1), "╭", style);
        Fill(new(right, part.Y, 1, 1), "╮", style);
        Fill(new(part.X, bottom, 1, 1), "╰", style);
        Fill(new(right, bottom, 1, 1), "╯", style);
        if (title is not null && part.Width > 6)
        {
            var head = Within(new(part.X + 2, part.Y, part.Width - 4, 1));
            head.Text(0, 0, " ", style);
            var end = head.Line(1, 0, title);
            head.Text(end, 0, " ", style);
        }
        return part.Inset(1, 1);
    }

    /// <summary>Shows the cursor; the last one that is asked for stands.</summary>
    public void Cursor(int x, int y, CursorShape shape = CursorShape.Bar)
    {
        if (_clip.Contains(Area.X + x, Area.Y + y))
        {
            _buffer.Cursor = new(Area.X + x, Area.Y + y, shape);
        }
    }

    public void HideCursor() => _buffer.Cursor = null;

    private void Ellipsis(int y, TextStyle style)
    {
        if (Width > 0)
        {
            Put(Width - 1, y, "…", 1, style, 0);
        }
    }

    private bool IsRowVisible(int y) => Area.Y + y >= _clip.Y && Area.Y + y < _clip.Bottom;

    private void Put(int x, int y, string text, int width, TextStyle style, ushort link)
    {
        var (left, top) = (Area.X + x, Area.Y + y);
        if (left >= _clip.X && left + width <= _clip.Right)
        {
            _buffer.Put(left, top, text, width, style, link);
        }
        else if (width == 2 && (_clip.Contains(left, top) || _clip.Contains(left + 1, top)))
        {
            _buffer.Put(_clip.Contains(left, top) ? left : left + 1, top, " ", 1, style);
        }
    }
}
