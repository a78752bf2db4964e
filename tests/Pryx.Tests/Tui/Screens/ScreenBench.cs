using Pryx.Protocol.Errors;
using Pryx.Tui.Input;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens;
using Pryx.Tui.Widgets;

namespace Pryx.Tests.Tui.Screens;

/// <summary>One screen with its dialogs over it.</summary>
internal sealed class ScreenBench : IDisposable
{
    private readonly LayerStack _layers;

    public ScreenBench(ICoreLink link, Func<ScreenHost, IScreen> make, int width = 80, int height = 24)
    {
        _layers = new LayerStack(new Nothing());
        Bench = new TuiBench(_layers, width, height);
        Screen = make(new ScreenHost(Bench.App, link, "/home/you/project", _layers, Said.Add, Failed.Add, Bench.Time, TestContext.Current.CancellationToken));
        _layers.Bottom = Screen;
        Bench.App.Post(Screen.Show);
        Settle();
    }

    public TuiBench Bench { get; }
    public IScreen Screen { get; }
    public List<string> Said { get; } = [];
    public List<PryxException> Failed { get; } = [];
    public string Frame => Bench.Frame;

    public ScreenBench Press(params ReadOnlySpan<Key> keys)
    {
        Bench.Press(keys);
        return Settle();
    }

    public ScreenBench Type(string text)
    {
        Bench.Type(text);
        return Settle();
    }

    /// <summary>To the tab of a name.</summary>
    public ScreenBench To(string tab)
    {
        for (var i = 0; i < 6 && ((Pryx.Tui.Screens.Lists.TabbedScreen)Screen).Current.Name != tab; i++)
        {
            Press(new Key(KeyCode.Right));
        }
        return this;
    }

    /// <summary>What was begun may begin more, and what is read only after a rest is read.</summary>
    public ScreenBench Settle()
    {
        for (var i = 0; i < 6; i++)
        {
            Bench.Advance(TimeSpan.FromMilliseconds(50));
        }
        return this;
    }

    public ScreenBench Snapshot(string name)
    {
        Bench.Snapshot($"screens-{name}");
        return this;
    }

    public void Dispose() => Bench.Dispose();

    private sealed class Nothing : IView
    {
        public void Draw(Canvas canvas)
        {
        }
    }
}
