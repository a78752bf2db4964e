using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Shell;

/// <summary>A text to be changed, over a screen: for people without an editor of their own. Ctrl+S takes it, Esc gives it up.</summary>
internal sealed class EditBox : IView
{
    private readonly string _title;
    private readonly Action<string> _taken;
    private readonly TextEditor _editor;

    public EditBox(string title, string text, Action<string> taken)
    {
        (_title, _taken) = (title, taken);
        _editor = new TextEditor { HasFocus = true, Text = text };
        _editor.Submitted = _ => _editor.Insert("\n");
    }

    public Action Closed { get; set; } = static () => { };

    public void Draw(Canvas canvas)
    {
        var box = canvas.Within(canvas.Bounds.Inset(Math.Min(4, canvas.Width / 20), Math.Min(2, canvas.Height / 10)));
        box.Fill(Paper.Raised);
        var inside = box.Box(box.Bounds, new(Ink.BorderFocused, Paper.Raised), new StyledLine(_title, new TextStyle(Ink.Strong, Paper.Raised, Effects.Bold)));
        _editor.Draw(box.Within(inside.LowerCut(1).Inset(1, 0)));
        box.Line(inside.X + 1, inside.Bottom - 1, new LineBuilder().Add("Ctrl+S", new(Ink.Accent, Paper.Raised)).Add(" takes it · ", new(Ink.Muted, Paper.Raised)).Add("Esc", new(Ink.Accent, Paper.Raised)).Add(" gives up", new(Ink.Muted, Paper.Raised)).Build());
    }

    public bool OnKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c'))
        {
            Closed();
        }
        else if (key == Key.Ctrl('s'))
        {
            Closed();
            _taken(_editor.Text);
        }
        else
        {
            _editor.OnKey(key);
        }
        return true;
    }

    public bool OnPaste(string text) => _editor.OnPaste(text);

    public bool OnMouse(MouseEvent mouse) => _editor.OnMouse(mouse);
}
