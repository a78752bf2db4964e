using System.Globalization;
using Pryx.Terminal;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>Breaks styled lines into rows of a width: at spaces where it can, anywhere where it must. Nothing is left out.</summary>
internal static class LineWrap
{
    /// <param name="indent">Columns before every row but the first, so that a list item's second row stands below its text.</param>
    public static IEnumerable<StyledLine> Wrap(StyledLine line, int width, int indent = 0)
    {
        width = Math.Max(4, width);
        indent = Math.Min(indent, width / 2);
        if (FitsSurely(line, width))
        {
            yield return line;
            yield break;
        }
        var row = new List<Piece>();
        var used = 0;
        var breakAt = -1;
        foreach (var piece in Pieces(line))
        {
            if (used + piece.Width > width && row.Count > 0)
            {
                var cut = breakAt > 0 ? breakAt : row.Count;
                yield return Row(row.Take(cut), line.Fill, trims: cut < row.Count || piece.IsSpace);
                row = [.. row.Skip(cut).SkipWhile(static rest => rest.IsSpace)];
                if (indent > 0)
                {
                    row.Insert(0, new Piece(new string(' ', indent), indent, default, null));
                }
                used = row.Sum(static kept => kept.Width);
                breakAt = -1;
                if (piece.IsSpace && row.Count <= (indent > 0 ? 1 : 0))
                {
                    continue;
                }
            }
            row.Add(piece);
            used += piece.Width;
            if (piece.IsSpace || piece.Text is "/" or "-" or "," or ";")
            {
                breakAt = row.Count;
            }
        }
        yield return Row(row, line.Fill, trims: false);
    }

    /// <summary>The line as far as it fits, with an ellipsis where it was cut.</summary>
    public static StyledLine Cut(StyledLine line, int width)
    {
        if (width <= 0)
        {
            return StyledLine.Empty;
        }
        if (FitsSurely(line, width) || WidthOf(line) <= width)
        {
            return line;
        }
        var built = new LineBuilder();
        var used = 0;
        foreach (var piece in Pieces(line))
        {
            if (used + piece.Width > width - 1)
            {
                break;
            }
            built.Add(piece.Text, piece.Style, piece.Link);
            used += piece.Width;
        }
        return built.Add("…", Ink.Faint).Build(line.Fill);
    }

    public static int WidthOf(StyledLine line) => line.Spans.Sum(static span => WidthOf(span.Text));

    public static int WidthOf(string text) => text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? TextLayout.WidthOf(SafeText.Line(text, int.MaxValue)) : text.Length;

    // Printable ASCII is by far the most there is.
    private static bool FitsSurely(StyledLine line, int width)
    {
        var length = 0;
        foreach (var span in line.Spans)
        {
            length += span.Text.Length;
            if (length > width || span.Text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                return false;
            }
        }
        return true;
    }

    private static IEnumerable<Piece> Pieces(StyledLine line)
    {
        foreach (var span in line.Spans)
        {
            var elements = StringInfo.GetTextElementEnumerator(SafeText.Of(span.Text).Replace("\t", "    ", StringComparison.Ordinal));
            while (elements.MoveNext())
            {
                var element = elements.GetTextElement();
                yield return new Piece(element, element.Length == 1 && element[0] is >= ' ' and <= '~' ? 1 : TextLayout.WidthOf(element), span.Style, span.Link);
            }
        }
    }

    private static StyledLine Row(IEnumerable<Piece> pieces, Paper fill, bool trims)
    {
        var all = pieces.ToList();
        while (trims && all is [.., { IsSpace: true }])
        {
            all.RemoveAt(all.Count - 1);
        }
        var built = new LineBuilder();
        foreach (var group in Runs(all))
        {
            built.Add(string.Concat(group.Select(static piece => piece.Text)), group[0].Style, group[0].Link);
        }
        return built.Build(fill);
    }

    private static IEnumerable<List<Piece>> Runs(List<Piece> pieces)
    {
        for (var at = 0; at < pieces.Count;)
        {
            var from = at;
            while (at < pieces.Count && pieces[at].Style == pieces[from].Style && pieces[at].Link == pieces[from].Link)
            {
                at++;
            }
            yield return pieces[from..at];
        }
    }

    private readonly record struct Piece(string Text, int Width, TextStyle Style, string? Link)
    {
        public bool IsSpace => Text == " ";
    }
}
