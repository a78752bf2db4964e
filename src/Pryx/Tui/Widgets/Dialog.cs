using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <param name="Key">Chooses it at once, whatever is selected.</param>
internal sealed record DialogChoice(Key Key, string Label, Action Run);

/// <summary>A question over a screen. It closes itself before it does what was chosen.</summary>
internal sealed class Dialog(string title, IReadOnlyList<StyledLine> body, params IReadOnlyList<DialogChoice> choices) : IView
{
    private const int Widest = 72;
    private readonly Rect[] _buttons = new Rect[choices.Count];
    private int _selected;

    /// <summary>Takes it from the screen; Esc does only that.</summary>
    public Action Closed { get; set; } = static () => { };
    public Ink Frame { get; init; } = Ink.BorderFocused;

    /// <summary>Asks before something that cannot be taken back; what is selected at first is "no".</summary>
    public static Dialog Confirm(string title, string text, string yes, Action onYes) =>
        new(title, [.. text.Split('\n').Select(static line => new StyledLine(line))], new DialogChoice(Key.Of('n'), "No", static () => { }), new DialogChoice(Key.Of('y'), yes, onYes)) { Frame = Ink.Warning };

    public void Draw(Canvas canvas)
    {
        var width = Math.Min(Widest, canvas.Width - 2);
        var lines = body.SelectMany(line => StyledText.Wrap(line, Math.Max(8, width - 4))).ToList();
        var box = canvas.Within(canvas.Bounds.Centered(width, Math.Min(canvas.Height, lines.Count + 5)));
        box.Fill(Paper.Raised);
        var inside = box.Box(box.Bounds, new(Frame, Paper.Raised), new StyledLine(title, new TextStyle(Ink.Strong, Paper.Raised, Effects.Bold))).Inset(1, 0);
        var text = box.Within(inside.LowerCut(2).TopCut(inside.Height > lines.Count + 2 ? 1 : 0));
        for (var y = 0; y < lines.Count; y++)
        {
            text.Line(0, y, new StyledLine(lines[y].Spans) { Fill = Paper.Raised });
        }
        var x = inside.X;
        for (var i = 0; i < choices.Count; i++)
        {
            var end = box.Line(x, inside.Bottom - 1, Label(choices[i], i == _selected));
            _buttons[i] = new Rect(x, inside.Bottom - 1, end - x, 1).Move(box.Area.X, box.Area.Y);
            x = end + 1;
        }
    }

    public bool OnKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c'))
        {
            Closed();
        }
        else if (key == Key.Enter)
        {
            Choose(_selected);
        }
        else if (key == Key.Tab || key.Code is KeyCode.Right or KeyCode.Down)
        {
            _selected = (_selected + 1) % choices.Count;
        }
        else if (key == Key.ShiftTab || key.Code is KeyCode.Left or KeyCode.Up)
        {
            _selected = (_selected + choices.Count - 1) % choices.Count;
        }
        else
        {
            for (var i = 0; i < choices.Count; i++)
            {
                if (choices[i].Key == key)
                {
                    Choose(i);
                    break;
                }
            }
        }
        return true;
    }

    public bool OnMouse(MouseEvent mouse)
    {
        var at = Array.FindIndex(_buttons, button => button.Contains(mouse.X, mouse.Y));
        if (mouse.IsClick && at >= 0)
        {
            Choose(at);
        }
        return true;
    }

    private void Choose(int at)
    {
        Closed();
        choices[at].Run();
    }

    private static StyledLine Label(DialogChoice choice, bool isSelected)
    {
        var paper = isSelected ? Paper.Selected : Paper.Raised;
        return new([new($" {choice.Key} ", new(Ink.Accent, paper, Effects.Bold)), new($"{choice.Label} ", new(isSelected ? Ink.Selected : Ink.Default, paper))]);
    }
}
