using Pryx.Tui.Input;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tests.Tui;

public sealed class WidgetTests
{
    [Fact]
    public void A_list_of_a_hundred_thousand_makes_only_the_rows_that_are_seen()
    {
        var made = 0;
        var list = new ListView<int>((item, _) =>
        {
            made++;
            return new($"row {item}");
        }) { HasFocus = true, Items = [.. Enumerable.Range(0, 100_000)] };
        using var bench = new TuiBench(list, 20, 10);
        bench.Press(new Key(KeyCode.End));
        Assert.Contains("row 99999", bench.Frame, StringComparison.Ordinal);
        bench.Press(new Key(KeyCode.PageUp)).Press(new Key(KeyCode.Up)).Wheel(1, 1, isUp: true);
        Assert.Equal(99_999 - 12, list.Selected);
        Assert.InRange(made, 1, 60);
    }

    [Fact]
    public void A_list_is_clicked_and_chosen()
    {
        var chosen = "";
        var list = new ListView<string>((item, _) => new(item)) { HasFocus = true, Items = ["a", "b", "c"], Chosen = item => chosen += item };
        using var bench = new TuiBench(list, 20, 5);
        bench.Press(new Key(KeyCode.Down), Key.Enter);
        Assert.Equal("b", chosen);
        bench.Click(3, 2);
        Assert.Equal("b", chosen);
        bench.Click(3, 2);
        Assert.Equal("bc", chosen);
        list.Items = [];
        bench.Press(Key.Enter, new Key(KeyCode.Down));
        Assert.Contains("Nothing here.", bench.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_of_a_hundred_thousand_blocks_lays_out_only_what_is_seen()
    {
        var document = new Document(100_000);
        var view = new ScrollView(document);
        using var bench = new TuiBench(view, 40, 20);
        Assert.EndsWith("block 99999", bench.Frame.Split('\n').Last(static line => line.Contains("block", StringComparison.Ordinal)).TrimEnd(' ', '▐'), StringComparison.Ordinal);
        Assert.InRange(document.LaidOut, 1, 25);
        bench.Press(new Key(KeyCode.PageUp)).Press(new Key(KeyCode.Up, default, KeyModifiers.Ctrl));
        Assert.False(view.FollowsEnd);
        view.ScrollTo(50_000);
        bench.App.Invalidate();
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith(" block 50000", bench.Frame, StringComparison.Ordinal);
        Assert.InRange(document.LaidOut, 1, 80);
    }

    [Fact]
    public void A_document_that_grows_is_followed_until_one_looks_back()
    {
        var document = new Document(5);
        var view = new ScrollView(document);
        using var bench = new TuiBench(view, 40, 10);
        document.Count = 60;
        Redraw(bench);
        Assert.Contains("block 59", bench.Frame, StringComparison.Ordinal);
        bench.Wheel(1, 1, isUp: true);
        var looked = bench.Frame.Split('\n')[0];
        document.Count = 90;
        Redraw(bench);
        Assert.Equal(looked, bench.Frame.Split('\n')[0]);
        bench.Press(new Key(KeyCode.End, default, KeyModifiers.Ctrl));
        Assert.Contains("block 89", bench.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_changes_is_laid_out_again_and_only_it()
    {
        var document = new Document(5);
        using var bench = new TuiBench(new ScrollView(document), 40, 20);
        var before = document.LaidOut;
        document.Change(3, "changed");
        Redraw(bench);
        Assert.Contains("changed", bench.Frame, StringComparison.Ordinal);
        Assert.Equal(before + 1, document.LaidOut);
    }

    [Fact]
    public void Scrolling_there_and_back_shows_the_same()
    {
        var random = new Random(5);
        var document = new Document(200) { LinesOf = static index => (index % 7) + (index % 31 == 0 ? 40 : 0) };
        var view = new ScrollView(document);
        using var bench = new TuiBench(view, 40, 12);
        view.ScrollTo(100);
        Redraw(bench);
        var start = bench.Frame;
        var moved = 0;
        for (var i = 0; i < 200; i++)
        {
            var by = Math.Clamp(random.Next(-15, 16), -60 - moved, 60 - moved);
            view.ScrollBy(by);
            moved += by;
        }
        view.ScrollBy(-moved);
        Redraw(bench);
        Assert.Equal(start, bench.Frame);
    }

    [Fact]
    public void A_palette_finds_by_a_few_letters_and_runs_what_was_chosen()
    {
        var ran = "";
        Palette palette = null!;
        var layers = new LayerStack(new TextField());
        palette = new Palette("Commands", [new("New session", "starts over", "Ctrl+N", () => ran = "new"), new("Export session", null, null, () => ran = "export"), new("Settings", null, "5", () => ran = "settings")]) { Closed = () => layers.Pop() };
        layers.Push(palette);
        using var bench = new TuiBench(layers, 60, 15);
        bench.Snapshot("palette");
        bench.Type("exse");
        Assert.Contains("Export session", bench.Frame, StringComparison.Ordinal);
        Assert.DoesNotContain("Settings", bench.Frame, StringComparison.Ordinal);
        bench.Press(Key.Enter);
        Assert.Equal("export", ran);
        Assert.False(layers.HasLayers);
    }

    [Fact]
    public void Better_matches_come_first()
    {
        int Score(string query, string text) => Fuzzy.Match(query, text)!.Score;
        Assert.True(Score("sess", "Sessions") > Score("sess", "Assessment"));
        Assert.True(Score("ns", "New session") > Score("ns", "Transfer"));
        Assert.True(Score("pc", "PolicyCheck") > Score("pc", "Topic"));
        Assert.Null(Fuzzy.Match("xyz", "Sessions"));
        Assert.Equal([0, 4], Fuzzy.Match("ns", "New session")!.Positions);
        Assert.Equal([0, 1, 2, 3], Fuzzy.Match("SESS", "sess sess")!.Positions);
    }

    [Fact]
    public void A_dangerous_question_is_answered_no_unless_one_says_yes()
    {
        var isDone = false;
        var closed = 0;
        var dialog = Dialog.Confirm("Delete session", "It cannot be brought back.\nReally?", "Delete", () => isDone = true);
        dialog.Closed = () => closed++;
        using var bench = new TuiBench(dialog, 60, 15);
        bench.Snapshot("confirm");
        bench.Press(Key.Enter);
        Assert.False(isDone);
        bench.Press(Key.Of('x'), Key.Tab, Key.Enter);
        Assert.True(isDone);
        Assert.Equal(2, closed);
    }

    [Fact]
    public void A_popup_takes_only_the_keys_that_choose()
    {
        Completion? accepted = null;
        var popup = new CompletionPopup { Items = [new("/new"), new("/compact", "makes room")], Anchor = (3, 10), Accepted = item => accepted = item };
        using var bench = new TuiBench(popup, 60, 15);
        Assert.Contains("/compact  makes room", bench.Frame, StringComparison.Ordinal);
        Assert.False(popup.OnKey(Key.Of('x')));
        Assert.True(popup.OnKey(new Key(KeyCode.Down)));
        Assert.True(popup.OnKey(Key.Tab));
        Assert.Equal("/compact", accepted?.Text);
        Assert.False(popup.IsOpen);
        Assert.False(popup.OnKey(Key.Enter));
    }

    [Fact]
    public void A_table_gives_up_its_flexible_columns_first()
    {
        var table = new TableView<(string Name, int Cost)>(new("Name", static row => new(row.Name), Length.Flex()), new("Cost", static row => new($"{row.Cost}"), 6, IsRight: true)) { Items = [("first session", 12), ("second", 3456)] };
        using var bench = new TuiBench(table, 30, 4);
        bench.Snapshot("table");
        bench.Resize(16, 4);
        Assert.Contains("firs…", bench.Frame, StringComparison.Ordinal);
        Assert.Contains("3456", bench.Frame, StringComparison.Ordinal);
    }

    [Fact]
    public void Tab_goes_round_and_a_click_takes_the_focus_along()
    {
        var (one, two) = (new TextField(), new TextField());
        var ring = new FocusRing(one, two);
        Assert.True(one.HasFocus);
        ring.OnKey(Key.Tab);
        Assert.True(two.HasFocus && !one.HasFocus);
        ring.OnKey(Key.Tab);
        Assert.True(one.HasFocus);
        ring.OnKey(Key.ShiftTab);
        Assert.Same(two, ring.Focused);
    }

    [Fact]
    public void A_toast_goes_by_itself()
    {
        var toasts = new List<Toasts>();
        using var bench = new TuiBench(new Late(() => toasts.FirstOrDefault()), 40, 6);
        toasts.Add(new Toasts(bench.App.After));
        toasts[0].Show("Copied.", Ink.Success);
        Redraw(bench);
        Assert.Contains("Copied.", bench.Frame, StringComparison.Ordinal);
        bench.Advance(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain("Copied.", bench.Frame, StringComparison.Ordinal);
        Assert.Equal(0, bench.Time.WaitingTimers);
    }

    [Fact]
    public void Bars_are_as_long_as_what_they_stand_for()
    {
        Assert.Equal("█████░░░░░", Bars.Progress(0.5, 10).Text);
        Assert.Equal("░░░░", Bars.Progress(double.NaN, 4).Text);
        Assert.Equal("▁▄█ ", Bars.Spark([1, 4, 8, 0], 4).Text);
        Assert.Equal("··━━━·····", Bars.Gantt(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), 10).Text);
        Assert.Equal("█████░░░░░", Bars.Stack([(2, Ink.Accent), (3, Ink.Info)], 10, 10).Text);
    }

    [Fact]
    public void Hints_that_do_not_fit_are_left_out()
    {
        Assert.Equal("Enter send · Esc stop", KeyHints.Line(40, ("Enter", "send"), ("Esc", "stop"), ("Ctrl+P", "a long explanation")).Text);
        Assert.Equal("left is…", StatusLine.Of(8, new("left is long"), StyledLine.Empty).Text);
        Assert.Equal("le… 1.2%", StatusLine.Of(8, new("left"), new("1.2%")).Text);
    }

    private static void Redraw(TuiBench bench)
    {
        bench.App.Invalidate();
        bench.Advance(TimeSpan.FromMilliseconds(100));
    }

    private sealed class Late(Func<IView?> view) : IView
    {
        public void Draw(Canvas canvas) => view()?.Draw(canvas);
    }

    private sealed class Document(int count) : IBlocks
    {
        private readonly Dictionary<int, Block> _blocks = [];

        public int Count { get; set; } = count;
        public int LaidOut { get; private set; }
        public Func<int, int> LinesOf { get; init; } = static _ => 1;

        public IBlock this[int index] => _blocks.TryGetValue(index, out var block) ? block : _blocks[index] = new Block(this, index);

        public void Change(int index, string text)
        {
            var block = (Block)this[index];
            (block.Text, block.Version) = (text, block.Version + 1);
        }

        private sealed class Block(Document document, int index) : IBlock
        {
            public string Text { get; set; } = $"block {index}";
            public int Version { get; set; }

            public IReadOnlyList<StyledLine> Lines(int width)
            {
                document.LaidOut++;
                return [.. Enumerable.Range(0, document.LinesOf(index)).Select(line => new StyledLine(line == 0 ? Text : $"  {index}.{line}"))];
            }
        }
    }
}
