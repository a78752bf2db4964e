using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>The rows on which a text is shown in so many columns, and which place of the text is where.</summary>
internal sealed class EditorRows
{
    private readonly string _text;
    private readonly List<(int Start, int End)> _rows = [];

    public EditorRows(string text, int width)
    {
        _text = text;
        var start = 0;
        while (true)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
            Break(start, end, Math.Max(2, width));
            if (end == text.Length)
            {
                break;
            }
            start = end + 1;
        }
    }

    public int Count => _rows.Count;

    public (int Start, int End) this[int row] => _rows[row];

    public string Text(int row) => _text[_rows[row].Start.._rows[row].End];

    /// <summary>Where a place of the text is shown: row and column.</summary>
    public (int Row, int Column) Of(int place)
    {
        var row = RowOf(place);
        return (row, TextWidth.Of(_text[_rows[row].Start..Math.Max(_rows[row].Start, Math.Min(place, _text.Length))]));
    }

    /// <summary>The place in the text at a column of a row, or the nearest before it.</summary>
    public int At(int row, int column)
    {
        var (start, end) = _rows[Math.Clamp(row, 0, Count - 1)];
        var used = 0;
        foreach (var glyph in new GlyphText(_text[start..end]))
        {
            if (used + glyph.Width > column)
            {
                return start + glyph.Start;
            }
            used += glyph.Width;
        }
        // Behind the last letter of a broken line is the next row's first place.
        return row < Count - 1 && end < _text.Length && _text[end] != '\n' && end > start ? Math.Max(start, end - 1) : end;
    }

    private int RowOf(int place)
    {
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _rows[middle].Start <= place ? (middle, high) : (low, middle - 1);
        }
        return low;
    }

    private void Break(int start, int end, int width)
    {
        var (rowStart, used, space, usedAtSpace) = (start, 0, -1, 0);
        foreach (var glyph in new GlyphText(_text[start..end]))
        {
            while (used + glyph.Width > width && start + glyph.Start > rowStart)
            {
                var at = space > rowStart ? space : start + glyph.Start;
                _rows.Add((rowStart, at));
                used = space > rowStart ? used - usedAtSpace : 0;
                (rowStart, space) = (at, -1);
            }
            used += glyph.Width;
            if (glyph.Text == " ")
            {
                (space, usedAtSpace) = (start + glyph.End, used);
            }
        }
        _rows.Add((rowStart, end));
    }
}
