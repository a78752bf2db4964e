using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>Blocks of a Markdown document, one below the other.</summary>
/// <param name="source">What was parsed: what has no form of its own is shown as it stands there.</param>
internal sealed class MarkdownBlocks(string source)
{
    private const int LongestRule = 48;

    public void Render(ContainerBlock blocks, int width, List<StyledLine> lines)
    {
        var isFirst = true;
        foreach (var block in blocks)
        {
            if (!isFirst && !(block is ListItemBlock))
            {
                lines.Add(StyledLine.Empty);
            }
            isFirst = false;
            RenderBlock(block, width, lines);
        }
    }

    private void RenderBlock(Block block, int width, List<StyledLine> lines)
    {
        switch (block)
        {
            case HeadingBlock heading:
                lines.AddRange(InlineText.Lines(heading.Inline, new TextStyle(Ink.Heading).With(heading.Level == 1 ? Effects.Bold | Effects.Underline : Effects.Bold)).SelectMany(line => StyledText.Wrap(line, width)));
                break;
            case ParagraphBlock paragraph:
                lines.AddRange(InlineText.Lines(paragraph.Inline, default).SelectMany(line => StyledText.Wrap(line, width)));
                break;
            case FencedCodeBlock code:
                RenderCode(code, code.Info, width, lines);
                break;
            case CodeBlock code:
                RenderCode(code, null, width, lines);
                break;
            case QuoteBlock quote:
                RenderPrefixed(quote, new Span("▎ ", Ink.Border), width, lines);
                break;
            case ListBlock list:
                RenderList(list, width, lines);
                break;
            case Table table:
                lines.AddRange(TableText.Lines(table, width));
                break;
            case ThematicBreakBlock:
                lines.Add(new StyledLine(new string('─', Math.Min(width, LongestRule)), Ink.Border));
                break;
            case LinkReferenceDefinitionGroup:
                break;
            case ContainerBlock container:
                Render(container, width, lines);
                break;
            default:
                lines.AddRange(Written(block).SelectMany(line => StyledText.Wrap(new StyledLine(line, Ink.Muted), width)));
                break;
        }
    }

    private static void RenderCode(CodeBlock code, string? language, int width, List<StyledLine> lines)
    {
        var text = code.Lines.ToString();
        lines.AddRange(IsDiff(language, text)
            ? MarkdownText.Code(DiffText.Lines(text, withNumbers: false), width)
            : MarkdownText.Code(CodeText.Lines(text, language), width));
    }

    public static bool IsDiff(string? language, string text) =>
        language is "diff" or "patch" || (string.IsNullOrEmpty(language) && text.StartsWith("--- ", StringComparison.Ordinal) && text.Contains("\n@@ ", StringComparison.Ordinal));

    private void RenderPrefixed(ContainerBlock block, Span prefix, int width, List<StyledLine> lines)
    {
        var inner = new List<StyledLine>();
        Render(block, Math.Max(8, width - 2), inner);
        lines.AddRange(inner.Select(line => new LineBuilder().Add([prefix]).Add(line.Spans.Select(static span => span.Style == default ? span with { Style = Ink.Muted } : span)).Build(line.Fill)));
    }

    private void RenderList(ListBlock list, int width, List<StyledLine> lines)
    {
        var number = int.TryParse(list.OrderedStart, out var start) ? start : 1;
        var isFirst = true;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            if (!isFirst && list.IsLoose)
            {
                lines.Add(StyledLine.Empty);
            }
            isFirst = false;
            var task = item.FirstOrDefault() is ParagraphBlock { Inline.FirstChild: TaskList box } ? box : null;
            var mark = task is not null ? (task.Checked ? "☑ " : "☐ ") : list.IsOrdered ? $"{number++}. " : "• ";
            var inner = new List<StyledLine>();
            Render(item, Math.Max(8, width - mark.Length), inner);
            var style = new TextStyle(task?.Checked == true ? Ink.Success : Ink.Accent);
            lines.AddRange((inner.Count == 0 ? [StyledLine.Empty] : inner).Select((line, i) => new LineBuilder().Add(i == 0 ? mark : new string(' ', mark.Length), style).Add(line.Spans).Build(line.Fill)));
        }
    }

    private IEnumerable<string> Written(Block block)
    {
        var from = Math.Clamp(block.Span.Start, 0, source.Length);
        var end = Math.Clamp(block.Span.End + 1, from, source.Length);
        return source[from..end].Split('\n').Select(static line => line.TrimEnd('\r'));
    }
}
