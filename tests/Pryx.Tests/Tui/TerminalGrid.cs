using System.Globalization;
using System.Text;

namespace Pryx.Tests.Tui;

/// <summary>What a terminal shows. Widths are those of wcwidth, letter by letter, as tmux and xterm count them: a joined emoji is wider there than we think.</summary>
internal sealed class TerminalGrid(int width, int height)
{
    private readonly (string Text, string Sgr, string Link)[,] _cells = new (string, string, string)[height, width];

    public int X { get; private set; }
    public int Y { get; private set; }

    public string Row(int y)
    {
        var row = new StringBuilder();
        for (var x = 0; x < width; x++)
        {
            row.Append(_cells[y, x].Text ?? " ");
        }
        return row.ToString().TrimEnd();
    }

    public string Text => string.Join('\n', Enumerable.Range(0, height).Select(Row)).TrimEnd();

    public string Cell(int x, int y) => _cells[y, x].Text ?? " ";

    public string Sgr(int x, int y) => _cells[y, x].Sgr ?? "";

    public string Link(int x, int y) => _cells[y, x].Link ?? "";

    public void Move(int x, int y)
    {
        Assert.InRange(x, 0, width - 1);
        Assert.InRange(y, 0, height - 1);
        (X, Y) = (x, y);
    }

    public void Column(int x) => X = x;

    public void Clear()
    {
        Array.Clear(_cells);
        (X, Y) = (0, 0);
    }

    public void Put(Rune rune, string sgr, string link)
    {
        var columns = Width(rune);
        if (columns == 0)
        {
            var before = Math.Max(0, X - 1);
            while (before > 0 && _cells[Y, before].Text == "")
            {
                before--;
            }
            _cells[Y, before].Text += rune.ToString();
            return;
        }
        // Without wrapping the last column is written again and again.
        var x = Math.Min(X, width - columns);
        Part(x);
        Part(x + columns);
        _cells[Y, x] = (rune.ToString(), sgr, link);
        if (columns == 2)
        {
            _cells[Y, x + 1] = ("", sgr, link);
        }
        X = Math.Min(width, x + columns);
    }

    // Half of a wide character cannot stay.
    private void Part(int x)
    {
        if (x > 0 && x < width && _cells[Y, x].Text == "")
        {
            _cells[Y, x - 1].Text = " ";
            _cells[Y, x].Text = " ";
        }
    }

    private static int Width(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
        : rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F680 and <= 0x1F6FF) or (>= 0x1F900 and <= 0x1F9FF) or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1;
}
