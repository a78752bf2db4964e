using Pryx.Testing;
using Pryx.Tui.Layout;
using Pryx.Tui.Rendering;

namespace Pryx.Tests.Tui;

public sealed class FrameTests
{
    [Fact]
    public void Any_frame_after_any_other_shows_what_was_drawn()
    {
        var random = new Random(3);
        string[] pieces = ["a", " ", "─", "你", "好", "🙂", "e\u0301", "ß", "ש", "\e", "word "];
        var (drawn, shown) = (new CellBuffer(30, 6), new CellBuffer(30, 6));
        var terminal = new VirtualTerminal(30, 6);
        var writer = new FrameWriter(Themes.Dark, ColourDepth.True);
        for (var round = 0; round < 400; round++)
        {
            drawn.Clear();
            var canvas = new Canvas(drawn);
            for (var i = random.Next(8); i > 0; i--)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => pieces[random.Next(pieces.Length)]));
                canvas.Text(random.Next(-4, 30), random.Next(6), text, new TextStyle((Ink)random.Next(8), (Paper)random.Next(4)));
            }
            terminal.Write(writer.Write(drawn, round == 0 ? null : shown));
            Assert.Equal(Text(drawn), terminal.Grid.Text);
            (drawn, shown) = (shown, drawn);
        }
    }

    [Theory]
    [InlineData("❤\uFE0F")]
    [InlineData("👩\u200D💻")]
    [InlineData("👨\u200D👩\u200D👧\u200D👦")]
    [InlineData("🇩🇪")]
    [InlineData("👍🏽")]
    public void What_stands_behind_an_emoji_of_unsure_width_stands_where_it_should(string emoji)
    {
        var terminal = Shown(new CellBuffer(20, 1), canvas => canvas.Text(0, 0, $"{emoji} ok|"));
        Assert.Equal("|", Column(terminal, 5));
        Assert.Equal("k", Column(terminal, 4));
        Assert.Equal("o", Column(terminal, 3));
    }

    [Fact]
    public void Nothing_is_written_when_nothing_changed()
    {
        var writer = new FrameWriter(Themes.Dark, ColourDepth.True);
        var (one, two) = (new CellBuffer(10, 2), new CellBuffer(10, 2));
        new Canvas(one).Text(0, 0, "same");
        new Canvas(two).Text(0, 0, "same");
        Assert.NotEqual(0, writer.Write(one, null).Length);
        Assert.Equal(0, writer.Write(two, one).Length);
    }

    [Fact]
    public void One_letter_costs_one_letter()
    {
        var writer = new FrameWriter(Themes.Dark, ColourDepth.True);
        var (one, two) = (new CellBuffer(160, 50), new CellBuffer(160, 50));
        new Canvas(one).Fill(new Rect(0, 0, 160, 50), "x", Ink.Muted);
        new Canvas(two).Fill(new Rect(0, 0, 160, 50), "x", Ink.Muted);
        new Canvas(two).Text(7, 7, "y", Ink.Muted);
        writer.Write(one, null);
        Assert.InRange(writer.Write(two, one).Length, 1, 90);
    }

    [Theory]
    [InlineData(ColourDepth.None, "1")]
    [InlineData(ColourDepth.Sixteen, "91")]
    [InlineData(ColourDepth.Palette256, "38;5;210")]
    [InlineData(ColourDepth.True, "38;2;244;123;136")]
    internal void Each_depth_of_colour_has_its_own_codes(ColourDepth depth, string sgr)
    {
        var terminal = new VirtualTerminal(5, 1);
        var buffer = new CellBuffer(5, 1);
        new Canvas(buffer).Text(0, 0, "x", Ink.Error);
        terminal.Write(new FrameWriter(Themes.Dark, depth).Write(buffer, null));
        Assert.Equal(sgr, terminal.Grid.Sgr(0, 0));
    }

    [Theory]
    [InlineData("dark", 4.5)]
    [InlineData("light", 4.5)]
    [InlineData("high-contrast", 7.0)]
    public void Every_ink_can_be_read_on_its_paper(string name, double contrast)
    {
        var theme = Themes.All.Single(theme => theme.Name == name);
        Assert.True(theme.IsComplete);
        var ground = theme.Of(Paper.Default) is { IsTrue: true } own ? own : Colour.Rgb(theme.IsLight ? 0xFFFFFF : 0x14171D);
        foreach (var ink in Enum.GetValues<Ink>())
        {
            // Borders and faint text are not text to be read.
            if (theme.Of(ink).IsTrue && ink is not (Ink.Border or Ink.Faint or Ink.Selected))
            {
                Assert.True(theme.Of(ink).ContrastTo(ground) >= contrast, $"{name}: {ink} has {theme.Of(ink).ContrastTo(ground):0.0}");
            }
        }
        Assert.True(theme.Of(Ink.Selected).ContrastTo(theme.Of(Paper.Selected)) >= contrast, $"{name}: selected has {theme.Of(Ink.Selected).ContrastTo(theme.Of(Paper.Selected)):0.0}");
    }

    [Fact]
    public void A_link_leads_where_it_says_and_cannot_end_its_own_sequence()
    {
        var terminal = Shown(new CellBuffer(20, 1), canvas => canvas.Text(0, 0, "here", Ink.Link, "https://a.example/\e\\x y"));
        Assert.Equal(@"https://a.example/\xy", terminal.Grid.Link(0, 0));
        Assert.Equal("", terminal.Grid.Link(4, 0));
    }

    [Fact]
    public void Nothing_is_drawn_outside_of_its_part()
    {
        var terminal = Shown(new CellBuffer(12, 3), canvas =>
        {
            canvas.Fill(canvas.Bounds, ".", default);
            var part = canvas.Within(new(2, 1, 5, 1));
            part.Text(-1, 0, "你好你好你好");
            part.Text(0, 1, "below");
            part.Cursor(7, 0);
        });
        Assert.Equal("............", terminal.Grid.Row(0));
        Assert.Equal(".. 好你.....", terminal.Grid.Row(1));
        Assert.Equal("............", terminal.Grid.Row(2));
        Assert.DoesNotContain("?25", terminal.Modes);
    }

    [Fact]
    public void A_theme_of_ones_own_says_only_what_it_changes()
    {
        var theme = ThemeFile.Read("mine", "base: light # as a start\naccent: '#ff0000'\n# comment\nonPanel: none\n");
        Assert.Equal(Colour.Rgb(0xFF0000), theme.Of(Ink.Accent));
        Assert.True(theme.Of(Paper.Panel).IsNone);
        Assert.Equal(Themes.Light.Of(Ink.Error), theme.Of(Ink.Error));
        Assert.Equal(Colour.Ansi(4), ThemeFile.Read("mine", "{\n  \"link\": \"ansi:4\",\n  \"accent\": \"#123\"\n}\n").Of(Ink.Link));
        Assert.Contains("Line 1", Assert.Throws<FormatException>(() => ThemeFile.Read("mine", "accent: red")).Message, StringComparison.Ordinal);
        Assert.Contains("accentt", Assert.Throws<FormatException>(() => ThemeFile.Read("mine", "accentt: none")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_theme_that_cannot_be_read_is_told_and_the_others_are_there()
    {
        using var home = new TempHome();
        home.Write("themes/mine.yaml", "accent: \"#ff0000\"\n");
        home.Write("themes/broken.yaml", "accent: crimson\n");
        home.Write("themes/notes.txt", "no theme");
        var (themes, problems) = ThemeFolder.Read(home.PathOf("themes"));
        Assert.Equal("mine", Assert.Single(themes).Name);
        Assert.Contains("broken.yaml: Line 1", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Empty(ThemeFolder.Read(home.PathOf("nowhere")).Themes);
    }

    [Theory]
    [InlineData("xterm-256color", "truecolor", false, ColourDepth.True)]
    [InlineData("xterm-256color", null, false, ColourDepth.Palette256)]
    [InlineData("xterm", null, false, ColourDepth.Sixteen)]
    [InlineData("vt100", null, false, ColourDepth.None)]
    [InlineData("dumb", "truecolor", false, ColourDepth.None)]
    [InlineData("xterm-256color", "truecolor", true, ColourDepth.None)]
    internal void Colours_are_those_that_the_environment_promises(string term, string? colours, bool wantsNone, ColourDepth depth) =>
        Assert.Equal(depth, new TerminalTraits { Term = term, ColorTerm = colours, WantsNoColour = wantsNone }.Depth);

    [Fact]
    public void Parts_of_a_row_share_what_there_is()
    {
        var parts = new Rect(0, 0, 60, 15).Rows(1, Length.Flex(), 3, 1);
        Assert.Equal([1, 10, 3, 1], parts.Select(static part => part.Height));
        Assert.Equal([20, 40], new Rect(0, 0, 60, 1).Columns(Length.Flex(), Length.Flex(2)).Select(static part => part.Width));
        Assert.Equal([10, 50], new Rect(0, 0, 60, 1).Columns(Length.Flex(1, 0, 10), Length.Flex()).Select(static part => part.Width));
        Assert.Equal([2, 0, 0], new Rect(0, 0, 2, 1).Columns(5, Length.Flex(), 3).Select(static part => part.Width));
        Assert.Equal(61, new Rect(0, 0, 61, 1).Columns(Length.Flex(), Length.Flex(), Length.Flex()).Sum(static part => part.Width));
    }

    private static VirtualTerminal Shown(CellBuffer buffer, Action<Canvas> draw)
    {
        draw(new Canvas(buffer));
        var terminal = new VirtualTerminal(buffer.Width, buffer.Height);
        terminal.Write(new FrameWriter(Themes.Dark, ColourDepth.True).Write(buffer, null));
        return terminal;
    }

    private static string Text(CellBuffer buffer)
    {
        var rows = Enumerable.Range(0, buffer.Height).Select(y =>
        {
            var row = "";
            foreach (var cell in buffer.Row(y))
            {
                row += cell.Text;
            }
            return row.TrimEnd();
        });
        return string.Join('\n', rows).TrimEnd();
    }

    private static string Column(VirtualTerminal terminal, int x) => terminal.Grid.Cell(x, 0);
}
