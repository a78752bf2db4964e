using System.Runtime.CompilerServices;
using System.Text;
using Pryx.Core.Configuration;
using Pryx.Testing;
using Pryx.Tui.Driver;
using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tests.Tui;

/// <summary>A view on a virtual terminal, with a clock that stands still: what is typed, and what is then seen.</summary>
internal sealed class TuiBench : IDisposable
{
    private static readonly TimeSpan _frame = TimeSpan.FromMilliseconds(50);
    private readonly InputDecoder _decoder;

    public TuiBench(IView root, int width = 80, int height = 24, AppOptions? options = null)
    {
        Terminal = new VirtualTerminal(width, height);
        _decoder = new InputDecoder(Time);
        App = new App(Terminal, root, options ?? new AppOptions { Traits = new TerminalTraits { Term = "xterm-256color", ColorTerm = "truecolor" } }, Time);
        App.Begin();
        Settle();
    }

    public FakeTime Time { get; } = new();
    public VirtualTerminal Terminal { get; }
    public App App { get; }
    public bool HasEnded { get; private set; }

    /// <summary>What a person sees, without blanks at the ends of rows.</summary>
    public string Frame => Terminal.Grid.Text;

    public TuiBench Press(params ReadOnlySpan<Key> keys)
    {
        foreach (var key in keys)
        {
            Terminal.Receive(new KeyEvent(key));
            Settle();
        }
        return this;
    }

    public TuiBench Type(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Press(rune.Value == '\n' ? Key.Enter : Key.Of(rune));
        }
        return this;
    }

    public TuiBench Paste(string text) => Receive(new PasteEvent(text));

    public TuiBench Click(int x, int y) => Receive(new MouseEvent(MouseAction.Press, MouseButton.Left, x, y));

    public TuiBench Wheel(int x, int y, bool isUp) => Receive(new MouseEvent(isUp ? MouseAction.WheelUp : MouseAction.WheelDown, MouseButton.None, x, y));

    /// <summary>What a keyboard sends, as bytes.</summary>
    public TuiBench Send(string bytes)
    {
        var events = new List<InputEvent>();
        _decoder.Feed(Encoding.UTF8.GetBytes(bytes), events);
        events.ForEach(Terminal.Receive);
        Settle();
        return this;
    }

    public TuiBench Resize(int width, int height)
    {
        Terminal.Resize(width, height);
        Settle();
        return this;
    }

    public TuiBench Advance(TimeSpan by)
    {
        Time.Advance(by);
        Settle();
        return this;
    }

    /// <summary>Until the screen shows a text; the work for it may be done by other threads.</summary>
    public async Task<TuiBench> ShowsAsync(string text) => await UntilAsync(() => Frame.Contains(text, StringComparison.Ordinal), $"The screen did not show \"{text}\"");

    public async Task<TuiBench> UntilAsync(Func<bool> isTrue, string what = "It did not happen")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!isTrue())
        {
            Assert.False(limit.IsCancellationRequested, $"{what}. It shows:\n{Frame}");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
            Settle();
        }
        return this;
    }

    /// <summary>The screen is what NAME.snap.txt beside the test says. Renewed by PRYX_SNAPSHOT=1.</summary>
    public TuiBench Snapshot(string name, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(SourceTree.PathOf(test))!, "Snapshots", $"{name}.snap.txt");
        // Where a spinner stands depends on how long the screen was waited for.
        var now = string.Concat(Frame.Select(static sign => sign is >= '\u2801' and <= '\u28FF' ? '⠋' : sign)) + "\n";
        if (EnvironmentSettings.Read("PRYX_SNAPSHOT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, now);
        }
        Assert.True(File.Exists(path), $"There is no {path} yet. Run this test with PRYX_SNAPSHOT=1 and look at it. It would be:\n{now}");
        Assert.Equal(File.ReadAllText(path), now);
        return this;
    }

    public void Dispose()
    {
        App.Dispose();
        Terminal.Dispose();
    }

    private TuiBench Receive(InputEvent input)
    {
        Terminal.Receive(input);
        Settle();
        return this;
    }

    private void Settle()
    {
        HasEnded |= App.Turn();
        // Past the pause between two frames.
        Time.Advance(_frame);
        HasEnded |= App.Turn();
    }
}
