namespace Pryx.Terminal;

/// <summary>
/// A table that fits the terminal: where it is too narrow, columns that may be missed go first, then the wide one is cut.
/// A pipe gets all of it. Cells are made safe here.
/// </summary>
internal sealed class TextTable(CommandIo io, params TextColumn[] columns)
{
    private const string Gap = "  ";
    private const int LeastWide = 8;
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(static cell => SafeText.Line(cell))]);

    public void Print()
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        var widths = columns.Select((column, at) => _rows.Select(row => TextLayout.WidthOf(row[at])).Append(column.Name.Length).Max()).ToArray();
        var room = io.IsOutTerminal ? io.Size().Width : int.MaxValue;
        while (Total(shown, widths) > room && shown.Where(at => columns[at].Rank > 0).DefaultIfEmpty(-1).MaxBy(at => at < 0 ? 0 : columns[at].Rank) is >= 0 and var least)
        {
            shown.Remove(least);
        }
        if (Total(shown, widths) is var total && total > room)
        {
            var wide = shown.MaxBy(at => columns[at].IsNumber ? 0 : widths[at]);
            widths[wide] = Math.Max(LeastWide, widths[wide] - (total - room));
        }
        io.Out.WriteLine(io.OutStyle.Bold(LineOf(shown, widths, [.. columns.Select(static column => column.Name)])));
        foreach (var row in _rows)
        {
            io.Out.WriteLine(LineOf(shown, widths, row));
        }
    }

    private string LineOf(List<int> shown, int[] widths, string[] cells) => string.Join(Gap, shown.Select(at => Fit(cells[at], widths[at], columns[at].IsNumber))).TrimEnd();

    private static string Fit(string text, int width, bool isNumber)
    {
        var cut = TextLayout.WidthOf(text) > width ? TextLayout.Wrap(text.Replace(' ', '\u00A0'), Math.Max(8, width - 1))[0].Replace('\u00A0', ' ').TrimEnd() + "…" : text;
        var pad = new string(' ', Math.Max(0, width - TextLayout.WidthOf(cut)));
        return isNumber ? pad + cut : cut + pad;
    }

    private static int Total(List<int> shown, int[] widths) => shown.Sum(at => widths[at]) + Gap.Length * (shown.Count - 1);
}

/// <param name="IsNumber">Set to the right.</param>
/// <param name="Rank">0 stays; the highest goes first where there is no room.</param>
internal sealed record TextColumn(string Name, bool IsNumber = false, int Rank = 0);
