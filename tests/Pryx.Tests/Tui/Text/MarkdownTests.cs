using System.Text;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;

namespace Pryx.Tests.Tui.Text;

/// <summary>Replies as lines.</summary>
public sealed class MarkdownTests
{
    private const string Reply = "# Title\n\nSome *text* with `code`.\n\n- one\n- two\n  - three\n\n```cs\nvar x = 1;\n\nvar y = 2;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.\n";

    [Fact]
    public void What_streams_in_small_pieces_reads_as_what_came_whole()
    {
        var whole = new MarkdownParts(Reply);
        var streamed = new MarkdownParts();
        foreach (var letter in Reply)
        {
            streamed.Append(letter.ToString());
        }

        Assert.Equal(TextOf(whole), TextOf(streamed));
        Assert.Contains("var y = 2;", TextOf(whole), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_last_part_changes_while_more_arrives()
    {
        var parts = new MarkdownParts(Reply);
        var before = parts.Parts.Take(parts.Parts.Count - 1).Select(static part => part.Version).ToList();

        parts.Append("More of it.");

        Assert.Equal(before, parts.Parts.Take(before.Count).Select(static part => part.Version));
    }

    [Fact]
    public void A_reply_of_megabytes_is_cut_into_parts_of_a_bounded_size()
    {
        var code = new StringBuilder("```text\n");
        for (var i = 0; i < 60_000; i++)
        {
            code.Append("line ").Append(i).Append(" of a very long listing that nobody reads to its end\n");
        }

        var parts = new MarkdownParts(code.ToString());

        Assert.All(parts.Parts, static part => Assert.True(part.Text.Length < 40_000));
        Assert.All(new MarkdownParts(new string('x', 1_000_000)).Parts, static part => Assert.True(part.Text.Length < 40_000));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_width(int width)
    {
        const string Wide = "| a column that is long | another one that is even longer than that | 日本語の列 |\n|---|---|---|\n| some words in a cell that must be wrapped | `code` | 絵文字 👩‍👩‍👧 |\n";

        Assert.All(MarkdownText.Lines(Wide + Reply, width), line => Assert.True(StyledText.Width(line) <= width, line.Text));
    }

    [Fact]
    public void A_link_says_where_it_leads_and_only_safe_ones_can_be_opened()
    {
        var lines = MarkdownText.Lines("[https://bank.example](https://evil.example/x) [run](javascript:alert) [file](file:///etc/hosts)", 120);
        var links = lines.SelectMany(static line => line.Spans).Select(static span => span.Link).OfType<string>().ToList();

        Assert.Contains("https://evil.example/x", links);
        Assert.DoesNotContain(links, static link => link.StartsWith("javascript", StringComparison.Ordinal));
        Assert.Contains("(https://evil.example/x)", string.Concat(lines.Select(static line => line.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_nested_beyond_all_reason_is_shown_as_it_was_written() =>
        Assert.NotEmpty(MarkdownText.Lines(new string('>', 5_000) + " deep", 80));

    [Fact]
    public void At_least_twenty_languages_are_coloured()
    {
        Assert.True(Languages.Count >= 20, $"{Languages.Count}");
        foreach (var (language, code, word) in new[] { ("cs", "public class A;", "public"), ("py", "def f():", "def"), ("sql", "SELECT 1", "SELECT"), ("sh", "for f in a; do", "for"), ("go", "func main()", "func") })
        {
            var span = CodeText.Lines(code, language).Single().Spans.First(one => one.Text.Contains(word, StringComparison.Ordinal));
            Assert.Equal(Ink.CodeKeyword, span.Style.Ink);
        }
    }

    [Fact]
    public void A_comment_that_runs_over_lines_stays_a_comment()
    {
        var lines = CodeText.Lines("/* one\ntwo */ int x;", "c").ToList();

        Assert.Equal(Ink.CodeComment, lines[1].Spans[0].Style.Ink);
        Assert.Contains(lines[1].Spans, static span => span.Style.Ink == Ink.CodeType);
    }

    [Fact]
    public void A_diff_marks_the_words_that_changed()
    {
        var lines = DiffText.Lines("@@ -3,1 +3,1 @@\n-let total = 1;\n+let total = 22;\n");

        Assert.Contains(lines[1].Spans, static span => span.Text == "1" && span.Style.Paper == Paper.DiffRemoved);
        Assert.Contains(lines[2].Spans, static span => span.Text == "22" && span.Style.Paper == Paper.DiffAdded);
        Assert.Contains(lines[2].Spans, static span => span.Text.Trim() == "3");
    }

    private static string TextOf(MarkdownParts parts) => string.Join('\n', parts.Parts.SelectMany(static part => part.Lines(80)).Select(static line => line.Text));
}
