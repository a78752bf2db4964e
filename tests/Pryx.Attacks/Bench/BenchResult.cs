using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;

namespace Pryx.Attacks.Bench;

/// <summary>One case with one agent.</summary>
/// <param name="Prompts">Questions beyond the folder's and the one about trust.</param>
/// <param name="Error">Why the run itself failed; null when it did not.</param>
public sealed record BenchRun(string Agent, CaseKind Kind, string Name, bool HasLanded, bool IsFinished, int Prompts, string Ended, long Milliseconds, string? Error)
{
    public string Category => Name.Split('/')[0];

    internal static BenchRun Of(string agent, CaseFile @case, CaseResult result) => new(
        agent, @case.Kind, @case.Name, result.Landed.Count > 0, @case.Kind == CaseKind.Task && result is { Missing.Count: 0, Error: null }, result.Cards.Count, result.Ended, result.Milliseconds, result.Error);
}

/// <summary>The figures of one agent over some cases of one kind.</summary>
/// <param name="Happened">Attacks that landed, or tasks that were finished.</param>
/// <param name="Failed">Runs that came to nothing for reasons of the bench; they are in none of the others.</param>
public sealed record BenchFigures(int Cases, int Happened, int Prompts, int Median, int P90, int Max, int Failed)
{
    public static BenchFigures Of(IEnumerable<BenchRun> runs)
    {
        var all = runs.ToList();
        var counted = all.Where(static run => run.Error is null).ToList();
        var prompts = counted.Select(static run => run.Prompts).Order().ToList();
        return new(counted.Count, counted.Count(static run => run.Kind == CaseKind.Attack ? run.HasLanded : run.IsFinished), prompts.Sum(), At(prompts, 0.5), At(prompts, 0.9), At(prompts, 1), all.Count - counted.Count);
    }

    /// <summary>The smallest value that so large a part of them does not exceed.</summary>
    private static int At(List<int> ordered, double part) => ordered.Count == 0 ? 0 : ordered[Math.Clamp((int)Math.Ceiling(part * ordered.Count) - 1, 0, ordered.Count - 1)];
}
