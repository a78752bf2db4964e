using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <param name="Keys">The keys that do the same, as they are named on screen; null for none.</param>
internal sealed record PaletteItem(string Title, string? Detail, string? Keys, Action Run);

/// <summary>Everything that can be done or chosen, found by a few letters. It closes itself before it runs what was chosen.</summary>
internal sealed class Palette : IView
{
    private const int Widest = 76;
    private readonly TextField _query = new() { HasFocus = true, Placeholder = "Type to search" };
    private readonly ListView<(PaletteItem Item, IReadOnlyList<int> Positions)> _list;
    private readonly string _title;
    private readonly IReadOnlyList<PaletteItem> _items;

    public Palette(string title, IReadOnlyList<PaletteItem> items, string query = "")
    {
        (_title, _items) = (title, items);
        _list = new(Row) { HasFocus = true, Chosen = found => Run(found.Item), EmptyText = new("Nothing matches. Esc closes.", Ink.Muted) };
        _query.Changed = Search;
        _query.Text = query;
        Search();
    }

    /// <summary>Takes it from the screen.</summary>
    public Action Closed { get; set; } = static () => { };

    /// <summary>What was typed into it.</summary>
    public string Query => _query.Text;

    public void Draw(Canvas canvas)
    {
        var height = Math.Min(Math.Max(6, canvas.Height - 4), _list.Items.Count + 5);
        var place = canvas.Bounds.Centered(Math.Min(Widest, canvas.Width - 2), height) with { Y = Math.Min(2, canvas.Height / 8) };
        var box = canvas.Within(place);
        box.Fill(Paper.Raised);
        var inside = box.Box(box.Bounds, new(Ink.BorderFocused, Paper.Raised), new StyledLine(_title, new TextStyle(Ink.Strong, Paper.Raised, Effects.Bold)));
        var rows = inside.Rows(1, 1, Length.Flex(), 1);
        box.Text(rows[0].X + 1, rows[0].Y, "›", new(Ink.Accent, Paper.Raised));
        _query.Style = new(Ink.Default, Paper.Raised);
        _query.Draw(box.Within(rows[0].LeftCut(3)));
        box.Fill(rows[1], "─", new(Ink.Border, Paper.Raised));
        _list.Draw(box.Within(rows[2]));
        var hints = box.Within(rows[3].Inset(1, 0));
        hints.Line(0, 0, new StyledLine(KeyHints.Line(hints.Width, ("↑↓", "choose"), ("Enter", "run"), ("Esc", "close")).Spans) { Fill = Paper.Raised });
    }

    public bool OnKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c') || (key == Key.Backspace && _query.Text.Length == 0))
        {
            Closed();
            return true;
        }
        if (_query.Text.Length == 0 && key.IsText && key.Rune.Value is >= '1' and <= '9' && key.Rune.Value - '1' < _list.Items.Count)
        {
            Run(_list.Items[key.Rune.Value - '1'].Item);
            return true;
        }
        if (key == Key.Ctrl('n') || key == Key.Ctrl('p'))
        {
            _list.Selected += key == Key.Ctrl('n') ? 1 : -1;
            return true;
        }
        // Home and End belong to the text.
        return (key.Code is not (KeyCode.Home or KeyCode.End) && _list.OnKey(key)) || _query.OnKey(key) || true;
    }

    public bool OnPaste(string text) => _query.OnPaste(text);

    public bool OnMouse(MouseEvent mouse) => _list.OnMouse(mouse) || _query.OnMouse(mouse);

    private void Run(PaletteItem item)
    {
        Closed();
        item.Run();
    }

    private void Search()
    {
        var query = _query.Text;
        _list.Items = [.. _items.Select(item => (item, match: Fuzzy.Match(query, item.Title), detail: item.Detail is null ? null : Fuzzy.Match(query, item.Detail)))
            .Where(static found => found.match is not null || found.detail is { Score: > 0 })
            // What is only in the detail comes last; equals keep the order they were given in.
            .OrderByDescending(static found => found.match?.Score ?? (found.detail!.Score - 1000))
            .Select(static found => (found.item, found.match?.Positions ?? []))];
        _list.Selected = 0;
    }

    private StyledLine Row((PaletteItem Item, IReadOnlyList<int> Positions) found, int width)
    {
        var title = MatchedText.Of(found.Item.Title, found.Positions);
        var left = found.Item.Detail is { Length: > 0 } detail ? StyledText.Concat(title, new("  "), new(detail, Ink.Muted)) : title;
        return new(StatusLine.Of(width, left, new(found.Item.Keys ?? "", Ink.Faint)).Spans) { Fill = Paper.Raised };
    }
}
