using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens;

/// <summary>All keys, by screen; written from what the screens say of themselves.</summary>
internal sealed class HelpScreen : IScreen, IBlocks, IBlock
{
    private readonly Func<IReadOnlyList<IScreen>> _screens;
    private readonly ScrollView _view;

    public HelpScreen(Func<IReadOnlyList<IScreen>> screens)
    {
        _screens = screens;
        _view = new ScrollView(this);
    }

    public string Name => "Help";
    public IReadOnlyList<(string Keys, string What)> Hints => [];
    public int Count => 1;
    public int Version => 0;
    public IBlock this[int index] => this;

    public void Show() => _view.ScrollTo(0);

    public void Draw(Canvas canvas)
    {
        _view.Draw(canvas.Within(canvas.Bounds.LowerCut(1)));
        canvas.Line(1, canvas.Height - 1, KeyHints.Line(canvas.Width - 2, ("↑↓ PgUp PgDn", "scroll"), ("Esc", "chat"), ("Tab", "next screen")));
    }

    public bool OnKey(Key key)
    {
        if (key.Is(KeyCode.Up) || key.Is(KeyCode.Down))
        {
            _view.ScrollBy(key.Code == KeyCode.Up ? -1 : 1);
            return true;
        }
        return _view.OnKey(key);
    }

    public bool OnMouse(MouseEvent mouse) => _view.OnMouse(mouse);

    public IReadOnlyList<StyledLine> Lines(int width)
    {
        var lines = new List<StyledLine> { new("Keys", new TextStyle(Ink.Heading).With(Effects.Bold)) };
        Add(lines, width, "Everywhere",
        [
            ("Alt+1 … Alt+0", "the screens; without Alt where nothing is typed"), ("Tab, Shift+Tab", "next, previous screen (Shift+Tab in the chat: plan mode)"), ("Ctrl+P", "find everything: screens, commands"),
            ("Ctrl+L", "read and draw again"), ("?, F1", "this help"), ("Esc", "back to the chat"), ("Ctrl+C", "stop, clear, leave: the second press at the latest"), ("Ctrl+Z", "put Pryx into the background of the shell"),
        ]);
        foreach (var screen in _screens().Where(static screen => screen.Hints.Count > 0))
        {
            Add(lines, width, ScreenList.DigitOf(screen) is { } digit ? $"{screen.Name} (Alt+{digit})" : screen.Name, screen.Hints);
        }
        if (_screens().OfType<Chat.ChatScreen>().FirstOrDefault() is { } chat)
        {
            Add(lines, width, "Commands of the chat", [.. chat.Commands.Select(static command => ($"/{command.Name}{(command.Hint.Length > 0 ? " " + command.Hint : "")}", command.Description))]);
        }
        return lines;
    }

    private static void Add(List<StyledLine> lines, int width, string title, IReadOnlyList<(string Keys, string What)> hints)
    {
        const int Column = 26;
        lines.Add(StyledLine.Empty);
        lines.Add(new StyledLine(title, new TextStyle(Ink.Strong).With(Effects.Bold)));
        foreach (var hint in hints)
        {
            lines.AddRange(StyledText.Wrap(new LineBuilder().Add($"  {hint.Keys.PadRight(Column)}", Ink.Accent).Add(" " + hint.What, Ink.Muted).Build(), width, null, new StyledLine(new string(' ', Math.Min(Column + 3, width / 2)))));
        }
    }
}
