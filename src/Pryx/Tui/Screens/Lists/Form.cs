using Pryx.Protocol.Errors;
using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <param name="Hint">Shown while it is empty.</param>
internal sealed record FormField(string Label, string Hint = "", string Text = "", bool IsMasked = false);

/// <summary>A few texts to type over a screen. It stays open with what was wrong until they are taken, so that nothing is typed twice.</summary>
/// <param name="takeAsync">In the loop, with the texts in the order of the fields; a <see cref="PryxException"/> is shown.</param>
internal sealed class Form(ScreenHost host, string title, string about, IReadOnlyList<FormField> fields, Func<IReadOnlyList<string>, CancellationToken, Task> takeAsync) : IView
{
    private const int Widest = 76;
    private readonly TextField[] _editors = [.. fields.Select(static field => new TextField { Text = field.Text, Placeholder = field.Hint, IsMasked = field.IsMasked, Style = new(Ink.Default, Paper.Input) })];
    private int _at;
    private bool _isTaking;
    private PryxException? _error;

    public Action Closed { get; set; } = static () => { };

    public void Draw(Canvas canvas)
    {
        var width = Math.Min(Widest, canvas.Width - 2);
        var text = StyledText.Wrap(new(about, new TextStyle(Ink.Muted, Paper.Raised)), Math.Max(8, width - 4));
        List<StyledLine> wrong = _error is null ? [] : [.. Wrapped(_error.Message, Ink.Error, width), .. _error.Next is { } next ? Wrapped("→ " + next, Ink.Muted, width) : []];
        var box = canvas.Within(canvas.Bounds.Centered(width, Math.Min(canvas.Height, text.Count + (2 * fields.Count) + wrong.Count + 4)));
        box.Fill(Paper.Raised);
        var inside = box.Box(box.Bounds, new(Ink.BorderFocused, Paper.Raised), new StyledLine(title, new TextStyle(Ink.Strong, Paper.Raised, Effects.Bold))).Inset(1, 0);
        var y = inside.Y;
        // What a small window has no room for is the explanation, never a field.
        var spare = inside.Height - (2 * fields.Count) - wrong.Count - 1;
        foreach (var line in text.Take(Math.Max(0, spare)))
        {
            box.Line(inside.X, y++, line);
        }
        for (var i = 0; i < fields.Count; i++)
        {
            box.Text(inside.X, y++, fields[i].Label, new(i == _at ? Ink.Accent : Ink.Muted, Paper.Raised));
            var field = new Rect(inside.X, y++, inside.Width, 1);
            box.Fill(field, Paper.Input);
            _editors[i].HasFocus = i == _at;
            _editors[i].Draw(box.Within(field));
        }
        foreach (var line in wrong)
        {
            box.Line(inside.X, y++, line);
        }
        box.Line(inside.X, inside.Bottom - 1, new([.. KeyHints.Line(inside.Width, _isTaking ? [("…", "being taken")] : [("Enter", "take it"), ("Tab", "next"), ("Esc", "leave it")]).Spans.Select(static span => span with { Style = span.Style.On(Paper.Raised) })]));
    }

    public bool OnKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c'))
        {
            Closed();
        }
        else if (key == Key.Tab || key.Is(KeyCode.Down))
        {
            _at = (_at + 1) % _editors.Length;
        }
        else if (key == Key.ShiftTab || key.Is(KeyCode.Up))
        {
            _at = (_at + _editors.Length - 1) % _editors.Length;
        }
        else if (key == Key.Enter && _at < _editors.Length - 1 && _editors[_at + 1].Text.Length == 0)
        {
            _at++;
        }
        else if (key == Key.Enter)
        {
            Take();
        }
        else
        {
            _editors[_at].OnKey(key);
        }
        return true;
    }

    public bool OnPaste(string text) => _editors[_at].OnPaste(text);

    public bool OnMouse(MouseEvent mouse)
    {
        var at = Array.FindIndex(_editors, editor => editor.OnMouse(mouse));
        _at = at >= 0 ? at : _at;
        return true;
    }

    private void Take()
    {
        if (_isTaking)
        {
            return;
        }
        (_isTaking, _error) = (true, null);
        host.App.Start(async () =>
        {
            try
            {
                await takeAsync([.. _editors.Select(static editor => editor.Text.Trim())], host.Stopping);
                Closed();
            }
            catch (PryxException e)
            {
                _error = e;
            }
            finally
            {
                _isTaking = false;
                host.App.Invalidate();
            }
        });
    }

    private static List<StyledLine> Wrapped(string text, Ink ink, int width) => StyledText.Wrap(new(text, new TextStyle(ink, Paper.Raised)), Math.Max(8, width - 4));
}
