using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>Short notes in the upper right corner that go by themselves.</summary>
/// <param name="after">Runs an action later: the loop's.</param>
internal sealed class Toasts(Func<TimeSpan, Action, IDisposable> after) : IView
{
    private const int Most = 3;
    private const int Widest = 48;
    private static readonly TimeSpan _shown = TimeSpan.FromSeconds(4);
    private readonly List<Toast> _toasts = [];

    private sealed record Toast(string Text, Ink Ink);

    public void Show(string text, Ink ink = Ink.Info)
    {
        var toast = new Toast(text, ink);
        _toasts.Add(toast);
        if (_toasts.Count > Most)
        {
            _toasts.RemoveAt(0);
        }
        after(_shown, () => _toasts.RemoveAll(other => ReferenceEquals(other, toast)));
    }

    public void Draw(Canvas canvas)
    {
        var y = 0;
        foreach (var toast in _toasts)
        {
            var width = Math.Min(Math.Min(Widest, canvas.Width), TextWidth.Of(toast.Text, Widest) + 4);
            var lines = StyledText.Wrap(new StyledLine(toast.Text, new TextStyle(Ink.Default, Paper.Raised)), Math.Max(8, width - 4)).Take(3).ToList();
            var box = canvas.Within(new Rect(canvas.Width - width, y, width, lines.Count));
            box.Fill(Paper.Raised);
            for (var row = 0; row < lines.Count; row++)
            {
                box.Text(0, row, "▌", new(toast.Ink, Paper.Raised));
                box.Within(new(2, 0, Math.Max(0, width - 3), lines.Count)).Line(0, row, lines[row]);
            }
            y += lines.Count + 1;
        }
    }
}
