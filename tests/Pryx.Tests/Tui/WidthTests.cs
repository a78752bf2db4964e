using System.Text;
using Pryx.Tui.Rendering;

namespace Pryx.Tests.Tui;

public sealed class WidthTests
{
    [Theory]
    [InlineData("plain", 5)]
    [InlineData("你好", 4)]
    [InlineData("ｆｕｌｌ", 8)]
    [InlineData("한국", 4)]
    [InlineData("e\u0301a", 2)]
    [InlineData("🙂", 2)]
    [InlineData("❤\uFE0F", 2)]
    [InlineData("❤", 1)]
    [InlineData("👩\u200D💻", 2)]
    [InlineData("👨\u200D👩\u200D👧\u200D👦!", 3)]
    [InlineData("🇩🇪", 2)]
    [InlineData("👍🏽", 2)]
    [InlineData("1\uFE0F\u20E3", 2)]
    [InlineData("שלום", 4)]
    [InlineData("नमस्ते", 4)]
    [InlineData("─│╭", 3)]
    [InlineData("\u0301", 1)]
    [InlineData("\u202E", 8)]
    [InlineData("a\tb", 6)]
    public void Width_is_what_terminals_show(string text, int width) => Assert.Equal(width, TextWidth.Of(text));

    [Theory]
    [InlineData("a\u202Eb", "a<U+202E>b")]
    [InlineData("\e[31m", "␛[31m")]
    [InlineData("a\u200Bb", "a<U+200B>b")]
    [InlineData("x\U000E0041\U000E0042", "x<U+E0041><U+E0042>")]
    [InlineData("a\uFE0F\uFE00\uFE01", "a\uFE0F◌\uFE00◌\uFE01")]
    [InlineData("\u0301x", "◌\u0301x")]
    [InlineData("two\r\nlines", "two⏎lines")]
    [InlineData("over\rwrite", "over␍write")]
    public void Nothing_is_hidden(string text, string shown) => Assert.Equal(shown, Shown(text));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("a\uFFFDb", Shown("a\uD800b"));

    [Fact]
    public void A_letter_with_thousands_of_marks_is_cut()
    {
        var shown = Shown("a" + new string('\u0301', 5000) + "b");
        Assert.EndsWith("b", shown, StringComparison.Ordinal);
        Assert.InRange(shown.Length, 2, 200);
    }

    [Fact]
    public void Wrapping_never_exceeds_the_width_and_loses_nothing_but_spaces()
    {
        var random = new Random(7);
        string[] pieces = ["a", " ", "你", "👩\u200D💻", "e\u0301", "❤\uFE0F", "  ", "word", "\t", "\u202E", "ש"];
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => pieces[random.Next(pieces.Length)]));
            var width = random.Next(9, 40);
            var rows = StyledText.Wrap(new StyledLine(text), width);
            Assert.All(rows, row => Assert.True(StyledText.Width(row) <= width, $"'{row.Text}' is wider than {width}"));
            Assert.Equal(WithoutBlanks(text), WithoutBlanks(string.Concat(rows.Select(static row => row.Text))));
        }
    }

    [Fact]
    public void A_line_of_ten_megabytes_costs_what_is_seen_of_it()
    {
        var buffer = new CellBuffer(80, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var text = new string('x', 10_000_000);
        var made = GC.GetAllocatedBytesForCurrentThread();
        new Canvas(buffer).Line(0, 0, new StyledLine(text));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - made, 0, (made - before) / 100);
        Assert.Equal("…", buffer[79, 0].Text);
    }

    [Fact]
    public void A_slice_cuts_wide_characters_whole()
    {
        var line = new StyledLine([new("ab你"), new("好c")]);
        Assert.Equal("b你好", StyledText.Slice(line, 1, 5).Text);
        Assert.Equal("b你", StyledText.Slice(line, 1, 4).Text);
        Assert.Equal("ab你…", StyledText.Cut(line, 5).Text);
        Assert.Equal("ab你好c", StyledText.Cut(line, 7).Text);
    }

    [Fact]
    public void Found_places_are_marked_across_spans()
    {
        var line = StyledText.Highlight(new StyledLine([new("one tw"), new("o three two")]), "TWO", Paper.Match);
        Assert.Equal("one two three two", line.Text);
        Assert.Equal("twotwo", string.Concat(line.Spans.Where(static span => span.Style.Paper == Paper.Match).Select(static span => span.Text)));
    }

    private static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var glyph in new GlyphText(text))
        {
            shown.Append(glyph.Text);
        }
        return shown.ToString();
    }

    private static string WithoutBlanks(string text) => text.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
}
