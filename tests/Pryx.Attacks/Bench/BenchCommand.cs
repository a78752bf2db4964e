using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;

namespace Pryx.Attacks.Bench;

/// <summary><c>bench/attacks</c>: the cases of this repository against command lines of agents, ours and others'.</summary>
internal static class BenchCommand
{
    /// <summary>0 when every run came to an end, whatever landed: the bench reports, the tests judge.</summary>
    public static async Task<int> RunAsync(string[] words)
    {
        if (BenchOptions.Read(words) is not { } options)
        {
            await Console.Error.WriteLineAsync(BenchOptions.Usage);
            return 2;
        }
        if (WorkerPool.WhyNot() is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return 2;
        }
        try
        {
            var runs = await RunAsync(options);
            Console.Write(BenchReport.Table(runs));
            if (options.Json is { } file)
            {
                await File.WriteAllTextAsync(file, BenchReport.Json(runs));
            }
            return runs.Any(static run => run.Error is not null) ? 1 : 0;
        }
        catch (CaseException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    public static async Task<IReadOnlyList<BenchRun>> RunAsync(BenchOptions options)
    {
        // All files are read before the first program starts.
        var agents = options.Agents.Select(path => (Path: path, Agent: AgentFile.Read(path))).ToList();
        var cases = options.Kinds.SelectMany(kind => CaseReader.ReadAll(kind, CaseFolder.Own))
            .Where(found => found.Name.StartsWith(options.Prefix, StringComparison.Ordinal) && IsForAnyAgent(found) && WorkerPool.WhyNot(found) is null).ToList();
        await using var pool = new WorkerPool(Math.Min(agents.Count * cases.Count, Environment.ProcessorCount * 2));
        var runs = agents.SelectMany(agent => cases.Select(found => (agent.Agent, Case: found, Result: pool.RunAsync(found, CaseHow.Guarded, agent.Path)))).ToList();
        var results = new List<BenchRun>();
        foreach (var (agent, found, running) in runs)
        {
            var result = await running;
            results.Add(BenchRun.Of(agent.Name, found, result));
            Note(options, results[^1], result);
        }
        return results;
    }

    /// <summary>What attacks Pryx's own gateway, policies or settings says nothing about another agent.</summary>
    internal static bool IsForAnyAgent(CaseFile @case) => @case is { Stranger: null, Policies.Count: 0, Allow.Count: 0, Config.Length: 0, Guards.Length: 0, Policy: "workspace-only" }
        && !@case.Model.SelectMany(static step => step.Calls).Any(static call => call.Arguments.Contains("{pryx", StringComparison.Ordinal) || ToolGuess.StepOf(call.Tool) is null);

    private static void Note(BenchOptions options, BenchRun run, CaseResult result)
    {
        var isNews = run.Error is not null || (run.Kind == CaseKind.Attack ? run.HasLanded : !run.IsFinished);
        if (isNews)
        {
            Console.Error.WriteLine($"{run.Agent}: {(run.Error is not null ? "not run" : run.Kind == CaseKind.Attack ? "landed" : "not finished")}: {run.Name} ({run.Error ?? string.Join("; ", run.Kind == CaseKind.Attack ? result.Landed : result.Missing)})");
        }
        if (options.Log is { } folder)
        {
            var file = Path.Combine(folder, run.Agent, run.Kind.ToString(), run.Name + ".txt");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, $"{run}\n{string.Join('\n', result.Cards)}\n{result.Log}");
        }
    }
}
