using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Screens that belong together, one at a time: ← and → go from one to the next.</summary>
internal abstract class TabbedScreen : IScreen
{
    private readonly IPart[] _parts;
    private readonly Tabs _tabs;
    private bool _isSeen;

    protected TabbedScreen(params IPart[] parts)
    {
        _parts = parts;
        _tabs = new([.. parts.Select(static part => part.Name)]) { Changed = Change };
        Current = parts[0];
    }

    public abstract string Name { get; }
    public IPart Current { get; private set; }
    public bool TakesText => Current.TakesText;
    public IReadOnlyList<(string Keys, string What)> Hints => TakesText ? Current.Hints : [.. Current.Hints, ("←→", "other lists")];

    public void Show()
    {
        _isSeen = true;
        Current.Show();
    }

    public void Hide()
    {
        _isSeen = false;
        Current.Hide();
    }

    public void Draw(Canvas canvas)
    {
        _tabs.Draw(canvas.Within(canvas.Bounds.Top(1).LeftCut(1)));
        Current.DrawBody(canvas.Within(canvas.Bounds.TopCut(1).LowerCut(1)));
        canvas.Line(1, canvas.Height - 1, KeyHints.Line(canvas.Width - 2, [.. Hints]));
    }

    public bool OnKey(Key key) => Current.OnKey(key) || (!TakesText && _tabs.OnKey(key));

    public bool OnPaste(string text) => Current.OnPaste(text);

    public bool OnMouse(MouseEvent mouse) => _tabs.OnMouse(mouse) || Current.OnMouse(mouse);

    private void Change(int tab)
    {
        Current.Hide();
        Current = _parts[tab];
        if (_isSeen)
        {
            Current.Show();
        }
    }
}
