using Pryx.Tui.Input;

namespace Pryx.Tui.Widgets;

/// <summary>The views of a screen that can have the keys, one after the other by Tab.</summary>
internal sealed class FocusRing
{
    private readonly IFocusable[] _views;
    private int _at;

    public FocusRing(params IFocusable[] views)
    {
        _views = views;
        Focus(views[0]);
    }

    public IFocusable Focused => _views[_at];

    public void Next() => Focus(_views[(_at + 1) % _views.Length]);

    public void Previous() => Focus(_views[(_at + _views.Length - 1) % _views.Length]);

    public void Focus(IFocusable view)
    {
        Focused.HasFocus = false;
        _at = Math.Max(0, Array.IndexOf(_views, view));
        Focused.HasFocus = true;
    }

    /// <summary>The focused view first: an editor may want Tab for itself.</summary>
    public bool OnKey(Key key)
    {
        if (Focused.OnKey(key))
        {
            return true;
        }
        if (key == Key.Tab)
        {
            Next();
        }
        else if (key == Key.ShiftTab)
        {
            Previous();
        }
        return key == Key.Tab || key == Key.ShiftTab;
    }

    /// <summary>A click takes the focus along.</summary>
    public bool OnMouse(MouseEvent mouse)
    {
        foreach (var view in _views)
        {
            if (view.OnMouse(mouse))
            {
                if (mouse.IsClick)
                {
                    Focus(view);
                }
                return true;
            }
        }
        return false;
    }
}
