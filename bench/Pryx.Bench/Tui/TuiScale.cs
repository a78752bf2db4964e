namespace Pryx.Bench.Tui;

/// <summary>How much of everything; the budgets are those of <see cref="Full"/>.</summary>
internal sealed record TuiScale(int Starts, int Deltas, int Steps, int CallsOfAStep, int Keys)
{
    public static TuiScale Full { get; } = new(15, 2_000, 80, 63, 300);

    /// <summary>For CI: that every measure works.</summary>
    public static TuiScale Smoke { get; } = new(2, 200, 3, 5, 20);

    public int Items => Steps * CallsOfAStep * 2;
}
