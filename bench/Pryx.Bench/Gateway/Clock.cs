namespace Pryx.Bench.Gateway;

/// <summary>One clock for the harness and the fake provider, which lives in the same process.</summary>
internal static class Clock
{
    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static double MillisecondsSince(DateTimeOffset start) => (Now - start).TotalMilliseconds;

    /// <param name="share">0.95 for the 95th percentile.</param>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
