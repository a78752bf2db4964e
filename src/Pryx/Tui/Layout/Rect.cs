namespace Pryx.Tui.Layout;

/// <summary>A rectangle of cells. Sizes are never negative.</summary>
internal readonly record struct Rect(int X, int Y, int Width, int Height)
{
    public static Rect Empty => default;

    public int Right => X + Width;
    public int Bottom => Y + Height;
    public bool IsEmpty => Width <= 0 || Height <= 0;

    public bool Contains(int x, int y) => x >= X && x < Right && y >= Y && y < Bottom;

    public Rect Intersect(Rect other)
    {
        var x = Math.Max(X, other.X);
        var y = Math.Max(Y, other.Y);
        return new(x, y, Math.Max(0, Math.Min(Right, other.Right) - x), Math.Max(0, Math.Min(Bottom, other.Bottom) - y));
    }

    public Rect Move(int columns, int rows) => this with { X = X + columns, Y = Y + rows };

    /// <summary>Smaller on all sides.</summary>
    public Rect Inset(int columns, int rows)
    {
        var width = Math.Max(0, Width - (2 * columns));
        var height = Math.Max(0, Height - (2 * rows));
        return new(X + Math.Min(columns, Width), Y + Math.Min(rows, Height), width, height);
    }

    /// <summary>In the middle, as large as asked where it fits.</summary>
    public Rect Centered(int width, int height)
    {
        var (w, h) = (Math.Clamp(width, 0, Width), Math.Clamp(height, 0, Height));
        return new(X + ((Width - w) / 2), Y + ((Height - h) / 2), w, h);
    }

    public Rect Top(int rows) => this with { Height = Math.Clamp(rows, 0, Height) };

    public Rect TopCut(int rows) => this with { Y = Y + Math.Clamp(rows, 0, Height), Height = Height - Math.Clamp(rows, 0, Height) };

    public Rect Lower(int rows) => TopCut(Height - Math.Clamp(rows, 0, Height));

    public Rect LowerCut(int rows) => this with { Height = Height - Math.Clamp(rows, 0, Height) };

    public Rect Left(int columns) => this with { Width = Math.Clamp(columns, 0, Width) };

    public Rect LeftCut(int columns) => this with { X = X + Math.Clamp(columns, 0, Width), Width = Width - Math.Clamp(columns, 0, Width) };

    /// <summary>One below the other.</summary>
    public Rect[] Rows(params ReadOnlySpan<Length> lengths)
    {
        var parts = new Rect[lengths.Length];
        Span<int> sizes = stackalloc int[lengths.Length];
        Length.Share(Height, lengths, sizes);
        for (int at = Y, i = 0; i < parts.Length; at += sizes[i], i++)
        {
            parts[i] = new(X, at, Width, sizes[i]);
        }
        return parts;
    }

    /// <summary>One beside the other.</summary>
    public Rect[] Columns(params ReadOnlySpan<Length> lengths)
    {
        var parts = new Rect[lengths.Length];
        Span<int> sizes = stackalloc int[lengths.Length];
        Length.Share(Width, lengths, sizes);
        for (int at = X, i = 0; i < parts.Length; at += sizes[i], i++)
        {
            parts[i] = new(at, Y, sizes[i], Height);
        }
        return parts;
    }
}
