using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Syntax;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>Markdown as rows of a width. What Markdown can not make sense of is shown as it was written.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).Build();

    public static List<StyledLine> Lines(string markdown, int width)
    {
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(markdown, _pipeline);
        }
        catch (ArgumentException)
        {
            // Nested deeper than the parser goes: nobody wrote that to be read.
            return [.. markdown.Split('\n').SelectMany(line => StyledText.Wrap(new StyledLine(line.TrimEnd('\r')), width))];
        }
        var lines = new List<StyledLine>();
        new MarkdownBlocks(markdown).Render(document, Math.Max(8, width), lines);
        return lines;
    }

    /// <summary>Code as it stands in an answer: on paper of its own, long lines wrapped, so that nothing of them is hidden.</summary>
    public static IEnumerable<StyledLine> Code(IEnumerable<StyledLine> code, int width) => code
        .SelectMany(line => StyledText.Wrap(line, width - 3))
        .Select(static line => new LineBuilder().Add("  ", new TextStyle(Ink.Code, Paper.Code)).Add(line.Spans.Select(static span => span with { Style = span.Style.On(Paper.Code) })).Build(Paper.Code));
}
