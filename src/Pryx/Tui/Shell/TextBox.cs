using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Shell;

/// <summary>A text to be read, over a screen.</summary>
internal sealed class TextBox(string title, IReadOnlyList<StyledLine> lines) : IView
{
    private readonly ScrollView _view = new(new Document(lines));
    private bool _isDrawn;

    public Action Closed { get; set; } = static () => { };

    public void Draw(Canvas canvas)
    {
        if (!_isDrawn)
        {
            _view.ScrollTo(0);
            _isDrawn = true;
        }
        var box = canvas.Within(canvas.Bounds.Inset(Math.Min(4, canvas.Width / 20), Math.Min(2, canvas.Height / 10)));
        box.Fill(Paper.Default);
        for (var y = 0; y < box.Height; y++)
        {
            box.Text(0, y, new string(' ', box.Width), default);
        }
        var inside = box.Box(box.Bounds, Ink.BorderFocused, new StyledLine(title, new TextStyle(Ink.Strong).With(Effects.Bold)));
        _view.Draw(box.Within(inside.LowerCut(1)));
        box.Line(inside.X + 1, inside.Bottom - 1, KeyHints.Line(inside.Width - 2, ("↑↓ PgUp PgDn", "scroll"), ("Esc", "back")));
    }

    public bool OnKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c') || key == Key.Ctrl('o') || key == Key.Enter || key.Is('q'))
        {
            Closed();
        }
        else if (key.Is(KeyCode.Up) || key.Is(KeyCode.Down))
        {
            _view.ScrollBy(key.Code == KeyCode.Up ? -1 : 1);
        }
        else
        {
            _view.OnKey(key);
        }
        return true;
    }

    public bool OnMouse(MouseEvent mouse) => _view.OnMouse(mouse);

    private sealed class Document(IReadOnlyList<StyledLine> lines) : IBlocks, IBlock
    {
        public int Count => 1;
        public int Version => 0;
        public IBlock this[int index] => this;

        public IReadOnlyList<StyledLine> Lines(int width) => [.. lines.SelectMany(line => StyledText.Wrap(line, width))];
    }
}
