using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <param name="IsRight">Numbers stand at the right side.</param>
internal sealed record Column<T>(string Title, Func<T, StyledLine> Cell, Length Width, bool IsRight = false);

/// <summary>A list in columns under their titles.</summary>
internal sealed class TableView<T> : IFocusable
{
    private readonly Column<T>[] _columns;
    private readonly ListView<T> _list;

    public TableView(params Column<T>[] columns)
    {
        _columns = columns;
        _list = new(Row);
    }

    public bool HasFocus { get => _list.HasFocus; set => _list.HasFocus = value; }
    public IReadOnlyList<T> Items { get => _list.Items; set => _list.Items = value; }
    public int Selected { get => _list.Selected; set => _list.Selected = value; }
    public T? SelectedItem => _list.SelectedItem;
    public Action<T>? Chosen { get => _list.Chosen; set => _list.Chosen = value; }
    public Action? SelectionChanged { get => _list.SelectionChanged; set => _list.SelectionChanged = value; }
    public StyledLine EmptyText { get => _list.EmptyText; set => _list.EmptyText = value; }

    public void Draw(Canvas canvas)
    {
        if (Items.Count > 0)
        {
            canvas.Within(new(1, 0, Math.Max(1, canvas.Width - 3), 1)).Line(0, 0, Join(canvas.Width - 3, static column => new(column.Title, new TextStyle(Ink.Muted, Paper.Default, Effects.Bold))));
        }
        _list.Draw(canvas.Within(canvas.Bounds.TopCut(Items.Count > 0 ? 1 : 0)));
    }

    public bool OnKey(Key key) => _list.OnKey(key);

    public bool OnMouse(MouseEvent mouse) => _list.OnMouse(mouse);

    private StyledLine Row(T item, int width) => Join(width, column => column.Cell(item));

    // Columns for which there is no room at all are left out, and their gap with them.
    private StyledLine Join(int width, Func<Column<T>, StyledLine> cell)
    {
        var gaps = _columns.Length - 1;
        var parts = new Rect(0, 0, Math.Max(0, width - (2 * gaps)), 1).Columns([.. _columns.Select(static column => column.Width)]);
        var spans = new List<Span>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Width == 0)
            {
                continue;
            }
            if (spans.Count > 0)
            {
                spans.Add(new("  "));
            }
            spans.AddRange(StyledText.Pad(cell(_columns[i]), parts[i].Width, _columns[i].IsRight).Spans);
        }
        return new(spans);
    }
}
