using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Pryx.Tui.Input;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Driver;

/// <summary>
/// The loop of a terminal program: one event after the other changes the views, then a frame is drawn. What views await goes on in
/// the loop, so that they need no locks. Nothing runs while nothing happens.
/// </summary>
internal sealed class App : IDisposable
{
    private readonly ITerminal _terminal;
    private readonly TimeProvider _time;
    private readonly AppOptions _options;
    private readonly Channel<object> _events = Channel.CreateUnbounded<object>(new() { SingleReader = true });
    private readonly FrameClock _clock;
    private readonly Ticks _ticks;
    private readonly Screen _screen;
    private readonly UiContext _context;
    private long? _interrupted;
    private int? _exit;
    private ExceptionDispatchInfo? _failure;

    public App(ITerminal terminal, IView root, AppOptions options, TimeProvider time)
    {
        (_terminal, Root, _options, _time) = (terminal, root, options, time);
        _ticks = new Ticks(time);
        _clock = new FrameClock(options, time, () => _events.Writer.TryWrite(_wake));
        _screen = new Screen(terminal, options.Theme, options.Traits.Depth);
        _context = new UiContext(Post);
        Signals = new TerminalSignals(terminal.Write, options.Traits);
    }

    private static readonly Action _wake = static () => { };

    public IView Root { get; set; }

    /// <summary>True while Ctrl+C means "stop that": a second press is then the view's as well.</summary>
    public Func<bool> KeepsInterrupts { get; set; } = static () => false;

    /// <summary>The window's title, the clipboard, the bell, notices.</summary>
    public TerminalSignals Signals { get; }

    /// <summary>False while the person looks at another window; terminals that do not tell are taken as looked at.</summary>
    public bool HasTerminalFocus { get; private set; } = true;

    public (int Width, int Height) Size => (_screen.Width, _screen.Height);

    public Theme Theme
    {
        get => _screen.Theme;
        set
        {
            _screen.Theme = value;
            Redraw();
        }
    }

    /// <summary>From any thread: runs in the loop, then a frame is drawn.</summary>
    public void Post(Action action) => _events.Writer.TryWrite(action);

    /// <summary>Begins work in the loop. What it throws besides cancellation is a bug: it ends the loop and comes out of <see cref="RunAsync"/>.</summary>
    public void Start(Func<Task> work) => Post(async () =>
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // Given up by whoever began it.
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
            Stop(1);
        }
    });

    /// <summary>In the loop, where no key or posted action is the reason: draws a frame soon.</summary>
    public void Invalidate() => _clock.Ask(Urgency.Stream);

    /// <summary>Draws everything anew (Ctrl+L), for when another program wrote on the screen.</summary>
    public void Redraw()
    {
        _screen.Forget();
        _clock.Ask(Urgency.Key);
    }

    /// <summary>In the loop: runs an action again and again until it is disposed. Without any the loop has no timer.</summary>
    public IDisposable Every(TimeSpan interval, Action action) => _ticks.Add(interval, action, isOnce: false);

    /// <summary>In the loop: runs an action once, later, unless it is disposed before.</summary>
    public IDisposable After(TimeSpan delay, Action action) => _ticks.Add(delay, action, isOnce: true);

    /// <summary>From any thread: ends the loop after what is being done.</summary>
    public void Stop(int exitCode = 0) => Post(() => _exit ??= exitCode);

    /// <summary>In the loop: gives the terminal back while another program (an editor) uses it.</summary>
    public async Task<T> LendTerminalAsync<T>(Func<Task<T>> use)
    {
        _clock.IsHeld = true;
        _terminal.Leave();
        try
        {
            return await use();
        }
        finally
        {
            _terminal.Enter(Receive);
            _clock.IsHeld = false;
            Redraw();
        }
    }

    /// <summary>
    /// Runs until <see cref="Stop"/>, the end of the terminal or cancellation; returns the exit code. The terminal is left as it was
    /// found also when a view throws.
    /// </summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Stop());
        Begin();
        try
        {
            while (!Turn())
            {
                _clock.SetAlarm(_ticks.Due);
                await _events.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            _terminal.Leave();
        }
        _failure?.Throw();
        return _exit ?? 0;
    }

    /// <summary>Takes the terminal and asks what it has to be asked. <see cref="RunAsync"/> does it; a test that turns the loop itself calls it.</summary>
    public void Begin()
    {
        _terminal.Enter(Receive);
        _screen.Resize(_terminal.Size);
        _clock.Ask(Urgency.Key);
        if (_options.FollowsTerminal)
        {
            if (_options.Traits.IsLight is { } isLight)
            {
                Theme = isLight ? Themes.Light : Themes.Dark;
            }
            else
            {
                _clock.HoldFor(_options.BackgroundWait);
            }
            Signals.AskForBackground();
        }
    }

    /// <summary>Does all that is waiting and draws when it is time to; true when the loop has ended.</summary>
    public bool Turn()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            while (_exit is null && _events.Reader.TryRead(out var next))
            {
                Do(next);
            }
            if (_exit is not null)
            {
                return true;
            }
            if (_ticks.Run())
            {
                _clock.Ask(Urgency.Stream);
            }
            if (_clock.IsDue)
            {
                _clock.Drawn();
                _screen.Draw(Root);
            }
            return false;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    public void Dispose()
    {
        _clock.Dispose();
        _terminal.Leave();
    }

    private void Receive(InputEvent input) => _events.Writer.TryWrite(input);

    private void Do(object next)
    {
        if (next is Action action)
        {
            action();
            if (action != _wake)
            {
                _clock.Ask(Urgency.Stream);
            }
            return;
        }
        _clock.Ask(Urgency.Key);
        switch (next)
        {
            case KeyEvent key:
                OnKey(key.Key);
                break;
            case PasteEvent paste:
                Root.OnPaste(paste.Text);
                break;
            case MouseEvent mouse:
                Root.OnMouse(mouse);
                break;
            case FocusEvent focus:
                HasTerminalFocus = focus.HasFocus;
                break;
            case ResizeEvent size:
                _screen.Resize((size.Width, size.Height));
                break;
            case ReplyEvent reply:
                OnReply(reply);
                break;
            case SuspendEvent { IsOver: true }:
                Return();
                break;
            case SuspendEvent:
                Suspend();
                break;
            case ClosedEvent closed:
                _exit ??= closed.ExitCode;
                break;
        }
    }

    private void OnKey(Key key)
    {
        var now = _time.GetTimestamp();
        if (key == Key.Ctrl('c'))
        {
            var isSecond = _interrupted is { } first && _time.GetElapsedTime(first, now) < _options.SecondPress;
            _interrupted = now;
            if ((isSecond && !KeepsInterrupts()) || !Root.OnKey(key))
            {
                _exit ??= 0;
            }
            return;
        }
        _interrupted = null;
        if (Root.OnKey(key))
        {
            return;
        }
        if (key == Key.Ctrl('z'))
        {
            Suspend();
        }
        else if (key == Key.Ctrl('l'))
        {
            Redraw();
        }
    }

    private void OnReply(ReplyEvent reply)
    {
        if (reply.Kind is not (ReplyKind.Background or ReplyKind.Attributes))
        {
            return;
        }
        _clock.HoldFor(TimeSpan.Zero);
        if (_options.FollowsTerminal && reply.Kind == ReplyKind.Background && TerminalColour.TryParse(reply.Text, out var background))
        {
            var theme = background.Luminance > 0.3 ? Themes.Light : Themes.Dark;
            if (theme != Theme)
            {
                Theme = theme;
            }
        }
    }

    private void Suspend()
    {
        _terminal.Leave();
        _terminal.Suspend();
        Return();
    }

    private void Return()
    {
        _terminal.Enter(Receive);
        _screen.Resize(_terminal.Size);
        Redraw();
    }
}
