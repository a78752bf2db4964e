using Pryx.Protocol.Errors;
using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <summary>
/// A list of things and what is known of the selected one: side by side where there is room, below where there is less, behind Enter
/// in a small window. A screen says what it reads, how a row and the details look, and what letters do.
/// </summary>
internal abstract class BrowseScreen<T> : IPart
    where T : class
{
    private const int WideFrom = 100;
    private const int TallFrom = 17;
    private static readonly TimeSpan _restTime = TimeSpan.FromMilliseconds(150);
    private readonly ListView<T> _list;
    private readonly Reading<T> _reading;
    private readonly DetailsView _details = new();
    private readonly TextField _filter = new() { Placeholder = "type to filter" };
    private IDisposable? _rest;
    private string? _shownKey;
    private bool _isFiltering;
    private bool _isOpen;
    private SplitLayout _split = SplitLayout.Of(new(0, 0, 80, 24), WideFrom, TallFrom);

    protected BrowseScreen(ScreenHost host)
    {
        Host = host;
        Work = new(host);
        Listing = new(KeyOf, WordsOf);
        _reading = new(host, Listing, () => Renewal, ReadAsync, Put);
        _list = new((item, width) => Row(item, width)) { HasFocus = true, SelectionChanged = Move, Chosen = _ => Open() };
        _filter.Changed = () => Narrow(_filter.Text);
    }

    public abstract string Name { get; }
    public bool TakesText => _isFiltering;

    public virtual IReadOnlyList<(string Keys, string What)> Hints =>
    [
        .. _isFiltering ? [("Enter", "keep"), ("Esc", "all")] : Array.Empty<(string, string)>(),
        .. _isOpen && !_isFiltering ? [("Esc", "back")] : Array.Empty<(string, string)>(),
        .. _isFiltering ? [] : ActionsOf(Selected).Select(static action => (action.Keys, action.What)),
        .. !_isFiltering && !_isOpen && !_split.HasDetails && Selected is not null ? [("Enter", "details")] : Array.Empty<(string, string)>(),
        .. _isFiltering ? [] : new[] { ("/", "filter"), ("R", "read again") },
    ];

    protected ScreenHost Host { get; }
    protected Work Work { get; }
    protected Listing<T> Listing { get; }
    protected T? Selected => _list.SelectedItem;

    /// <summary>What is selected at first; null for the first one.</summary>
    protected virtual string? FirstKey => null;

    /// <summary>How often it is read again while it is seen; null for never.</summary>
    protected virtual TimeSpan? Renewal => null;

    public void Show() => _reading.Show();

    public void Hide() => _reading.Hide();

    public void Draw(Canvas canvas)
    {
        DrawBody(canvas.Within(canvas.Bounds.LowerCut(1)));
        canvas.Line(1, canvas.Height - 1, KeyHints.Line(canvas.Width - 2, [.. Hints]));
    }

    public void DrawBody(Canvas canvas)
    {
        var rows = canvas.Bounds.Rows(1, Length.Flex(), Foot(canvas.Width).Count);
        DrawHead(canvas.Within(rows[0]));
        _split = SplitLayout.Of(rows[1], WideFrom, TallFrom);
        if (Listing.Error is not null && !Listing.IsRead || Listing.Shown.Count == 0)
        {
            DrawLines(canvas.Within(rows[1].Inset(1, 0)), Instead(rows[1].Width - 2));
        }
        else if (_isOpen && !_split.HasDetails)
        {
            _details.Draw(canvas.Within(rows[1].LeftCut(1)));
        }
        else
        {
            _list.Draw(canvas.Within(_split.List));
            if (_split.HasDetails)
            {
                canvas.Fill(_split.Border, _split.IsBeside ? "│" : "─", _details.HasFocus ? Ink.BorderFocused : Ink.Border);
                _details.Draw(canvas.Within(_split.Details));
            }
        }
        DrawLines(canvas.Within(rows[2].LeftCut(1)), Foot(canvas.Width));
    }

    public bool OnKey(Key key)
    {
        if (_isFiltering)
        {
            return OnFilterKey(key);
        }
        if (key.Is('/'))
        {
            (_isFiltering, _filter.HasFocus, _isOpen) = (true, true, false);
            return true;
        }
        if (key == Key.Escape)
        {
            return Back();
        }
        if (ActionsOf(Selected).FirstOrDefault(action => action.IsFor(key)) is { } action)
        {
            action.Run();
            return true;
        }
        if (key.Is('r') || key.Is('R'))
        {
            Work.Forget();
            Read();
            return true;
        }
        return _details.HasFocus || (_isOpen && !_split.HasDetails) ? _details.OnKey(key) : _list.OnKey(key);
    }

    public bool OnPaste(string text) => _isFiltering && _filter.OnPaste(text);

    public bool OnMouse(MouseEvent mouse)
    {
        if (_details.OnMouse(mouse))
        {
            if (mouse.IsClick && _split.HasDetails)
            {
                Focus(true);
            }
            return true;
        }
        if (mouse.IsClick)
        {
            Focus(false);
        }
        return _list.OnMouse(mouse);
    }

    /// <summary>Reads anew, beside the loop.</summary>
    protected void Read() => _reading.Read();

    protected abstract Task<IReadOnlyList<T>> ReadAsync(CancellationToken cancellationToken);

    protected abstract string KeyOf(T item);

    /// <summary>What the filter looks at.</summary>
    protected abstract string WordsOf(T item);

    protected abstract StyledLine Row(T item, int width);

    protected abstract Facts DetailsOf(T item);

    /// <summary>What there would be, and what to type for the first one.</summary>
    protected abstract Facts Empty { get; }

    protected virtual IReadOnlyList<ScreenAction> ActionsOf(T? item) => [];

    /// <summary>At the right of the first row: numbers of the whole.</summary>
    protected virtual StyledLine Summary => new(Listing.IsRead ? $"{Listing.Total}" : "", Ink.Muted);

    /// <summary>Another thing is selected: for details that have to be read.</summary>
    protected virtual void OnSelected(T item)
    {
    }

    protected virtual Facts ErrorOf(PryxException error) => new Facts().Title(error.Message, null).Text(error.Next is { } next ? "→ " + next : null, Ink.Muted).Text(error.TraceId is { } trace ? $"trace {trace}" : null, Ink.Faint);

    /// <summary>Details are made anew, where they were scrolled to.</summary>
    protected void Renew()
    {
        if (Selected is { } item)
        {
            _details.Show(DetailsOf(item), _shownKey == KeyOf(item));
            _shownKey = KeyOf(item);
        }
    }

    // By a key that may be held: what has to be read is read where it stops.
    private void Move()
    {
        Renew();
        _rest?.Dispose();
        _rest = Host.App.After(_restTime, () =>
        {
            if (Selected is { } item)
            {
                OnSelected(item);
            }
        });
    }

    private void Put()
    {
        var key = Selected is { } before ? KeyOf(before) : FirstKey;
        _list.Items = Listing.Shown;
        if (key is not null && Listing.PlaceOf(key) is >= 0 and var place && place != _list.Selected)
        {
            _list.Selected = place;
            _rest?.Dispose();
        }
        Renew();
        if (Selected is { } item)
        {
            OnSelected(item);
        }
    }

    private void Narrow(string filter)
    {
        Listing.Narrow(filter);
        Put();
    }

    private bool OnFilterKey(Key key)
    {
        if (key == Key.Escape || key == Key.Enter || key.Code is KeyCode.Up or KeyCode.Down)
        {
            (_isFiltering, _filter.HasFocus) = (false, false);
            if (key == Key.Escape)
            {
                _filter.Clear();
            }
            return key == Key.Escape || key == Key.Enter || _list.OnKey(key);
        }
        return _filter.OnKey(key) || key.IsText;
    }

    private bool Back()
    {
        if (_isOpen || _details.HasFocus)
        {
            _isOpen = false;
            Focus(false);
            return true;
        }
        if (Listing.Filter.Length > 0 || Work.Error is not null)
        {
            _filter.Clear();
            Work.Forget();
            return true;
        }
        return false;
    }

    private void Open()
    {
        if (_split.HasDetails)
        {
            Focus(true);
        }
        else
        {
            _isOpen = true;
        }
    }

    private void Focus(bool isDetails) => (_details.HasFocus, _list.HasFocus) = (isDetails, !isDetails);

    private void DrawHead(Canvas canvas)
    {
        if (_isFiltering || Listing.Filter.Length > 0)
        {
            var end = canvas.Text(1, 0, "/", Ink.Accent);
            _filter.Draw(canvas.Within(new(end, 0, Math.Max(1, canvas.Width - end - 14), 1)));
            canvas.Line(Math.Max(end, canvas.Width - 13), 0, StyledText.Pad(new($"{Listing.Shown.Count} of {Listing.Total}", Ink.Muted), 12, isRight: true));
            return;
        }
        canvas.Line(1, 0, StatusLine.Of(canvas.Width - 2, _reading.IsReading && !Listing.IsRead ? new("Reading…", Ink.Muted) : Heading, Summary));
    }

    /// <summary>At the left of the first row.</summary>
    protected virtual StyledLine Heading => new(Name, new TextStyle(Ink.Heading, Paper.Default, Effects.Bold));

    private IReadOnlyList<StyledLine> Instead(int width) =>
        Listing.Error is { } error && !Listing.IsRead ? ErrorOf(error).Lines(width)
        : !Listing.IsRead ? new Facts().Gap().Text("Reading…", Ink.Muted).Lines(width)
        : Listing.Filter.Length > 0 ? new Facts().Gap().Text($"Nothing here has “{Listing.Filter}” in it.").Text("Esc shows all again.", Ink.Muted).Lines(width)
        : Empty.Lines(width);

    private IReadOnlyList<StyledLine> Foot(int width) => Work.Foot(width, Listing.IsRead ? Listing.Error : null);

    private static void DrawLines(Canvas canvas, IReadOnlyList<StyledLine> lines)
    {
        for (var y = 0; y < lines.Count && y < canvas.Height; y++)
        {
            canvas.Line(0, y, lines[y]);
        }
    }
}
