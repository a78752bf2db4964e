using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>A row of titles of which one is chosen; at a narrow window only the ones about the chosen one.</summary>
internal sealed class Tabs(params IReadOnlyList<string> titles) : IView
{
    private readonly Rect[] _places = new Rect[titles.Count];

    public int Selected { get; private set; }
    public Action<int>? Changed { get; set; }

    public void Select(int tab)
    {
        if (tab >= 0 && tab < titles.Count && tab != Selected)
        {
            Selected = tab;
            Changed?.Invoke(tab);
        }
    }

    public void Draw(Canvas canvas)
    {
        Array.Clear(_places);
        var first = 0;
        while (first < Selected && titles.Skip(first).Take(Selected - first + 1).Sum(static title => TextWidth.Of(title) + 3) > canvas.Width)
        {
            first++;
        }
        var x = 0;
        for (var i = first; i < titles.Count && x < canvas.Width; i++)
        {
            var style = i == Selected ? new TextStyle(Ink.Selected, Paper.Selected, Effects.Bold) : new TextStyle(Ink.Muted);
            var end = canvas.Text(x, 0, $" {titles[i]} ", style);
            _places[i] = new Rect(x, 0, end - x, 1).Move(canvas.Area.X, canvas.Area.Y);
            x = end + 1;
        }
    }

    public bool OnKey(Key key)
    {
        switch (key.Code)
        {
            case KeyCode.Left when key.Modifiers == KeyModifiers.None:
                Select(Selected - 1);
                return true;
            case KeyCode.Right when key.Modifiers == KeyModifiers.None:
                Select(Selected + 1);
                return true;
            default:
                return false;
        }
    }

    public bool OnMouse(MouseEvent mouse)
    {
        var at = mouse.IsClick ? Array.FindIndex(_places, place => place.Contains(mouse.X, mouse.Y)) : -1;
        Select(at);
        return at >= 0;
    }
}
