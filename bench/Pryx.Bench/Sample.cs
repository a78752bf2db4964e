namespace Pryx.Bench;

/// <summary>The values of one measure and one subject.</summary>
internal sealed record Sample(string Subject, Build? Build, IReadOnlyList<double> Values)
{
    public double Median { get; } = MedianOf([.. Values.Order()]);

    private static double MedianOf(double[] sorted) => sorted switch
    {
        [] => double.NaN,
        _ when sorted.Length % 2 == 1 => sorted[sorted.Length / 2],
        _ => (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2,
    };
}

/// <summary>One row of the results.</summary>
/// <param name="Explanation">What exactly is measured.</param>
/// <param name="Release">The release build's budget, in the measure's unit; null where there is none.</param>
/// <param name="Canary">The Native AOT canary's.</param>
internal sealed record Measure(string Name, string Unit, string Explanation, double? Release, double? Canary, IReadOnlyList<Sample> Samples)
{
    public double? Budget(Sample sample) => sample.Build switch { Build.Release => Release, Build.Canary => Canary, _ => null };
}
