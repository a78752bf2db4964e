using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>A list of which one row is selected. Only rows that can be seen are made, so that its length does not matter.</summary>
internal sealed class ListView<T> : IFocusable
{
    private readonly Func<T, int, IReadOnlyList<StyledLine>> _rows;
    private readonly int _rowHeight;
    private IReadOnlyList<T> _items = [];
    private int _selected;
    private int _top;
    private Rect _area;

    /// <param name="row">One line of an item, for so many columns.</param>
    public ListView(Func<T, int, StyledLine> row)
        : this((item, width) => [row(item, width)], 1)
    {
    }

    /// <param name="rows">The lines of an item, for so many columns.</param>
    public ListView(Func<T, int, IReadOnlyList<StyledLine>> rows, int rowHeight) => (_rows, _rowHeight) = (rows, Math.Max(1, rowHeight));

    public bool HasFocus { get; set; }

    public IReadOnlyList<T> Items
    {
        get => _items;
        set
        {
            _items = value;
            _selected = Math.Clamp(_selected, 0, Math.Max(0, value.Count - 1));
        }
    }

    /// <summary>The number of the selected row, from 0; also 0 while there is none.</summary>
    public int Selected
    {
        get => _selected;
        set
        {
            var now = Math.Clamp(value, 0, Math.Max(0, _items.Count - 1));
            if (now != _selected)
            {
                _selected = now;
                SelectionChanged?.Invoke();
            }
        }
    }

    public T? SelectedItem => _selected < _items.Count ? _items[_selected] : default;

    /// <summary>Enter, or a click on the selected row.</summary>
    public Action<T>? Chosen { get; set; }
    public Action? SelectionChanged { get; set; }
    public StyledLine EmptyText { get; set; } = new("Nothing here.", Ink.Muted);

    private int Page => Math.Max(1, _area.Height / _rowHeight);

    public void Draw(Canvas canvas)
    {
        _area = canvas.Area;
        if (_items.Count == 0)
        {
            canvas.Line(1, 0, EmptyText);
            return;
        }
        _top = Math.Clamp(_top, Math.Max(0, _selected - Page + 1), _selected);
        _top = Math.Min(_top, Math.Max(0, _items.Count - Page));
        var width = Math.Max(1, canvas.Width - 3);
        for (var (row, y) = (_top, 0); row < _items.Count && y < canvas.Height; row++, y += _rowHeight)
        {
            DrawRow(canvas.Within(new(0, y, canvas.Width - 1, Math.Min(_rowHeight, canvas.Height - y))), _items[row], row == _selected, width);
        }
        if (_items.Count > Page)
        {
            var size = Math.Max(1, canvas.Height * Page / _items.Count);
            canvas.Fill(new(canvas.Width - 1, (int)((long)(canvas.Height - size) * _top / (_items.Count - Page)), 1, size), "▐", Ink.Border);
        }
    }

    public bool OnKey(Key key)
    {
        switch (key.Code)
        {
            case KeyCode.Up when key.Modifiers == KeyModifiers.None:
                Selected--;
                return true;
            case KeyCode.Down when key.Modifiers == KeyModifiers.None:
                Selected++;
                return true;
            case KeyCode.PageUp:
                Selected -= Page;
                return true;
            case KeyCode.PageDown:
                Selected += Page;
                return true;
            case KeyCode.Home:
                Selected = 0;
                return true;
            case KeyCode.End:
                Selected = _items.Count - 1;
                return true;
            case KeyCode.Enter when key.Modifiers == KeyModifiers.None && Chosen is not null && _items.Count > 0:
                Chosen(_items[_selected]);
                return true;
            default:
                return false;
        }
    }

    public bool OnMouse(MouseEvent mouse)
    {
        if (!_area.Contains(mouse.X, mouse.Y))
        {
            return false;
        }
        if (mouse.Action is MouseAction.WheelUp or MouseAction.WheelDown)
        {
            Selected += mouse.Action == MouseAction.WheelUp ? -1 : 1;
            return true;
        }
        var row = _top + ((mouse.Y - _area.Y) / _rowHeight);
        if (!mouse.IsClick || row >= _items.Count)
        {
            return mouse.IsClick;
        }
        if (row == _selected)
        {
            Chosen?.Invoke(_items[row]);
        }
        Selected = row;
        return true;
    }

    private void DrawRow(Canvas canvas, T item, bool isSelected, int width)
    {
        if (isSelected)
        {
            canvas.Fill(HasFocus ? Paper.Selected : Paper.Raised);
            canvas.Text(0, 0, HasFocus ? "▌" : " ", new(Ink.Accent, HasFocus ? Paper.Selected : Paper.Raised));
        }
        var lines = _rows(item, width);
        for (var y = 0; y < lines.Count && y < canvas.Height; y++)
        {
            canvas.Within(new(1, 0, width, canvas.Height)).Line(0, y, isSelected ? new StyledLine(lines[y].Spans) { Fill = HasFocus ? Paper.Selected : Paper.Raised } : lines[y]);
        }
    }
}
