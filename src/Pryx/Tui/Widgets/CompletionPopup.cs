using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <param name="Text">What is put in.</param>
/// <param name="Positions">Letters of it that matched what was typed.</param>
internal sealed record Completion(string Text, string? Detail = null, IReadOnlyList<int>? Positions = null);

/// <summary>What could be meant by what is being typed, at the cursor. It takes only the keys that choose; all others go on to the editor.</summary>
internal sealed class CompletionPopup : IView
{
    private const int Most = 8;
    private readonly ListView<Completion> _list;

    public CompletionPopup() => _list = new(Row) { HasFocus = true, Chosen = Accept };

    public bool IsOpen => Items.Count > 0;

    public IReadOnlyList<Completion> Items
    {
        get => _list.Items;
        set
        {
            _list.Items = value;
            _list.Selected = 0;
        }
    }

    /// <summary>The cursor's place on the whole screen.</summary>
    public (int X, int Y) Anchor { get; set; }
    public Action<Completion> Accepted { get; set; } = static _ => { };

    /// <summary>A canvas of the whole screen: it places itself above the anchor, or below where there is more room.</summary>
    public void Draw(Canvas canvas)
    {
        if (!IsOpen)
        {
            return;
        }
        var above = Anchor.Y - canvas.Area.Y;
        var below = canvas.Area.Bottom - Anchor.Y - 1;
        var room = Math.Max(above, below);
        var height = Math.Min(Math.Min(Most, Items.Count), room);
        var width = Math.Min(canvas.Width, Math.Max(24, Items.Take(100).Max(static item => TextWidth.Of(item.Text) + (item.Detail is { } detail ? TextWidth.Of(detail, 60) + 2 : 0)) + 4));
        var y = above >= height || above >= below ? above - height : above + 1;
        var place = new Rect(Math.Clamp(Anchor.X - canvas.Area.X, 0, canvas.Width - width), y, width, height);
        var box = canvas.Within(place);
        box.Fill(Paper.Raised);
        _list.Draw(box);
    }

    public bool OnKey(Key key)
    {
        if (!IsOpen)
        {
            return false;
        }
        if (key == Key.Escape)
        {
            Items = [];
            return true;
        }
        if (key == Key.Tab)
        {
            Accept(Items[_list.Selected]);
            return true;
        }
        if (key == Key.Ctrl('n') || key == Key.Ctrl('p'))
        {
            _list.Selected += key == Key.Ctrl('n') ? 1 : -1;
            return true;
        }
        return (key.Is(KeyCode.Up) || key.Is(KeyCode.Down) || key == Key.Enter) && _list.OnKey(key);
    }

    public bool OnMouse(MouseEvent mouse) => IsOpen && _list.OnMouse(mouse);

    private void Accept(Completion item)
    {
        Items = [];
        Accepted(item);
    }

    private static StyledLine Row(Completion item, int width) =>
        new(StyledText.Concat(MatchedText.Of(item.Text, item.Positions ?? []), new("  "), new(item.Detail ?? "", Ink.Muted)).Spans) { Fill = Paper.Raised };
}
