namespace Pryx.Tui.Rendering;

/// <summary>A screen full of cells, and where the cursor stands.</summary>
internal sealed class CellBuffer
{
    private readonly List<string> _links = [];
    private Cell[] _cells = [];

    public CellBuffer(int width, int height) => Resize(width, height);

    public int Width { get; private set; }
    public int Height { get; private set; }

    /// <summary>Null: the cursor is hidden.</summary>
    public CursorPlace? Cursor { get; set; }

    public ReadOnlySpan<Cell> Row(int y) => _cells.AsSpan(y * Width, Width);

    public ref readonly Cell this[int x, int y] => ref _cells[(y * Width) + x];

    public void Resize(int width, int height)
    {
        (Width, Height) = (Math.Max(0, width), Math.Max(0, height));
        if (_cells.Length != Width * Height)
        {
            _cells = new Cell[Width * Height];
        }
        Clear();
    }

    public void Clear()
    {
        _cells.AsSpan().Fill(Cell.Blank);
        _links.Clear();
        Cursor = null;
    }

    /// <summary>Writes a grapheme of one or two columns; a wide one that was cut in half by it is blanked.</summary>
    public void Put(int x, int y, string text, int width, TextStyle style, ushort link = 0)
    {
        var at = (y * Width) + x;
        Mend(at, x);
        _cells[at] = new(text, style, link);
        if (width == 2)
        {
            Mend(at + 1, x + 1);
            _cells[at + 1] = new("", style, link);
        }
    }

    public void Restyle(int x, int y, TextStyle style)
    {
        ref var cell = ref _cells[(y * Width) + x];
        cell = cell with { Style = style };
    }

    public ushort LinkOf(string address)
    {
        var at = _links.IndexOf(address);
        if (at < 0 && _links.Count < ushort.MaxValue)
        {
            _links.Add(address);
            at = _links.Count - 1;
        }
        return (ushort)(at + 1);
    }

    public string? Address(ushort link) => link == 0 ? null : _links[link - 1];

    private void Mend(int at, int x)
    {
        ref var cell = ref _cells[at];
        if (cell.IsRightHalf && x > 0)
        {
            _cells[at - 1] = _cells[at - 1] with { Text = " " };
        }
        else if (x + 1 < Width && _cells[at + 1].IsRightHalf)
        {
            _cells[at + 1] = _cells[at + 1] with { Text = " " };
        }
    }
}

internal enum CursorShape : byte
{
    Bar,
    Block,
    Underline,
}

internal readonly record struct CursorPlace(int X, int Y, CursorShape Shape);
