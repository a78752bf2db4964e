using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>When a run is killed.</summary>
/// <param name="AfterRequest">Counted from the arrival of this model request; 0 for the start of the process.</param>
/// <param name="Again">Kills the run that continues, too, this long after its start; null: it may end.</param>
internal sealed record KillPoint(int Number, int AfterRequest, TimeSpan Delay, TimeSpan? Again)
{
    /// <summary>Half of them anywhere in the run, half shortly after one of its requests, so that every step is hit however slow the machine is.</summary>
    /// <param name="first">When an undisturbed run made its first request.</param>
    /// <param name="whole">How long it took.</param>
    public static IEnumerable<KillPoint> Random(int seed, int count, TimeSpan first, TimeSpan whole)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var again = i % 4 == 3 ? whole * random.NextDouble() : (TimeSpan?)null;
            yield return i % 2 == 0
                ? new(i, 0, first / 2 + (whole - first / 2) * random.NextDouble(), again)
                : new(i, i / 2 % 5 + 1, TimeSpan.FromMilliseconds(400 * random.NextDouble()), again);
        }
    }

    public async Task WaitAsync(FakeProvider provider, RunProcess run, CancellationToken cancellationToken)
    {
        while (provider.ModelRequests.Count < AfterRequest && !run.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }
        await Task.Delay(Delay, TimeProvider.System, cancellationToken);
    }
}
