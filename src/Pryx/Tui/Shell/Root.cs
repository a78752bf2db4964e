using Pryx.Protocol;
using Pryx.Terminal;
using Pryx.Tui.Chat;
using Pryx.Tui.Driver;
using Pryx.Tui.Input;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Shell;

/// <summary>The whole: tabs, the screen that is chosen, what lies over it. It knows which screens there are and nothing of what they show.</summary>
internal sealed class Root : IView, IDisposable
{
    private readonly TuiContext _ui;
    private readonly LayerStack _layers;
    private Toasts? _toasts;
    private IReadOnlyList<IScreen> _screens = [];
    private ChatScreen? _chat;
    private IScreen? _current;

    public Root(ICoreLink core, CommandIo io)
    {
        _ui = new TuiContext(core, io)
        {
            ShowScreen = ShowNamed,
            OpenSession = Open,
            Push = layer => _layers!.Push(layer),
            Remove = layer => _layers!.Remove(layer),
            Toast = (text, ink) => _toasts?.Show(text, ink),
        };
        _layers = new LayerStack(new Nothing());
    }

    /// <summary>The folder's latest session is opened.</summary>
    public bool ContinuesLast { get; init; }

    /// <summary>Before the loop runs: makes the screens and begins to look for Core.</summary>
    public void Begin(App app, SessionId? session, CancellationToken ending)
    {
        _ui.Begin(app, ending);
        _toasts = new Toasts(app.After);
        _chat = new ChatScreen(_ui);
        _screens = [_chat, .. ScreenList.Of(_ui, Host(app, ending), () => _screens)];
        Switch(_chat);
        if (session is { } id)
        {
            _chat.Open(id);
        }
        else
        {
            _ui.Link.Connected += OnFirstConnected;
        }
        app.Start(() => _ui.Link.RunAsync(ending));
    }

    public void Draw(Canvas canvas)
    {
        if (_current is null)
        {
            return;
        }
        // In a small window the chat needs every row.
        var hasTabs = canvas.Height >= 16 || _current is not ChatScreen;
        if (hasTabs)
        {
            DrawTabs(canvas.Within(canvas.Bounds.Top(1)));
        }
        _layers.Bottom = _current;
        _layers.Draw(canvas.Within(canvas.Bounds.TopCut(hasTabs ? 1 : 0)));
        _toasts?.Draw(canvas.Within(canvas.Bounds.TopCut(1)));
    }

    public bool OnKey(Key key)
    {
        if (_layers.HasLayers)
        {
            return _layers.OnKey(key);
        }
        if (key == Key.Ctrl('p'))
        {
            OpenPalette("");
            return true;
        }
        if (key.Code == KeyCode.Letter && key.HasAlt && DigitOf(key) is { } place)
        {
            Switch(place);
            return true;
        }
        if (_current is not { } screen || screen.OnKey(key))
        {
            return true;
        }
        return OnShellKey(key, screen);
    }

    public bool OnPaste(string text) => _layers.HasLayers ? _layers.OnPaste(text) : _current?.OnPaste(text) == true;

    public bool OnMouse(MouseEvent mouse) => _layers.OnMouse(mouse);

    public void Dispose() => _chat?.Dispose();

    private bool OnShellKey(Key key, IScreen screen)
    {
        if (key == Key.Tab || key == Key.ShiftTab)
        {
            var tabs = _screens.Where(static one => ScreenList.DigitOf(one) is not null).ToList();
            var at = tabs.IndexOf(screen);
            Switch(tabs[(at + (key == Key.Tab ? 1 : tabs.Count - 1)) % tabs.Count]);
            return true;
        }
        if (key == Key.Ctrl('l'))
        {
            screen.Show();
            _ui.App.Redraw();
            return true;
        }
        if (!screen.TakesText && key.IsText)
        {
            if (DigitOf(key) is { } place)
            {
                Switch(place);
                return true;
            }
            if (key.Is('?') || key.Is('/') || key.Is('p') || key.Is('q'))
            {
                OnLetter((char)key.Rune.Value);
                return true;
            }
        }
        if (key.Is(KeyCode.F1))
        {
            ShowNamed("Help");
            return true;
        }
        if (key == Key.Escape || (key == Key.Ctrl('c') && screen != _chat))
        {
            Switch(_chat!);
            return key == Key.Escape;
        }
        return false;
    }

    private void OnLetter(char letter)
    {
        if (letter == '/')
        {
            OpenPalette("");
        }
        else if (letter == 'q')
        {
            Switch(_chat!);
        }
        else
        {
            ShowNamed(letter == 'p' ? "Models" : "Help");
        }
    }

    private IScreen? DigitOf(Key key) => key.Rune.Value is >= '0' and <= '9' ? _screens.FirstOrDefault(screen => ScreenList.DigitOf(screen) == (char)key.Rune.Value) : null;

    private void OpenPalette(string query)
    {
        var items = new List<PaletteItem>
        {
            new("New chat", "begin anew", "/new", () => { Switch(_chat!); _chat!.BeginNew(); }),
        };
        items.AddRange(_screens.Select(screen => new PaletteItem(screen.Name, "screen", ScreenList.DigitOf(screen) is { } digit ? $"Alt+{digit}" : null, () => Switch(screen))));
        items.AddRange(_chat!.Commands.Where(static command => command.Run is not null && command.Name is not ("new" or "help")).Select(command => new PaletteItem($"/{command.Name}", command.Description, null, () =>
        {
            Switch(_chat);
            command.Run!("");
        })));
        var palette = new Widgets.Palette("Everything", items, query);
        palette.Closed = () => _layers.Remove(palette);
        _layers.Push(palette);
    }

    private void ShowNamed(string title)
    {
        if (_screens.FirstOrDefault(screen => screen.Name.StartsWith(title, StringComparison.Ordinal)) is { } found)
        {
            Switch(found);
        }
    }

    private ScreenHost Host(App app, CancellationToken ending) => new(app, _ui.Core, _ui.Folder, _layers, text => _toasts?.Show(text, Ink.Success), failure =>
    {
        if (failure.Code == "CORE_GONE")
        {
            _ui.Link.Doubt();
        }
        _toasts?.Show($"{failure.Message}{(failure.Next is { } next ? $" → {next}" : "")}{(failure.TraceId is { } trace ? $" · trace {trace}" : "")}", Ink.Error);
    }, _ui.Time, ending);

    private void Open(SessionId session)
    {
        Switch(_chat!);
        _chat!.Open(session);
    }

    private void Switch(IScreen screen)
    {
        if (_current != screen)
        {
            _current?.Hide();
        }
        _current = screen;
        _layers.Bottom = screen;
        screen.Show();
    }

    // Whoever could not chat yet is led through the first steps.
    private void OnFirstConnected(bool isBack)
    {
        _ui.Link.Connected -= OnFirstConnected;
        _ui.Run(async cancellationToken =>
        {
            if (ContinuesLast && await _ui.Core.Client.FindLatestSessionAsync(_ui.Folder, cancellationToken) is { } latest)
            {
                _chat!.Open(latest.Id);
                return;
            }
            if (!(await ChatFacts.ReadAsync(_ui, cancellationToken)).IsReady && _chat!.State.Session is null && _chat.IsUntouched)
            {
                ShowNamed("Setup");
            }
        }, static _ => { });
    }

    private void DrawTabs(Canvas canvas)
    {
        var x = 1;
        foreach (var screen in _screens.Where(screen => ScreenList.DigitOf(screen) is not null || screen == _current))
        {
            var isCurrent = screen == _current;
            var label = ScreenList.DigitOf(screen) is { } digit ? $"{digit} {screen.Name}" : screen.Name;
            if (x + label.Length + 1 > canvas.Width)
            {
                break;
            }
            x = canvas.Text(x, 0, $" {label} ", isCurrent ? new TextStyle(Ink.Accent, Paper.Raised, Effects.Bold) : new TextStyle(Ink.Faint)) + (canvas.Width >= 100 ? 1 : 0);
        }
    }

    private sealed class Nothing : IView
    {
        public void Draw(Canvas canvas)
        {
        }
    }
}
