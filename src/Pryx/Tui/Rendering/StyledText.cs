using System.Text;

namespace Pryx.Tui.Rendering;

/// <summary>Fits styled lines into columns.</summary>
internal static class StyledText
{
    public static int Width(StyledLine line)
    {
        var width = 0;
        foreach (var span in line.Spans)
        {
            width += TextWidth.Of(span.Text);
        }
        return width;
    }

    public static StyledLine Concat(params IEnumerable<StyledLine> lines) => new([.. lines.SelectMany(static line => line.Spans)]) { Fill = lines.FirstOrDefault()?.Fill ?? Paper.Default };

    /// <summary>At most so many columns, "…" for what is left out.</summary>
    public static StyledLine Cut(StyledLine line, int width)
    {
        if (width <= 0)
        {
            return StyledLine.Empty;
        }
        return IsWithin(line, width) ? line : Concat(Slice(line, 0, width - 1), new StyledLine("…", line.Spans[^1].Style)) is var cut ? new StyledLine(cut.Spans) { Fill = line.Fill } : line;
    }

    /// <summary>Exactly so many columns: cut, or filled with blanks.</summary>
    public static StyledLine Pad(StyledLine line, int width, bool isRight = false)
    {
        var cut = Cut(line, width);
        var missing = width - Width(cut);
        if (missing <= 0)
        {
            return cut;
        }
        var blanks = new Span(new string(' ', missing));
        return new(isRight ? [blanks, .. cut.Spans] : [.. cut.Spans, blanks]) { Fill = line.Fill };
    }

    /// <summary>The columns from one on; half of a wide character is left out.</summary>
    public static StyledLine Slice(StyledLine line, int column, int width)
    {
        var spans = new List<Span>();
        var text = new StringBuilder();
        var (at, end) = (0, column + width);
        foreach (var span in line.Spans)
        {
            foreach (var glyph in new GlyphText(span.Text))
            {
                if (at >= column && at + glyph.Width <= end)
                {
                    text.Append(glyph.Text);
                }
                at += glyph.Width;
                if (at >= end)
                {
                    break;
                }
            }
            Flush(spans, text, span);
            if (at >= end)
            {
                break;
            }
        }
        return new(spans) { Fill = line.Fill };
    }

    /// <summary>Breaks a line at spaces where it can, anywhere where it must; nothing is left out but the spaces at the breaks.</summary>
    /// <param name="first">Stands before the first row; null for nothing.</param>
    /// <param name="rest">Stands before the other rows, for hanging indents.</param>
    public static List<StyledLine> Wrap(StyledLine line, int width, StyledLine? first = null, StyledLine? rest = null)
    {
        var rows = new List<StyledLine>();
        var (firstWidth, restWidth) = (first is null ? 0 : Width(first), rest is null ? 0 : Width(rest));
        var breaks = LineBreaks.Of(line, Math.Max(2, width - firstWidth), Math.Max(2, width - restWidth));
        foreach (var row in breaks)
        {
            var head = rows.Count == 0 ? first : rest;
            rows.Add(new StyledLine(head is null ? row : [.. head.Spans, .. row]) { Fill = line.Fill });
        }
        return rows;
    }

    /// <summary>Other paper behind each place where a text occurs, whatever its case.</summary>
    public static StyledLine Highlight(StyledLine line, string text, Paper paper)
    {
        var all = line.Text;
        var at = text.Length == 0 ? -1 : all.IndexOf(text, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return line;
        }
        var spans = new List<Span>();
        var start = 0;
        foreach (var span in line.Spans)
        {
            var done = 0;
            while (done < span.Text.Length)
            {
                while (at >= 0 && at + text.Length <= start + done)
                {
                    at = all.IndexOf(text, at + text.Length, StringComparison.OrdinalIgnoreCase);
                }
                var isMatch = at >= 0 && at <= start + done;
                var until = Math.Min(span.Text.Length, at < 0 ? span.Text.Length : (isMatch ? at + text.Length : at) - start);
                spans.Add(span with { Text = span.Text[done..until], Style = isMatch ? span.Style.On(paper) : span.Style });
                done = until;
            }
            start += span.Text.Length;
        }
        return new(spans) { Fill = line.Fill };
    }

    private static bool IsWithin(StyledLine line, int width)
    {
        foreach (var span in line.Spans)
        {
            width -= TextWidth.Of(span.Text, width);
            if (width < 0)
            {
                return false;
            }
        }
        return true;
    }

    private static void Flush(List<Span> spans, StringBuilder text, Span span)
    {
        if (text.Length > 0)
        {
            spans.Add(span with { Text = text.ToString() });
            text.Clear();
        }
    }
}
