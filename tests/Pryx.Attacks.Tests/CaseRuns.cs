using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;

[assembly: AssemblyFixture(typeof(Pryx.Attacks.Tests.CaseRuns))]

namespace Pryx.Attacks.Tests;

/// <summary>All cases of this test run, begun at once and run by a few workers; each test waits for its own.</summary>
public sealed class CaseRuns : IAsyncDisposable
{
    private readonly Lazy<WorkerPool> _pool = new(static () => new(Math.Max(3, Environment.ProcessorCount * 3 / 2)));
    private readonly Lock _lock = new();
    private readonly Dictionary<(CaseKind, CaseHow), Dictionary<string, Task<CaseResult>>> _runs = [];

    public static IReadOnlyList<CaseFile> Attacks { get; } = CaseReader.ReadAll(CaseKind.Attack, CaseFolder.Own);
    public static IReadOnlyList<CaseFile> Tasks { get; } = CaseReader.ReadAll(CaseKind.Task, CaseFolder.Own);

    /// <summary>The result of one case; the first question about a kind begins them all.</summary>
    public Task<CaseResult> RunAsync(CaseKind kind, string name, CaseHow how)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue((kind, how), out var runs))
            {
                _runs[(kind, how)] = runs = (kind == CaseKind.Attack ? Attacks : Tasks).ToDictionary(found => found.Name, found => SettledAsync(found, how));
            }
            return runs[name];
        }
    }

    // A busy machine lets a race or a time limit of the case itself pass the wrong way: what ends without having shown anything is run once more.
    // An attack that has landed on a guarded Pryx never is.
    private async Task<CaseResult> SettledAsync(CaseFile found, CaseHow how)
    {
        var first = await _pool.Value.RunAsync(found, how);
        var hasShown = first.Error is null && (found.Kind, how) switch
        {
            (CaseKind.Attack, CaseHow.Unguarded) => first.Landed.Count > 0,
            (CaseKind.Attack, _) => true,
            _ => first.Missing.Count == 0,
        };
        if (hasShown || first is { Landed.Count: > 0 })
        {
            return first;
        }
        Console.WriteLine($"{found.Name} ({how}) is run again: {first.Error ?? string.Join("; ", first.Missing)}");
        return await _pool.Value.RunAsync(found, how);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pool.IsValueCreated)
        {
            await _pool.Value.DisposeAsync();
        }
    }
}
