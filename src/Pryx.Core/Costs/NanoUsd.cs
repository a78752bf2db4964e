namespace Pryx.Core.Costs;

/// <summary>Money as budgets count it: whole billionths of a USD, so that sums are exact, rounded up, so that a budget errs on the side of less.</summary>
internal static class NanoUsd
{
    private const decimal PerUsd = 1_000_000_000m;

    public static long Of(decimal usd) => usd >= long.MaxValue / PerUsd ? long.MaxValue / 4 : (long)decimal.Ceiling(usd * PerUsd);

    /// <summary>Of a limit: rounded down.</summary>
    public static long OfLimit(decimal usd) => usd >= long.MaxValue / PerUsd ? long.MaxValue / 4 : (long)decimal.Floor(usd * PerUsd);

    public static decimal ToUsd(long nano) => nano / PerUsd;
}
