namespace Pryx.Tui.Rendering;

/// <summary>Where a line is broken: one pass over its text, however long it is.</summary>
internal sealed class LineBreaks
{
    private readonly IReadOnlyList<Span> _spans;
    private readonly int _restWidth;
    private readonly List<List<Span>> _rows = [];
    private int _room;
    private int _used;

    // The row that is being filled begins here, and could be broken there (just behind a space).
    private (int Span, int At) _start;
    private (int Span, int At)? _space;
    private int _usedAtSpace;

    private LineBreaks(StyledLine line, int firstWidth, int restWidth) => (_spans, _room, _restWidth) = (line.Spans, firstWidth, restWidth);

    public static List<List<Span>> Of(StyledLine line, int firstWidth, int restWidth)
    {
        var breaks = new LineBreaks(line, firstWidth, restWidth);
        breaks.Read();
        return breaks._rows;
    }

    private void Read()
    {
        for (var index = 0; index < _spans.Count; index++)
        {
            var (piece, pieceWidth) = (-1, 0); // An unsafe character becomes several glyphs, which are not parted.
            foreach (var glyph in new GlyphText(_spans[index].Text))
            {
                (piece, pieceWidth) = (glyph.Start, glyph.Start == piece ? pieceWidth : 0);
                if ((index, glyph.End) == _start)
                {
                    continue; // The rest of a tab at which the row before was broken.
                }
                if (glyph.Text == " " && IsOver(glyph))
                {
                    // A space at the edge is where the break is.
                    Break((index, glyph.End), 0);
                    continue;
                }
                // Twice where the word behind the last space fills a row by itself.
                while (IsOver(glyph))
                {
                    var (place, rest) = _space is { } space ? (space, _used - _usedAtSpace) : ((index, glyph.Start), pieceWidth);
                    if (place == _start)
                    {
                        break;
                    }
                    Break(place, rest);
                }
                _used += glyph.Width;
                pieceWidth += glyph.Width;
                if (glyph.Text == " ")
                {
                    _space = (index, glyph.End);
                    _usedAtSpace = _used;
                }
            }
        }
        Add((_spans.Count, 0), keepsSpaces: true);
    }

    private bool IsOver(Glyph glyph) => _used + glyph.Width > _room && (_used > 0 || _space is not null);

    private void Break((int Span, int At) place, int used)
    {
        Add(place, keepsSpaces: false);
        (_start, _space, _used, _room) = (place, null, used, _restWidth);
    }

    private void Add((int Span, int At) end, bool keepsSpaces)
    {
        var row = new List<Span>();
        for (var index = _start.Span; index < _spans.Count && index <= end.Span; index++)
        {
            var from = index == _start.Span ? _start.At : 0;
            var to = index == end.Span ? end.At : _spans[index].Text.Length;
            if (to > from)
            {
                row.Add(_spans[index] with { Text = _spans[index].Text[from..to] });
            }
        }
        if (!keepsSpaces && row.Count > 0)
        {
            row[^1] = row[^1] with { Text = row[^1].Text.TrimEnd(' ', '\t') };
        }
        _rows.Add(row);
    }
}
