using Pryx.Tui.Driver;
using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.TuiDemo;

/// <summary>Shows what the library can, and what it was sent.</summary>
internal sealed class DemoView : IView
{
    private static readonly string[] _samples = ["plain text", "你好, 世界", "❤\uFE0F heart", "👩\u200D💻 at work", "e\u0301 combined", "שלום right to left", "\e[31mhostile\u202E", "🇩🇪 flag 👍🏽"];
    private readonly TextEditor _editor = new() { HasFocus = true, Placeholder = "Write here" };
    private readonly List<string> _told = [];

    public App? App { get; set; }

    public void Draw(Canvas canvas)
    {
        var rows = canvas.Bounds.Rows(1, _samples.Length, 3, Length.Flex(), 1);
        canvas.Within(rows[0]).Line(0, 0, StatusLine.Of(canvas.Width, new("Demo", new TextStyle(Ink.Strong, Paper.Default, Effects.Bold)), new($"{canvas.Width}×{canvas.Height}", Ink.Muted)));
        for (var y = 0; y < _samples.Length; y++)
        {
            canvas.Text(0, rows[1].Y + y, _samples[y] + "|", y % 2 == 0 ? Ink.Default : Ink.Accent);
        }
        var box = canvas.Within(rows[2]);
        _editor.Draw(box.Within(box.Box(box.Bounds, Ink.BorderFocused)));
        var log = canvas.Within(rows[3]);
        foreach (var (line, y) in _told.TakeLast(log.Height).Select(static (line, y) => (line, y)))
        {
            log.Text(0, y, line, Ink.Muted);
        }
        canvas.Within(rows[4]).Line(0, 0, KeyHints.Line(canvas.Width, ("F2", "crash"), ("F3", "copy"), ("F4", "lend"), ("Ctrl+C", "leave")));
    }

    public bool OnKey(Key key)
    {
        switch (key.Code)
        {
            case KeyCode.F2:
                throw new InvalidOperationException("asked for");
            case KeyCode.F3:
                App!.Signals.Copy(_editor.Text);
                App.Signals.Title(_editor.Text);
                return true;
            case KeyCode.F4:
                App!.Start(async () => await App.LendTerminalAsync(async () =>
                {
                    await Console.Out.WriteLineAsync("lent to somebody");
                    return Console.ReadLine();
                }));
                return true;
        }
        if (key == Key.Ctrl('c') && _editor.Text.Length > 0 && !_told.Contains("press again"))
        {
            _told.Add("press again");
            return true;
        }
        if (_editor.OnKey(key))
        {
            return true;
        }
        _told.Add($"key {key}");
        return key != Key.Ctrl('c') && key != Key.Ctrl('z') && key != Key.Ctrl('l');
    }

    public bool OnPaste(string text)
    {
        _told.Add($"pasted {text.Length}");
        return _editor.OnPaste(text);
    }

    public bool OnMouse(MouseEvent mouse)
    {
        _told.Add($"{mouse.Action} {mouse.X},{mouse.Y}");
        return _editor.OnMouse(mouse);
    }
}
