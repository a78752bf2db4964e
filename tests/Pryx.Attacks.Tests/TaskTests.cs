using System.Globalization;
using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;
using Pryx.Testing;

namespace Pryx.Attacks.Tests;

/// <summary>
/// Every file below Tasks, run through the real engine with a person who takes the folder grant and approves the rest; each card after the
/// folder's is a prompt. The same again where every side effect is asked, for what the grant saves.
/// </summary>
public sealed class TaskTests(CaseRuns runs, ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. CaseRuns.Tasks.Select(task => task.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_task_is_finished_with_at_most_two_questions(string name)
    {
        var task = CaseRuns.Tasks.Single(task => task.Name == name);
        Assert.SkipWhen(WorkerPool.WhyNot(task) is not null, WorkerPool.WhyNot(task) ?? "");
        var result = await runs.RunAsync(CaseKind.Task, name, CaseHow.Guarded);
        Assert.True(result.Error is null && result.Missing.Count == 0, $"{name} is not finished: {string.Join("; ", result.Missing)} {result.Error}\n{result.Log}");
        Assert.True(result.Cards.Count <= 2, $"{name} asked {result.Cards.Count} times:\n{string.Join('\n', result.Cards)}\n{result.Log}");
    }

    [Fact]
    [Requirement("NFR-S3", "workspace sandbox by default")]
    public async Task Of_at_least_100_tasks_all_are_finished_and_hardly_anything_is_asked()
    {
        Assert.SkipWhen(WorkerPool.WhyNot() is not null, WorkerPool.WhyNot() ?? "");
        var runnable = CaseRuns.Tasks.Where(task => WorkerPool.WhyNot(task) is null).ToList();
        var guarded = await Task.WhenAll(runnable.Select(task => runs.RunAsync(CaseKind.Task, task.Name, CaseHow.Guarded)));
        var asked = await Task.WhenAll(runnable.Select(task => runs.RunAsync(CaseKind.Task, task.Name, CaseHow.Ask)));
        var prompts = guarded.Select(result => result.Cards.Count).Order().ToList();
        var (median, p90, all, allAsked) = (prompts[(prompts.Count - 1) / 2], prompts[(int)Math.Ceiling(prompts.Count * 0.9) - 1], prompts.Sum(), asked.Sum(result => result.Cards.Count));
        var line = string.Create(CultureInfo.InvariantCulture, $"tasks: {guarded.Length} cases, finished {guarded.Count(IsFinished)}, prompts after the folder grant {all} (median {median}, p90 {p90}, max {prompts[^1]}), asking everything {allAsked}: {100.0 * (allAsked - all) / allAsked:0.0} % fewer");
        output.WriteLine(line);
        Console.WriteLine(line);
        foreach (var result in guarded.Where(result => result.Cards.Count > 0))
        {
            output.WriteLine($"{result.Name}: {string.Join("; ", result.Cards)}");
        }
        Assert.True(guarded.All(IsFinished), $"{line}; not finished: {string.Join(", ", guarded.Where(result => !IsFinished(result)).Select(result => result.Name))}");
        // Who is asked about everything and says yes must get nearly as far: else the comparison is with something else.
        Assert.True(asked.Count(IsFinished) * 100 >= asked.Length * 95, $"Not finished when everything is asked: {string.Join(", ", asked.Where(result => !IsFinished(result)).Select(result => result.Name))}");
        Assert.True(guarded.Length >= 100 && median == 0 && p90 <= 1 && prompts[^1] <= 2 && all * 10 <= allAsked, line);
    }

    private static bool IsFinished(CaseResult result) => result is { Error: null, Missing.Count: 0 };
}
