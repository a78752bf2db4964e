using Pryx.Agent.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tools;

/// <summary>
/// Runs the calls of one step: side by side where they do not touch the same things, otherwise in the model's order.
/// </summary>
public sealed class StepCalls(ToolCallRunner runner, ToolSet tools)
{
    /// <summary>Returns when every call has its stored result; the first failure to store ends the others.</summary>
    /// <exception cref="ParkedException">One waits for a person, every other that could go on without has its result.</exception>
    public async Task RunAsync(IReadOnlyList<ToolCall> calls, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        runner.BeginStep();
        using var oneFailed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var plans = new ToolPlan?[calls.Count];
        for (var i = 0; i < calls.Count && calls.Count > 1; i++)
        {
            plans[i] = await runner.TryPlanAsync(calls[i], oneFailed.Token);
        }
        var running = new Task[calls.Count];
        for (var i = 0; i < calls.Count; i++)
        {
            var index = i;
            var before = Enumerable.Range(0, i).Where(j => MustFollow(calls[j], plans[j], calls[index], plans[index])).Select(j => running[j]).ToArray();
            running[i] = RunAfterAsync(before, calls[i], items, oneFailed);
        }
        await Task.WhenAll(running);
    }

    private async Task RunAfterAsync(Task[] before, ToolCall call, IReadOnlyList<Item> items, CancellationTokenSource oneFailed)
    {
        try
        {
            await Task.WhenAll(before);
            await runner.RunAsync(call, items, oneFailed.Token);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ParkedException))
        {
            await oneFailed.CancelAsync();
            throw;
        }
    }

    // An edit and the command that tests it keep their order; two commands, or two reads, are the model's to run at once.
    private bool MustFollow(ToolCall first, ToolPlan? firstPlan, ToolCall second, ToolPlan? secondPlan)
    {
        if (firstPlan is null || secondPlan is null || RunsAlone(first) || RunsAlone(second))
        {
            return true;
        }
        foreach (var one in firstPlan.Accesses)
        {
            foreach (var two in secondPlan.Accesses)
            {
                var clash = (one.Kind, two.Kind) switch
                {
                    (AccessKind.Write, AccessKind.Execute) or (AccessKind.Execute, AccessKind.Write) => true,
                    (AccessKind.Write, AccessKind.Write or AccessKind.Read) or (AccessKind.Read, AccessKind.Write) => Overlap(one.Target, two.Target),
                    (AccessKind.Execute, AccessKind.Read) => false,
                    _ => false,
                };
                if (clash)
                {
                    return true;
                }
            }
        }
        return false;
    }

    private bool RunsAlone(ToolCall call) => tools.Find(call.Name)?.Definition.RunsAlone ?? false;

    private static bool Overlap(string one, string two) =>
        one == two || one.StartsWith(two + Path.DirectorySeparatorChar, StringComparison.Ordinal) || two.StartsWith(one + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
