using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Sessions;
using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens;
using Pryx.Tui.Shell;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>The chat: transcript, plan, question, input, and one line about it all. It only divides the room and says who gets a key.</summary>
internal sealed class ChatScreen : IScreen, IDisposable
{
    private readonly TuiContext _ui;
    private readonly ChatState _state = new();
    private readonly ChatFeed _feed;
    private readonly ChatActions _actions;
    private readonly TranscriptBlocks _blocks;
    private readonly EntryText _text;
    private readonly ScrollView _view;
    private readonly ChatSearch _search;
    private readonly ChatInput _input;
    private readonly ChatNews _news;
    private readonly ApprovalCardView _card;
    private readonly ChatCommands _commands;
    private IDisposable? _ticking;
    private string? _mode;
    private bool _stopsNext;

    public ChatScreen(TuiContext ui)
    {
        _ui = ui;
        _feed = new ChatFeed(ui.Core, ui.Link, _state, ui.App, ui.Time);
        _actions = new ChatActions(ui, _state, _feed);
        _text = new EntryText(ui.Time);
        _blocks = new TranscriptBlocks(_state.Transcript, _text);
        _view = new ScrollView(_blocks);
        _search = new ChatSearch(_state, _blocks, _view);
        _commands = new ChatCommands(ui, _state, _actions, new ChatPickers(ui, _state, _actions), this);
        _input = new ChatInput(ui, _state, _commands, SendText);
        _card = new ApprovalCardView(_state, new TypeAhead(ui.Time), ui.App.After, Chosen, key => _input.Editor.OnKey(key));
        _news = new ChatNews(ui, _state);
        _state.Asked += _actions.FetchApproval;
        _state.TurnEnded += _news.Ended;
        _actions.Unsent += _input.Return;
        _feed.Changed += OnChanged;
        ui.Link.Connected += _ => OnConnected();
        ui.App.KeepsInterrupts = () => _state.Turn is { IsStopping: false };
        Tick();
    }

    public string Name => "Chat";
    public bool TakesText => !_search.IsBrowsing;
    public ChatState State => _state;
    public IReadOnlyList<SlashCommand> Commands => _commands.All;

    /// <summary>Nobody has written anything yet.</summary>
    public bool IsUntouched => _input.IsEmpty && _state.Transcript.Entries.Count == 0;

    public IReadOnlyList<(string Keys, string What)> Hints =>
    [
        ("Enter", "send; while a turn runs: steer it"), ("Tab", "while a turn runs: queue what is typed"), ("Shift+Enter, Ctrl+J", "new line"),
        ("Esc", "stop the turn; else look back"), ("↑ ↓", "earlier messages"), ("Ctrl+O", "open or close the newest card"), ("Ctrl+T", "show what the model thinks"),
        ("Ctrl+F", "search"), ("Alt+↑ Alt+↓", "the turn before, after"), ("PgUp PgDn, Ctrl+↑ Ctrl+↓", "scroll"), ("Ctrl+Y in the look back: c", "copy a block"),
        ("Ctrl+G, Ctrl+X Ctrl+E", "write in your editor"), ("Shift+Tab", "plan mode on, off"), ("y n s a e ?", "answer a question (Alt+ while you type)"),
    ];

    public void Show()
    {
        _ui.App.Signals.Title(_state.Session is { } session ? $"Pryx · {session.Title}" : "Pryx");
        Tick();
    }

    public void Open(SessionId session)
    {
        _search.Leave();
        _feed.Follow(session);
    }

    public void BeginNew()
    {
        _actions.New();
        _search.Leave();
    }

    public void SendText(string text, Delivery delivery)
    {
        if (_state.Approvals.Count > 0 && Answers(text))
        {
            return;
        }
        if (!_commands.TryRun(text))
        {
            _actions.Send(text, delivery);
        }
        _view.ToEnd();
        Tick();
    }

    public void ToggleReasoning() => _text.ShowsReasoning = !_text.ShowsReasoning;

    public void BeginSearch(string words)
    {
        if (words.Length > 0)
        {
            _ui.Run(async cancellationToken =>
            {
                while (!_search.Find(words) && await _feed.FetchEarlierAsync(cancellationToken))
                {
                    // The words may stand in what has not been fetched yet.
                }
                if (_search.Marked is null)
                {
                    _ui.Toast($"\"{words}\" does not occur here.", Ink.Muted);
                }
            });
            return;
        }
        var prompt = new PromptBox("Search in this chat", "", BeginSearch);
        prompt.Closed = () => _ui.Remove(prompt);
        _ui.Push(prompt);
    }

    public void AttachFile(string path) => _input.Attach(path, _actions);

    public void Dispose() => _feed.Dispose();

    public void Draw(Canvas canvas)
    {
        _blocks.Refresh();
        var isTight = canvas.Height < 18;
        var inputHeight = _input.HeightFor(canvas.Width, Math.Max(1, canvas.Height / 3)) + 1;
        var isEmpty = _input.IsEmpty;
        var working = ChatStatus.Working(_state, _ui.Link, _ui.Time.GetUtcNow(), canvas.Width - 2);
        var most = Math.Max(6, (canvas.Height - inputHeight - 2) * 3 / 4);
        var cardHeight = _card.HeightFor(canvas.Width, most, isEmpty);
        var plan = cardHeight == 0 && !isTight && _state.Turn is not null && _state.Transcript.Plan.Count > 0 ? PlanText.Lines(_state.Transcript.Plan, canvas.Width - 4).Take(6).ToList() : [];
        var rows = canvas.Bounds.Rows(Length.Flex(), plan.Count, cardHeight, working is null ? 0 : 1, inputHeight, 1);
        DrawTranscript(canvas.Within(rows[0]));
        for (var i = 0; i < plan.Count; i++)
        {
            canvas.Within(rows[1]).Line(2, i, plan[i]);
        }
        _card.Draw(canvas.Within(rows[2]), isEmpty);
        if (working is not null)
        {
            canvas.Line(1, rows[3].Y, working);
        }
        _input.Draw(canvas.Within(rows[4]), _state, _actions, hasFocus: !_search.IsBrowsing);
        canvas.Line(1, rows[5].Y, _search.IsBrowsing ? BrowseHints(canvas.Width - 2) : ChatStatus.Line(_state, _actions, _ui, canvas.Width - 2));
        _input.DrawPopup(canvas);
    }

    public bool OnKey(Key key)
    {
        if (!IsStop(key))
        {
            _stopsNext = false;
        }
        return _input.OnPopupKey(key) || _card.OnKey(key, _input.IsEmpty) || OnChatKey(key) || (_search.IsBrowsing ? OnBrowseKey(key) : OnInputKey(key));
    }

    public bool OnPaste(string text)
    {
        _search.Leave();
        return _input.Editor.OnPaste(text);
    }

    public bool OnMouse(MouseEvent mouse)
    {
        if (_input.OnMouse(mouse))
        {
            return true;
        }
        if (mouse.IsClick && _view.BlockAt(mouse.X, mouse.Y) is { } at && _blocks.EntryAt(at.Block) is ToolEntry or ReasoningEntry or NoticeEntry { Detail: not null })
        {
            var entry = _blocks.EntryAt(at.Block);
            entry.Expand(entry.IsExpanded != true);
            return true;
        }
        return Scrolled(_view.OnMouse(mouse));
    }

    private bool OnChatKey(Key key)
    {
        if (IsStop(key))
        {
            return StopOrLeave(key);
        }
        switch (key)
        {
            case var _ when key == Key.Ctrl('o'):
                if (_card.Shown is { } approval && !_search.IsBrowsing)
                {
                    ShowWhole(approval);
                }
                else
                {
                    _search.Toggle();
                }
                return true;
            case var _ when key == Key.Ctrl('t'):
                ToggleReasoning();
                return true;
            case var _ when key == Key.Ctrl('f'):
                BeginSearch("");
                return true;
            case var _ when key == Key.ShiftTab:
                _actions.SetMode(!(_state.IsPlanning || _actions.NewIsPlanning));
                return true;
            case var _ when key.Is(KeyCode.Up, KeyModifiers.Alt) || key.Is(KeyCode.Down, KeyModifiers.Alt):
                _search.JumpTurn(key.Code == KeyCode.Up ? -1 : 1);
                return Scrolled(true);
            default:
                return Scrolled(_view.OnKey(key));
        }
    }

    private bool OnInputKey(Key key)
    {
        if (key == Key.Tab && _state.Turn is not null && !_input.IsEmpty)
        {
            _input.Submit(Delivery.Queue);
            return true;
        }
        return _input.OnKey(key);
    }

    private bool OnBrowseKey(Key key)
    {
        switch (key)
        {
            case var _ when key.Is(KeyCode.Up) || key.Is('k'):
                _search.Move(-1);
                return Scrolled(true);
            case var _ when key.Is(KeyCode.Down) || key.Is('j'):
                _search.Move(1);
                return true;
            case var _ when key == Key.Enter || key.Is(' ') || key.Is('o'):
                _search.Toggle();
                return true;
            case var _ when key.Is('c') || key.Is('y') || key == Key.Ctrl('y'):
                Copy();
                return true;
            case var _ when key.Is('n') || key.Is('N'):
                if (_search.Words is { } words && !_search.Find(words, key.Is('n') ? -1 : 1))
                {
                    _ui.Toast("No more of it.", Ink.Muted);
                }
                return true;
            case var _ when key.Is('[') || key.Is(']'):
                _search.JumpTurn(key.Is('[') ? -1 : 1);
                return Scrolled(true);
            case var _ when key.Is('/'):
                BeginSearch("");
                return true;
            case var _ when key.Is('i'):
                _search.Leave();
                return true;
            default:
                return false;
        }
    }

    private static bool IsStop(Key key) => key == Key.Escape || key == Key.Ctrl('c');

    /// <summary>Esc looks back, or stops a turn at its second press; Ctrl+C stops, clears, leaves – in this order.</summary>
    private bool StopOrLeave(Key key)
    {
        if (_search.IsBrowsing)
        {
            _search.Leave();
            return true;
        }
        if (_state.Turn is { IsStopping: false })
        {
            if (key == Key.Escape && !_stopsNext)
            {
                _stopsNext = true;
                _ui.Toast("Esc once more stops the turn.", Ink.Warning);
                return true;
            }
            _stopsNext = false;
            _actions.Stop();
            return true;
        }
        if (!_input.IsEmpty)
        {
            if (key == Key.Ctrl('c'))
            {
                _input.Clear();
                _ui.Toast("Ctrl+C once more leaves.", Ink.Muted);
            }
            return true;
        }
        if (key == Key.Escape)
        {
            _search.Browse();
            return true;
        }
        _ui.Toast(_state.Turn is null ? "Ctrl+C once more leaves." : "Ctrl+C once more leaves; the turn goes on.", Ink.Muted);
        return true;
    }

    private void Chosen(Approval approval, char key)
    {
        if (key == 'e')
        {
            _input.EditArguments(approval, edited => _actions.Answer(approval, ApprovalAnswer.Approve(_ui.Principal) with { EditedArgs = edited }));
            return;
        }
        var reason = key == 'n' && !_input.IsEmpty ? _input.TakeText() : null;
        if (CardChoice.Answer(approval, key, _ui.Principal, reason) is { } answer)
        {
            _actions.Answer(approval, answer);
        }
    }

    /// <summary>Words that are the answer to the question that waits: free text to a question, a plain yes or no to a card.</summary>
    private bool Answers(string text)
    {
        var approval = _state.Approvals[0];
        var word = text.Trim().ToLowerInvariant();
        if (approval.Kind == ApprovalKind.Question && !text.StartsWith('/'))
        {
            var isNumber = int.TryParse(word, out var number) && number >= 1 && number <= approval.Choices.Count;
            _actions.Answer(approval, ApprovalAnswer.Approve(_ui.Principal) with { Text = isNumber ? approval.Choices[number - 1] : text });
            return true;
        }
        if (word is "y" or "yes" or "n" or "no" && CardChoice.Answer(approval, word[0], _ui.Principal, null) is { } answer)
        {
            _actions.Answer(approval, answer);
            return true;
        }
        return false;
    }

    private void Copy()
    {
        if (_search.Marked is { } entry)
        {
            _ui.Toast(_ui.App.Signals.Copy(entry.Source) ? "Copied." : "Too long for the terminal's clipboard.", Ink.Success);
        }
    }

    private void ShowWhole(Approval approval)
    {
        var box = new TextBox(CardText.Title(approval, 1), CardText.Preview(approval, 100));
        box.Closed = () => _ui.Remove(box);
        _ui.Push(box);
    }

    private bool Scrolled(bool wasHandled)
    {
        if (wasHandled && _view.FirstVisible == 0 && _feed.HasEarlier)
        {
            _ui.Run(async cancellationToken =>
            {
                var before = _blocks.Count;
                if (await _feed.FetchEarlierAsync(cancellationToken))
                {
                    _blocks.Refresh();
                    _view.ScrollTo(_blocks.Count - before + _view.FirstVisible);
                    _view.Selected += _view.Selected is null ? 0 : _blocks.Count - before;
                }
            });
        }
        return wasHandled;
    }

    private void DrawTranscript(Canvas canvas)
    {
        if (_blocks.Count == 0)
        {
            var lines = WelcomeText.Lines(_state, _actions, _ui, _mode, null, canvas.Width - 2, canvas.Height);
            for (var y = 0; y < lines.Count && y < canvas.Height; y++)
            {
                canvas.Line(1, y, lines[y]);
            }
            return;
        }
        _view.Draw(canvas);
    }

    private StyledLine BrowseHints(int width) => KeyHints.Line(width, ("↑↓", "choose"), ("Enter", "open"), ("c", "copy"), ("[ ]", "turns"), ("/", "search"), (_search.Words is null ? "1-9" : "n", _search.Words is null ? "screens" : "next"), ("Esc", "back to the input"));

    private void OnChanged(IReadOnlyList<PryxEvent> events)
    {
        _news.Heard(events);
        foreach (var message in events.Count == 0 ? _state.Transcript.Entries.OfType<UserEntry>() : [])
        {
            _input.History.Add(message.Text);
        }
        _ui.App.Signals.Title(_state.Session is { } session ? $"{(_state.Turn is null ? "" : "● ")}Pryx · {session.Title}" : "Pryx");
        Tick();
    }

    private void OnConnected()
    {
        _commands.Fetch(_state.Session?.Workspace ?? _ui.Folder);
        _ui.Run(async cancellationToken =>
        {
            var facts = await ChatFacts.ReadAsync(_ui, cancellationToken);
            (_mode, _state.Model) = (facts.Mode, _state.Model ?? facts.Model);
        }, static _ => { });
    }

    // While something is at work its time is shown; otherwise nothing ticks.
    private void Tick()
    {
        var needs = _state.Turn is not null || _ui.Link.State != LinkState.Ready;
        if (needs && _ticking is null)
        {
            _ticking = _ui.App.Every(TimeSpan.FromMilliseconds(100), () =>
            {
                if (_state.Turn is null && _ui.Link.State == LinkState.Ready)
                {
                    _ticking?.Dispose();
                    _ticking = null;
                }
            });
        }
    }
}
