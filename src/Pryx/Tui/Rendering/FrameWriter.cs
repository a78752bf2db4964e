using System.Buffers;
using System.Text;

namespace Pryx.Tui.Rendering;

/// <summary>Turns the difference of two buffers into what has to be written to a terminal.</summary>
internal sealed class FrameWriter(Theme theme, ColourDepth depth)
{
    // A terminal that draws a sequence of emoji wider than we count may have drawn over the cells behind it.
    private const int Reach = 6;
    private readonly ArrayBufferWriter<byte> _bytes = new(16 * 1024);
    private StyleCodes _codes = new(theme, depth);
    private TextStyle? _style;
    private string? _link;
    private int _x;
    private int _y;
    private CursorPlace? _cursor;

    public Theme Theme
    {
        get => _codes.Theme;
        set => _codes = new StyleCodes(value, depth);
    }

    /// <summary>Empty when nothing changed. The bytes are good until the next call.</summary>
    /// <param name="shown">What the terminal shows; null when that is not known.</param>
    public ReadOnlySpan<byte> Write(CellBuffer frame, CellBuffer? shown)
    {
        _bytes.ResetWrittenCount();
        Raw("\e[?2026h\e[?25l"u8);
        var start = _bytes.WrittenCount;
        (_style, _link, _x, _y) = (null, null, -1, -1);
        if (shown is null)
        {
            Raw("\e[0m\e[H\e[2J"u8);
            _cursor = null;
        }
        for (var y = 0; y < frame.Height; y++)
        {
            WriteRow(frame, shown, y);
        }
        if (_bytes.WrittenCount == start && _cursor == frame.Cursor)
        {
            return [];
        }
        End(frame);
        return _bytes.WrittenSpan;
    }

    private void WriteRow(CellBuffer frame, CellBuffer? shown, int y)
    {
        var again = 0; // cells to write even where they are the same
        for (var x = 0; x < frame.Width; x++, again--)
        {
            ref readonly var cell = ref frame[x, y];
            if (cell.IsRightHalf || (again <= 0 && IsSame(frame, shown, x, y)))
            {
                continue;
            }
            if (TextWidth.IsUncertain(cell.Text) || (shown is not null && TextWidth.IsUncertain(shown[x, y].Text)))
            {
                again = Reach;
            }
            Put(frame, x, y);
        }
    }

    private static bool IsSame(CellBuffer frame, CellBuffer? shown, int x, int y)
    {
        ref readonly var cell = ref frame[x, y];
        var isWide = x + 1 < frame.Width && frame[x + 1, y].IsRightHalf;
        if (shown is null)
        {
            return cell == Cell.Blank; // The screen has just been cleared.
        }
        ref readonly var old = ref shown[x, y];
        return cell.Text == old.Text && cell.Style == old.Style && frame.Address(cell.Link) == shown.Address(old.Link)
            && isWide == (x + 1 < frame.Width && shown[x + 1, y].IsRightHalf);
    }

    private void Put(CellBuffer frame, int x, int y)
    {
        ref readonly var cell = ref frame[x, y];
        var width = x + 1 < frame.Width && frame[x + 1, y].IsRightHalf ? 2 : 1;
        Move(x, y);
        Style(cell.Style);
        Link(frame.Address(cell.Link));
        if (TextWidth.IsUncertain(cell.Text))
        {
            Raw(width == 2 ? "  "u8 : " "u8);
            Address(x, y);
            Text(cell.Text);
            _x = -1; // Where the cursor is now, only the terminal knows.
            return;
        }
        Text(cell.Text);
        _x = x + width;
        if (_x >= frame.Width)
        {
            _x = -1; // Terminals differ in where the cursor stands behind the last column.
        }
    }

    private void Move(int x, int y)
    {
        if (y == _y && x == _x)
        {
            return;
        }
        Address(x, y);
        (_x, _y) = (x, y);
    }

    private void Address(int x, int y)
    {
        Raw("\e["u8);
        Number(y + 1);
        Raw(";"u8);
        Number(x + 1);
        Raw("H"u8);
    }

    private void Style(TextStyle style)
    {
        if (_style != style)
        {
            Raw(_codes.Of(style));
            _style = style;
        }
    }

    private void Link(string? address)
    {
        if (_link == address)
        {
            return;
        }
        Raw("\e]8;;"u8);
        // Only what cannot end the sequence: an address comes from a model or a page.
        foreach (var letter in address ?? "")
        {
            if (letter is > ' ' and <= '~')
            {
                _bytes.GetSpan(1)[0] = (byte)letter;
                _bytes.Advance(1);
            }
        }
        Raw("\e\\"u8);
        _link = address;
    }

    private void End(CellBuffer frame)
    {
        Link(null);
        Raw("\e[0m"u8);
        if (frame.Cursor is { } cursor)
        {
            Address(cursor.X, cursor.Y);
            if (_cursor?.Shape != cursor.Shape)
            {
                Raw(cursor.Shape switch { CursorShape.Block => "\e[2 q"u8, CursorShape.Underline => "\e[4 q"u8, _ => "\e[6 q"u8 });
            }
            Raw("\e[?25h"u8);
        }
        _cursor = frame.Cursor;
        Raw("\e[?2026l"u8);
    }

    private void Number(int value)
    {
        var span = _bytes.GetSpan(11);
        value.TryFormat(span, out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        _bytes.Advance(written);
    }

    private void Text(string text)
    {
        var span = _bytes.GetSpan(text.Length * 3);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    private void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);
}
