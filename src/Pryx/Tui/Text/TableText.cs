using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>A Markdown table that fits a width: narrower columns first, and where even that does not do, one value below the other.</summary>
internal static class TableText
{
    private const int NarrowestColumn = 6;

    public static IEnumerable<StyledLine> Lines(Table table, int width)
    {
        var rows = table.OfType<TableRow>().Select(static row => row.OfType<TableCell>().Select(cell => CellOf(cell, row.IsHeader)).ToList()).Where(static row => row.Count > 0).ToList();
        var columns = rows.Count == 0 ? 0 : rows.Max(static row => row.Count);
        if (columns == 0)
        {
            return [];
        }
        rows.ForEach(row => row.AddRange(Enumerable.Repeat(StyledLine.Empty, columns - row.Count)));
        var room = width - (3 * (columns - 1));
        var hasHeader = table.OfType<TableRow>().FirstOrDefault()?.IsHeader == true;
        return room < columns * NarrowestColumn
            ? Records(rows, hasHeader, width)
            : Grid(rows, hasHeader, Widths(rows, columns, room), [.. Enumerable.Range(0, columns).Select(i => i < table.ColumnDefinitions.Count ? table.ColumnDefinitions[i].Alignment : null)]);
    }

    private static StyledLine CellOf(TableCell cell, bool isHeader)
    {
        var built = new LineBuilder();
        foreach (var paragraph in cell.Descendants<ParagraphBlock>())
        {
            foreach (var line in InlineText.Lines(paragraph.Inline, isHeader ? new TextStyle(Ink.Strong).With(Effects.Bold) : default))
            {
                built.Add(line.Spans);
            }
        }
        return built.Build();
    }

    private static int[] Widths(List<List<StyledLine>> rows, int columns, int room)
    {
        var widths = Enumerable.Range(0, columns).Select(column => Math.Max(1, rows.Max(row => StyledText.Width(row[column])))).ToArray();
        // The widest gives first, so that short columns stay readable.
        while (widths.Sum() > room)
        {
            var widest = Array.IndexOf(widths, widths.Max());
            var next = widths.Where((_, i) => i != widest).DefaultIfEmpty(NarrowestColumn).Max();
            var excess = widths.Sum() - room;
            widths[widest] -= Math.Clamp(widths[widest] - next, 1, excess);
        }
        return widths;
    }

    private static IEnumerable<StyledLine> Grid(List<List<StyledLine>> rows, bool hasHeader, int[] widths, TableColumnAlign?[] aligns)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var cells = rows[i].Select((cell, column) => StyledText.Wrap(cell, widths[column]).ToList()).ToList();
            for (var line = 0; line < cells.Max(static cell => cell.Count); line++)
            {
                var built = new LineBuilder();
                for (var column = 0; column < cells.Count; column++)
                {
                    built.Add(column == 0 ? "" : " │ ", Ink.Border);
                    Put(built, line < cells[column].Count ? cells[column][line] : StyledLine.Empty, widths[column], aligns[column]);
                }
                yield return built.Build();
            }
            if (i == 0 && hasHeader)
            {
                yield return new StyledLine(string.Join("─┼─", widths.Select(static width => new string('─', width))), Ink.Border);
            }
        }
    }

    private static void Put(LineBuilder built, StyledLine cell, int width, TableColumnAlign? align)
    {
        var free = Math.Max(0, width - StyledText.Width(cell));
        var before = align switch { TableColumnAlign.Right => free, TableColumnAlign.Center => free / 2, _ => 0 };
        built.Add(new string(' ', before)).Add(cell.Spans).Add(new string(' ', free - before));
    }

    private static IEnumerable<StyledLine> Records(List<List<StyledLine>> rows, bool hasHeader, int width)
    {
        var heads = hasHeader ? rows[0] : null;
        foreach (var row in hasHeader ? rows.Skip(1) : rows)
        {
            for (var column = 0; column < row.Count; column++)
            {
                var built = new LineBuilder().Add(column == 0 ? "• " : "  ", Ink.Accent);
                if (heads is not null)
                {
                    built.Add(heads[column].Spans).Add(": ", Ink.Muted);
                }
                foreach (var line in StyledText.Wrap(built.Add(row[column].Spans).Build(), width, rest: new StyledLine("    ")))
                {
                    yield return line;
                }
            }
        }
    }
}
