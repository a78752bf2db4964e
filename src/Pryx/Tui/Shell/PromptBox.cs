using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Shell;

/// <summary>One line to be typed, over a screen. Enter takes it, Esc gives it up.</summary>
internal sealed class PromptBox : IView
{
    private const int Widest = 72;
    private readonly string _title;
    private readonly TextField _field;

    public PromptBox(string title, string text, Action<string> taken, bool isMasked = false, string placeholder = "")
    {
        _title = title;
        _field = new TextField { HasFocus = true, IsMasked = isMasked, Placeholder = placeholder, Text = text, Style = new TextStyle(Ink.Default, Paper.Raised) };
        _field.Cursor = text.Length;
        _field.Submitted = typed =>
        {
            Closed();
            taken(typed.Trim());
        };
    }

    public Action Closed { get; set; } = static () => { };

    public void Draw(Canvas canvas)
    {
        var box = canvas.Within(canvas.Bounds.Centered(Math.Min(Widest, canvas.Width - 2), 4));
        box.Fill(Paper.Raised);
        var inside = box.Box(box.Bounds, new(Ink.BorderFocused, Paper.Raised), new StyledLine(_title, new TextStyle(Ink.Strong, Paper.Raised, Effects.Bold)));
        box.Text(inside.X + 1, inside.Y, "›", new(Ink.Accent, Paper.Raised));
        _field.Draw(box.Within(inside.Top(1).LeftCut(3)));
        box.Line(inside.X + 1, inside.Y + 1, new LineBuilder().Add("Enter", new(Ink.Accent, Paper.Raised)).Add(" takes it · ", new(Ink.Muted, Paper.Raised)).Add("Esc", new(Ink.Accent, Paper.Raised)).Add(" gives up", new(Ink.Muted, Paper.Raised)).Build());
    }

    public bool OnKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c'))
        {
            Closed();
            return true;
        }
        return _field.OnKey(key) || true;
    }

    public bool OnPaste(string text) => _field.OnPaste(text);

    public bool OnMouse(MouseEvent mouse) => _field.OnMouse(mouse);
}
