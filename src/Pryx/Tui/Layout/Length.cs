namespace Pryx.Tui.Layout;

/// <summary>How long a part of a row or column is: a number of cells, or a share of what is left.</summary>
internal readonly record struct Length
{
    private Length(int cells, int weight, int least, int most) => (Cells, Weight, Least, Most) = (cells, weight, least, most);

    public int Cells { get; }
    public int Weight { get; }
    public int Least { get; }
    public int Most { get; }

    public static Length Fixed(int cells) => new(Math.Max(0, cells), 0, 0, 0);

    /// <summary>A share of what the fixed parts leave.</summary>
    /// <param name="least">Cells it should have where there is room at all.</param>
    public static Length Flex(int weight = 1, int least = 0, int most = int.MaxValue) => new(0, Math.Max(1, weight), least, Math.Max(least, most));

    public static implicit operator Length(int cells) => Fixed(cells);

    /// <summary>Fixed parts first, from the first on; then the least of the flexible ones; the rest by weight.</summary>
    public static void Share(int total, ReadOnlySpan<Length> lengths, Span<int> sizes)
    {
        var left = Math.Max(0, total);
        for (var i = 0; i < lengths.Length; i++)
        {
            sizes[i] = lengths[i].Weight > 0 ? 0 : Math.Min(left, lengths[i].Cells);
            left -= sizes[i];
        }
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i].Weight > 0)
            {
                sizes[i] = Math.Min(left, lengths[i].Least);
                left -= sizes[i];
            }
        }
        Spread(left, lengths, sizes);
    }

    // A part that has its most gives its share to the others: at most one round for each part.
    private static void Spread(int left, ReadOnlySpan<Length> lengths, Span<int> sizes)
    {
        while (left > 0)
        {
            var weights = 0;
            for (var i = 0; i < lengths.Length; i++)
            {
                weights += CanGrow(lengths[i], sizes[i]) ? lengths[i].Weight : 0;
            }
            if (weights == 0)
            {
                return;
            }
            var (pool, given) = (left, 0);
            for (var i = 0; i < lengths.Length; i++)
            {
                if (CanGrow(lengths[i], sizes[i]))
                {
                    var share = (int)((long)pool * lengths[i].Weight / weights);
                    share = Math.Min(share == 0 && given == 0 && pool < weights ? 1 : share, lengths[i].Most - sizes[i]);
                    share = Math.Min(share, left);
                    sizes[i] += share;
                    given += share;
                    left -= share;
                }
            }
            if (given == 0)
            {
                return;
            }
        }
    }

    private static bool CanGrow(Length length, int size) => length.Weight > 0 && size < length.Most;
}
