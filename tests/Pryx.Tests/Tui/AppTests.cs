using Pryx.Tui.Driver;
using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tests.Tui;

public sealed class AppTests
{
    private readonly Recorder _view = new();

    [Fact]
    public void The_second_press_of_Ctrl_C_leaves_whatever_the_view_says()
    {
        _view.Handles = true;
        using var bench = new TuiBench(_view);
        bench.Press(Key.Ctrl('c'));
        Assert.False(bench.HasEnded);
        bench.Press(Key.Ctrl('c'));
        Assert.True(bench.HasEnded);
    }

    [Fact]
    public void A_press_of_Ctrl_C_long_after_another_or_after_another_key_is_a_first_one()
    {
        _view.Handles = true;
        using var bench = new TuiBench(_view);
        bench.Press(Key.Ctrl('c')).Advance(TimeSpan.FromSeconds(3)).Press(Key.Ctrl('c')).Press(Key.Of('x')).Press(Key.Ctrl('c'));
        Assert.False(bench.HasEnded);
    }

    [Fact]
    public void A_running_turn_keeps_every_Ctrl_C()
    {
        _view.Handles = true;
        using var bench = new TuiBench(_view);
        bench.App.KeepsInterrupts = static () => true;
        bench.Press(Key.Ctrl('c'), Key.Ctrl('c'), Key.Ctrl('c'));
        Assert.False(bench.HasEnded);
    }

    [Fact]
    public void Ctrl_C_that_nobody_wants_leaves_at_once()
    {
        using var bench = new TuiBench(_view);
        Assert.True(bench.Press(Key.Ctrl('c')).HasEnded);
    }

    [Fact]
    public void Nothing_runs_while_nothing_happens()
    {
        using var bench = new TuiBench(_view);
        bench.Press(Key.Of('x')).Advance(TimeSpan.FromSeconds(1));
        var frames = bench.Terminal.Frames;
        bench.Advance(TimeSpan.FromHours(1));
        Assert.Equal(frames, bench.Terminal.Frames);
        Assert.Equal(0, bench.Time.WaitingTimers);
    }

    [Fact]
    public void A_stream_of_pieces_shares_frames_and_a_key_does_not_wait_for_them()
    {
        using var bench = new TuiBench(_view);
        bench.Advance(TimeSpan.FromSeconds(1));
        var drawn = _view.Drawn;
        for (var i = 0; i < 200; i++)
        {
            bench.App.Post(() => _view.Text = $"piece {i}");
            bench.App.Turn();
            bench.Time.Advance(TimeSpan.FromMilliseconds(5));
        }
        Assert.InRange(_view.Drawn - drawn, 20, 27);

        drawn = _view.Drawn;
        bench.App.Turn();
        bench.Time.Advance(TimeSpan.FromMilliseconds(20));
        bench.App.Turn();
        drawn = _view.Drawn;
        bench.Time.Advance(TimeSpan.FromMilliseconds(17));
        bench.Terminal.Receive(new KeyEvent(Key.Of('k')));
        bench.App.Turn();
        Assert.Equal(drawn + 1, _view.Drawn);
    }

    [Fact]
    public async Task The_loop_draws_by_itself_and_ends_with_its_exit_code()
    {
        using var terminal = new VirtualTerminal(40, 5);
        using var app = new App(terminal, _view, new AppOptions(), TimeProvider.System);
        var running = app.RunAsync(TestContext.Current.CancellationToken);
        app.Post(() => _view.Text = "posted");
        app.Start(async () =>
        {
            await Task.Yield();
            _view.Text = "awaited";
            app.After(TimeSpan.FromMilliseconds(60), () => app.Stop(7));
        });
        Assert.Equal(7, await running.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal("awaited", terminal.LastFrame);
        Assert.False(terminal.IsEntered);
    }

    [Fact]
    public async Task What_a_view_throws_leaves_the_terminal_as_it_was()
    {
        using var terminal = new VirtualTerminal(40, 5);
        var modes = terminal.Modes.ToList();
        using var app = new App(terminal, _view, new AppOptions(), TimeProvider.System);
        var running = app.RunAsync(TestContext.Current.CancellationToken);
        app.Post(static () => throw new InvalidOperationException("a bug"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        Assert.False(terminal.IsEntered);
        Assert.Equal(modes, terminal.Modes);
        Assert.Equal(0, terminal.KeyboardFlags);
        Assert.Equal("0", terminal.CursorShape);
    }

    [Fact]
    public async Task What_started_work_throws_comes_out_of_the_loop()
    {
        using var terminal = new VirtualTerminal(40, 5);
        using var app = new App(terminal, _view, new AppOptions(), TimeProvider.System);
        var running = app.RunAsync(TestContext.Current.CancellationToken);
        app.Start(static async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("a bug");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
        Assert.False(terminal.IsEntered);
    }

    [Fact]
    public void Ctrl_Z_stops_with_the_terminal_given_back_and_draws_anew_afterwards()
    {
        _view.Text = "here";
        using var bench = new TuiBench(_view);
        bench.Press(Key.Ctrl('z'));
        Assert.Equal(1, bench.Terminal.Suspensions);
        Assert.True(bench.Terminal.IsEntered);
        Assert.Equal("here", bench.Frame);
    }

    [Fact]
    public void A_new_size_is_drawn_at_once()
    {
        using var bench = new TuiBench(_view);
        bench.Resize(60, 15);
        Assert.Equal((60, 15), _view.Size);
        bench.Resize(160, 50);
        Assert.Equal((160, 50), _view.Size);
    }

    [Theory]
    [InlineData("rgb:ffff/ffff/ffff", "light")]
    [InlineData("rgb:1e1e/1e1e/2e2e", "dark")]
    [InlineData(null, "dark")]
    public void The_theme_follows_the_terminals_background(string? background, string theme)
    {
        using var terminal = new VirtualTerminal(40, 5) { Background = background };
        var time = new Testing.FakeTime();
        using var app = new App(terminal, _view, new AppOptions { FollowsTerminal = true, Traits = new TerminalTraits { Term = "xterm" } }, time);
        app.Begin();
        app.Turn();
        Assert.Equal(theme, app.Theme.Name);
        Assert.Equal(1, terminal.Frames);
    }

    [Fact]
    public void A_terminal_that_answers_nothing_is_not_waited_for_long()
    {
        using var terminal = new SilentTerminal();
        var time = new Testing.FakeTime();
        using var app = new App(terminal, _view, new AppOptions { FollowsTerminal = true, Traits = new TerminalTraits { Term = "xterm" } }, time);
        app.Begin();
        app.Turn();
        Assert.Equal(0, _view.Drawn);
        time.Advance(TimeSpan.FromMilliseconds(80));
        app.Turn();
        Assert.Equal(1, _view.Drawn);
    }

    [Fact]
    public void Titles_copies_and_notices_reach_the_terminal()
    {
        using var bench = new TuiBench(_view, options: new AppOptions { Traits = new TerminalTraits { Term = "tmux-256color", IsTmux = true } });
        bench.App.Signals.Title("a\e]0;b");
        Assert.True(bench.App.Signals.Copy("copied ä"));
        bench.App.Signals.Notify("Pryx", "done");
        Assert.Equal("a␛]0;b", bench.Terminal.Title);
        Assert.Equal(["copied ä"], bench.Terminal.Copied);
        Assert.Equal(["Pryx: done"], bench.Terminal.Notices);
        Assert.Equal(1, bench.Terminal.Bells);
        Assert.False(bench.App.Signals.Copy(new string('x', 100_000)));
    }

    private sealed class Recorder : IView
    {
        public string Text { get; set; } = "";
        public bool Handles { get; set; }
        public int Drawn { get; private set; }
        public (int Width, int Height) Size { get; private set; }

        public void Draw(Canvas canvas)
        {
            Drawn++;
            Size = (canvas.Width, canvas.Height);
            canvas.Text(0, 0, Text);
        }

        public bool OnKey(Key key) => Handles;
    }

    private sealed class SilentTerminal : ITerminal
    {
        public (int Width, int Height) Size => (40, 5);

        public void Enter(Action<InputEvent> receive)
        {
        }

        public void Leave()
        {
        }

        public void Write(ReadOnlySpan<byte> bytes)
        {
        }

        public bool Suspend() => false;

        public void Dispose()
        {
        }
    }
}
