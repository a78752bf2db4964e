using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>A text that a person writes, on one line or several, with the keys of a shell's line.</summary>
internal class TextEditor : IFocusable
{
    private readonly TextBuffer _buffer = new();
    private readonly EditorKeys _keys;
    private EditorRows _rows = new("", 80);
    private (int Version, int Width) _laidOut = (-1, 0);
    private Rect _area;
    private int _top;

    public TextEditor() => _keys = new EditorKeys(this, _buffer);

    public bool HasFocus { get; set; }
    public bool IsMultiline { get; init; } = true;

    /// <summary>Shows dots instead of what is typed.</summary>
    public bool IsMasked { get; set; }
    public string Placeholder { get; set; } = "";
    public TextStyle Style { get; set; }
    public IHistory? History { get; set; }

    /// <summary>After each change of the text, by whatever key.</summary>
    public Action? Changed { get; set; }

    /// <summary>Enter; the text stays until whoever takes it clears it.</summary>
    public Action<string>? Submitted { get; set; }

    public string Text
    {
        get => _buffer.Text;
        set
        {
            if (value != _buffer.Text)
            {
                _buffer.Set(IsMultiline ? value : OneLine(value));
                Changed?.Invoke();
            }
        }
    }

    /// <summary>A place in the text, in UTF-16 units.</summary>
    public int Cursor { get => _buffer.Cursor; set => _buffer.Move(value); }

    public string SelectedText => _buffer.Selection is { } part ? Text[part.Start..part.End] : "";

    /// <summary>Where the cursor was drawn last, on the whole screen: what a popup stands at.</summary>
    public (int X, int Y) CursorPlace { get; private set; }

    /// <summary>Rows it would take in so many columns, at least one.</summary>
    public int HeightFor(int width, int most) => Math.Clamp(Rows(width).Count, 1, Math.Max(1, most));

    public void Clear() => Text = "";

    public void Insert(string text)
    {
        text = IsMultiline ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : OneLine(text);
        if (text.Length > 0)
        {
            _buffer.Insert(text);
            Changed?.Invoke();
        }
    }

    public void Replace(int start, int length, string text)
    {
        _buffer.Replace(start, length, text);
        Changed?.Invoke();
    }

    public void Draw(Canvas canvas)
    {
        _area = canvas.Area;
        if (Text.Length == 0)
        {
            canvas.Within(canvas.Bounds.Top(1)).Line(0, 0, new StyledLine(Placeholder, new(Ink.Faint, Style.Paper)));
        }
        var rows = Rows(canvas.Width);
        var (row, column) = rows.Of(Cursor);
        _top = Math.Clamp(_top, Math.Max(0, row - canvas.Height + 1), row);
        _top = Math.Clamp(_top, 0, Math.Max(0, rows.Count - canvas.Height));
        for (var y = 0; y < canvas.Height && _top + y < rows.Count; y++)
        {
            DrawRow(canvas, rows, _top + y, y);
        }
        CursorPlace = (canvas.Area.X + Math.Min(column, canvas.Width - 1), canvas.Area.Y + row - _top);
        if (HasFocus)
        {
            canvas.Cursor(Math.Min(column, canvas.Width - 1), row - _top);
        }
    }

    public virtual bool OnKey(Key key)
    {
        var version = _buffer.Version;
        var isHandled = _keys.Take(key);
        if (version != _buffer.Version)
        {
            Changed?.Invoke();
        }
        return isHandled;
    }

    public bool OnPaste(string text)
    {
        Insert(text);
        return true;
    }

    public bool OnMouse(MouseEvent mouse)
    {
        if (!_area.Contains(mouse.X, mouse.Y) || !(mouse.IsClick || (mouse.Action == MouseAction.Drag && mouse.Button == MouseButton.Left)))
        {
            return false;
        }
        _buffer.Move(Rows(_area.Width).At(_top + mouse.Y - _area.Y, mouse.X - _area.X), selects: mouse.Action == MouseAction.Drag);
        return true;
    }

    /// <summary>A row up (-1) or down (1) in the same column; false when there is none.</summary>
    public bool MoveRow(int by, bool selects)
    {
        var rows = Rows(Math.Max(2, _area.Width));
        var (row, column) = rows.Of(Cursor);
        if (row + by < 0 || row + by >= rows.Count)
        {
            return false;
        }
        _buffer.Move(rows.At(row + by, column), selects);
        return true;
    }

    private EditorRows Rows(int width)
    {
        // One column is kept for the cursor behind the last letter.
        var columns = Math.Max(2, width - 1);
        if (_laidOut != (_buffer.Version, columns))
        {
            _rows = new EditorRows(IsMasked ? new string('•', Text.Length) : Text, columns);
            _laidOut = (_buffer.Version, columns);
        }
        return _rows;
    }

    private void DrawRow(Canvas canvas, EditorRows rows, int row, int y)
    {
        canvas.Text(0, y, rows.Text(row), Style);
        if (_buffer.Selection is { } part)
        {
            var (start, end) = rows[row];
            if (part.Start <= end && part.End > start)
            {
                var from = part.Start <= start ? 0 : rows.Of(part.Start).Column;
                var to = part.End > end ? TextWidth.Of(rows.Text(row)) : rows.Of(part.End).Column;
                canvas.Highlight(new(from, y, Math.Max(to - from, part.End > end ? 1 : 0), 1), Paper.Selected);
            }
        }
    }

    private static string OneLine(string text) => text.Trim('\r', '\n').ReplaceLineEndings(" ");
}
