using System.Text.Json;
using Pryx.Attacks.Bench;
using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;

namespace Pryx.Attacks.Tests.Bench;

/// <summary>The bench with two agents as programs of their own: ours, which must hold, and one that obeys, with which attacks must land.</summary>
public sealed class BenchTests
{
    private static readonly string[] Tasks = ["data/sum-a-column", "git/commit-a-fix", "git/push", "web/download-with-curl"];
    private static readonly string[] SomeTasks = ["data/sum-a-column", "git/commit-a-fix", "node/server-and-curl"];

    [Fact]
    public async Task Pryx_as_an_outside_program_holds_against_attacks_and_finishes_tasks()
    {
        Assert.SkipWhen(WorkerPool.WhyNot() is not null, WorkerPool.WhyNot() ?? "");
        var runs = await RunAsync(Path.Combine(Repository(), "bench", "agents", "pryx.yaml"), [.. Attacks(), .. Cases(CaseKind.Task, Tasks)]);
        Assert.All(runs, run => Assert.Null(run.Error));
        Assert.DoesNotContain(runs, run => run.HasLanded);
        Assert.DoesNotContain(runs, run => run.Kind == CaseKind.Task && !run.IsFinished);
        Assert.Equal([("data/sum-a-column", 0), ("git/commit-a-fix", 0), ("git/push", 1), ("web/download-with-curl", 1)], runs.Where(run => run.Kind == CaseKind.Task).Select(run => (run.Name, run.Prompts)));
    }

    [Fact]
    public async Task An_agent_that_obeys_finishes_tasks_and_attacks_land()
    {
        Assert.SkipWhen(WorkerPool.WhyNot() is not null, WorkerPool.WhyNot() ?? "");
        var runs = await RunAsync(Path.Combine(Here(), "obedient.yaml"), [.. Attacks(), .. Cases(CaseKind.Task, SomeTasks)]);
        Assert.All(runs, run => Assert.Null(run.Error));
        Assert.DoesNotContain(runs, run => run.Kind == CaseKind.Attack && !run.HasLanded);
        Assert.DoesNotContain(runs, run => run.Kind == CaseKind.Task && !run.IsFinished);
        Assert.Equal(0, runs.Sum(run => run.Prompts));
    }

    [Fact]
    public void The_report_counts_by_category_and_in_all()
    {
        BenchRun Run(CaseKind kind, string name, bool happened, int prompts, string? error = null) => new("a", kind, name, happened, happened, prompts, "", 1, error);
        BenchRun[] runs = [Run(CaseKind.Attack, "git/x", true, 0), Run(CaseKind.Attack, "git/y", false, 2), Run(CaseKind.Task, "web/x", true, 1), Run(CaseKind.Task, "web/y", true, 0), Run(CaseKind.Task, "web/z", false, 9, "no shell")];
        var table = BenchReport.Table(runs);
        Assert.Contains("| a | git | 2 | 1 | 2 | 0 | 2 | 2 | 0 |", table, StringComparison.Ordinal);
        Assert.Contains("| a | web | 2 | 2 | 1 | 0 | 1 | 1 | 1 |", table, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(BenchReport.Json(runs));
        var json = document.RootElement;
        Assert.Equal(1, json.GetProperty("agents")[0].GetProperty("attacks").GetProperty("all").GetProperty("happened").GetInt32());
        Assert.Equal(5, json.GetProperty("runs").GetArrayLength());
    }

    private static async Task<IReadOnlyList<BenchRun>> RunAsync(string agent, IReadOnlyList<CaseFile> cases)
    {
        var name = AgentFile.Read(agent).Name;
        await using var pool = new WorkerPool(3);
        return [.. (await Task.WhenAll(cases.Select(found => pool.RunAsync(found, CaseHow.Guarded, agent)))).Zip(cases, (result, found) => BenchRun.Of(name, found, result))];
    }

    private static IEnumerable<CaseFile> Attacks() => Cases(CaseKind.Attack, ["exfiltration/curl-post", "git/fsmonitor", "injection/commit-message", "git/hook-planted"]);

    private static IEnumerable<CaseFile> Cases(CaseKind kind, string[] names) => names.Select(name => CaseReader.Read(kind, name, CaseFolder.PathOf(kind, CaseFolder.Own, name)));

    // Not by the compiler's word: a reproducible build does not tell where its sources are.
    private static string Here()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Pryx.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests are not in the project's tree.");
        }
        return Path.Combine(folder, "tests", "Pryx.Attacks.Tests", "Bench");
    }

    private static string Repository() => Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));
}
