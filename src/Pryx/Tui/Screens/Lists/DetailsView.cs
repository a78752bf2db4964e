using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Facts of one thing, which can be scrolled.</summary>
internal sealed class DetailsView : IFocusable
{
    private const int WheelLines = 3;
    private Facts _facts = new();
    private IReadOnlyList<StyledLine> _lines = [];
    private int _width = -1;
    private int _top;
    private Rect _area;

    public bool HasFocus { get; set; }

    /// <param name="isSame">Of the thing that was shown before: it stays where it was scrolled to.</param>
    public void Show(Facts facts, bool isSame)
    {
        (_facts, _width) = (facts, -1);
        _top = isSame ? _top : 0;
    }

    public void Draw(Canvas canvas)
    {
        _area = canvas.Area;
        var width = Math.Max(1, canvas.Width - 2);
        if (width != _width)
        {
            (_lines, _width) = (_facts.Lines(width), width);
        }
        _top = Math.Clamp(_top, 0, Math.Max(0, _lines.Count - canvas.Height));
        var text = canvas.Within(new(0, 0, width, canvas.Height));
        for (var y = 0; y < canvas.Height && _top + y < _lines.Count; y++)
        {
            text.Line(0, y, _lines[_top + y]);
        }
        if (_lines.Count > canvas.Height && canvas.Height > 0)
        {
            var size = Math.Max(1, canvas.Height * canvas.Height / _lines.Count);
            canvas.Fill(new(canvas.Width - 1, (canvas.Height - size) * _top / (_lines.Count - canvas.Height), 1, size), "▐", HasFocus ? Ink.Accent : Ink.Border);
        }
    }

    public bool OnKey(Key key)
    {
        var by = key.Code switch
        {
            KeyCode.Up => -1,
            KeyCode.Down => 1,
            KeyCode.PageUp => -Math.Max(1, _area.Height - 1),
            KeyCode.PageDown => Math.Max(1, _area.Height - 1),
            KeyCode.Home => -_top,
            KeyCode.End => _lines.Count,
            _ => 0,
        };
        if (key.Modifiers != KeyModifiers.None || (by == 0 && key.Code != KeyCode.Home))
        {
            return false;
        }
        _top = Math.Max(0, _top + by);
        return true;
    }

    public bool OnMouse(MouseEvent mouse)
    {
        if (!_area.Contains(mouse.X, mouse.Y))
        {
            return false;
        }
        if (mouse.Action is MouseAction.WheelUp or MouseAction.WheelDown)
        {
            _top = Math.Max(0, _top + (mouse.Action == MouseAction.WheelUp ? -WheelLines : WheelLines));
        }
        return true;
    }
}
