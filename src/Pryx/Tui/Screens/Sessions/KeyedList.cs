using Pryx.Protocol.Errors;
using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;
using Pryx.Tui.Text;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Sessions;

/// <summary>What is specific to a list: how it is read, how a row and its details look, and what its keys do.</summary>
internal sealed record ListKind<T>
{
    public required string Title { get; init; }

    /// <summary>Gets what is searched; empty for everything.</summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<T>>> ReadAsync { get; init; }
    public required Func<T, int, StyledLine> Row { get; init; }
    public Func<T, int, IReadOnlyList<StyledLine>>? Details { get; init; }

    /// <summary>Lines above the list, from what was read.</summary>
    public Func<IReadOnlyList<T>, int, IReadOnlyList<StyledLine>>? Head { get; init; }
    public IReadOnlyList<ListKey<T>> Keys { get; init; } = [];

    /// <summary>Core searches; otherwise the rows that are here are searched.</summary>
    public bool IsSearchedByCore { get; init; }
    public required string Empty { get; init; }

    /// <summary>Said where the list can not be read.</summary>
    public string? Failure { get; init; }

    /// <summary>Read again while it is looked at; null: only when asked.</summary>
    public TimeSpan? Refresh { get; init; }
}

/// <param name="Run">Gets the chosen item; the list is read again when it says so.</param>
internal sealed record ListKey<T>(Key Key, string Hint, Action<T> Run)
{
    /// <summary>Works also where nothing is chosen.</summary>
    public Action? Always { get; init; }
}

/// <summary>A list with details beside or below it, a search, and keys for what can be done with an item.</summary>
internal sealed class KeyedList<T> : IScreen
{
    private readonly TuiContext _ui;
    private readonly ListKind<T> _kind;
    private readonly ListView<T> _list;
    private readonly TextField _search = new() { Placeholder = "search" };
    private IReadOnlyList<T> _all = [];
    private PryxException? _failure;
    private IDisposable? _refreshing;
    private bool _isRead;
    private bool _isSearching;
    private int _asked;

    public KeyedList(TuiContext ui, ListKind<T> kind)
    {
        (_ui, _kind) = (ui, kind);
        _list = new ListView<T>(kind.Row) { HasFocus = true, EmptyText = new StyledLine(kind.Empty, Ink.Muted) };
        if (kind.Keys.FirstOrDefault(static key => key.Key == Key.Enter) is { } enter)
        {
            _list.Chosen = enter.Run;
        }
        _search.Changed = () => Searched();
    }

    public string Name => _kind.Title;
    public bool TakesText => _isSearching;
    public IReadOnlyList<(string Keys, string What)> Hints => [.. _kind.Keys.Select(static key => (NameOf(key.Key), key.Hint)), ("s", "search"), ("Ctrl+L", "read again")];

    public void Show()
    {
        Read();
        if (_kind.Refresh is { } every)
        {
            _refreshing?.Dispose();
            _refreshing = _ui.App.Every(every, Read);
        }
    }

    public void Hide() => _refreshing?.Dispose();

    /// <summary>Reads it anew.</summary>
    public void Read()
    {
        var ask = ++_asked;
        _ui.Run(async cancellationToken =>
        {
            await _ui.Link.WhenReadyAsync(cancellationToken);
            var read = await _kind.ReadAsync(_kind.IsSearchedByCore ? _search.Text : "", cancellationToken);
            if (ask == _asked)
            {
                (_all, _failure, _isRead) = (read, null, true);
                Filter();
            }
        }, failure => (_failure, _isRead) = (failure, true));
    }

    public void Draw(Canvas canvas)
    {
        var rows = canvas.Bounds.Rows(1, Length.Flex(), 1);
        DrawHead(canvas.Within(rows[0]));
        if (_failure is { } failure)
        {
            DrawFailure(canvas.Within(rows[1].Inset(1, 1)), failure);
        }
        else
        {
            DrawList(canvas.Within(rows[1]));
        }
        canvas.Line(1, rows[2].Y, _isSearching
            ? KeyHints.Line(canvas.Width - 2, ("Enter", "done"), ("Esc", "all"))
            : KeyHints.Line(canvas.Width - 2, [.. _kind.Keys.Select(static key => (NameOf(key.Key), key.Hint)), ("s", "search"), ("Tab", "next screen"), ("Esc", "chat")]));
    }

    public bool OnKey(Key key)
    {
        if (_isSearching)
        {
            return OnSearchKey(key);
        }
        if (key.Is('s'))
        {
            _isSearching = true;
            return true;
        }
        foreach (var action in _kind.Keys)
        {
            if (action.Key == key && action.Always is { } always)
            {
                always();
                return true;
            }
            if (action.Key == key && _list.SelectedItem is { } item && _list.Items.Count > 0 && key != Key.Enter)
            {
                action.Run(item);
                return true;
            }
        }
        return _list.OnKey(key);
    }

    public bool OnPaste(string text) => _isSearching && _search.OnPaste(text);

    public bool OnMouse(MouseEvent mouse) => _list.OnMouse(mouse);

    private bool OnSearchKey(Key key)
    {
        if (key == Key.Escape || key == Key.Ctrl('c'))
        {
            _isSearching = false;
            _search.Clear();
            return true;
        }
        if (key == Key.Enter)
        {
            _isSearching = false;
            return true;
        }
        return key.Is(KeyCode.Up) || key.Is(KeyCode.Down) ? _list.OnKey(key) : _search.OnKey(key);
    }

    private void Searched()
    {
        if (_kind.IsSearchedByCore)
        {
            Read();
        }
        else
        {
            Filter();
        }
    }

    private void Filter()
    {
        var words = _search.Text;
        _list.Items = _kind.IsSearchedByCore || words.Length == 0 ? _all : [.. _all.Where(item => _kind.Row(item, 200).Text.Contains(words, StringComparison.OrdinalIgnoreCase))];
    }

    private void DrawHead(Canvas canvas)
    {
        var x = canvas.Text(1, 0, _kind.Title, new TextStyle(Ink.Heading).With(Effects.Bold));
        x = canvas.Text(x + 2, 0, _isRead && _failure is null ? $"{_list.Items.Count:N0}" : _isRead ? "" : "reading …", Ink.Faint);
        if (_isSearching || _search.Text.Length > 0)
        {
            canvas.Text(x + 2, 0, "/", Ink.Accent);
            _search.HasFocus = _isSearching;
            _search.Draw(canvas.Within(new(x + 4, 0, Math.Max(4, canvas.Width - x - 5), 1)));
        }
    }

    private void DrawFailure(Canvas canvas, PryxException failure)
    {
        var lines = new List<StyledLine> { new LineBuilder().Add("✗ ", Ink.Error).Add(_kind.Failure ?? $"{_kind.Title} can not be shown", new TextStyle(Ink.Error).With(Effects.Bold)).Build() };
        lines.AddRange(StyledText.Wrap(new StyledLine(failure.Message, Ink.Muted), canvas.Width));
        if (failure.Next is { } next)
        {
            lines.AddRange(StyledText.Wrap(new LineBuilder().Add("→ ", Ink.Accent).Add(next).Build(), canvas.Width));
        }
        for (var y = 0; y < lines.Count; y++)
        {
            canvas.Line(0, y, lines[y]);
        }
    }

    private void DrawList(Canvas canvas)
    {
        var head = _kind.Head?.Invoke(_all, canvas.Width - 2) ?? [];
        for (var y = 0; y < head.Count; y++)
        {
            canvas.Line(1, y + 1, head[y]);
        }
        var top = head.Count == 0 ? 1 : head.Count + 2;
        var area = canvas.Bounds.TopCut(top > canvas.Height - 4 ? 0 : top);
        if (_kind.Details is not { } details || _list.SelectedItem is not { } item || _list.Items.Count == 0)
        {
            _list.Draw(canvas.Within(area));
            return;
        }
        var isWide = canvas.Width >= 100;
        var parts = isWide ? area.Columns(Length.Flex(3), 1, Length.Flex(2)) : area.Rows(Length.Flex(3), 1, Length.Flex(2, 0, 10));
        _list.Draw(canvas.Within(parts[0]));
        canvas.Fill(parts[1], isWide ? "│" : "─", Ink.Border);
        var text = canvas.Within(isWide ? parts[2].Inset(1, 0) : parts[2].Inset(1, 0));
        var lines = details(item, text.Width);
        for (var y = 0; y < lines.Count && y < text.Height; y++)
        {
            text.Line(0, y, lines[y]);
        }
    }

    private static string NameOf(Key key) => key == Key.Enter ? "Enter" : key.ToString();
}
