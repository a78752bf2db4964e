using Pryx.Agent.Approvals;
using Pryx.Agent.Budgets;
using Pryx.Agent.Models;
using Pryx.Agent.Tools;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Agent.Turns;

/// <summary>
/// The loop. Each round reads what is stored, finishes the calls that have no result, and asks the model again, until it answers
/// without calling a tool. It keeps nothing in memory that a crash could lose, so going on with an old turn is the same code.
/// </summary>
public sealed class TurnRunner(TurnSetup setup, ITurnJournal journal, TimeProvider time)
{
    // Closing writes outlive the token that ended the turn: a result the user already paid for must not be lost to it.
    internal static readonly TimeSpan ClosingBudget = TimeSpan.FromSeconds(5);

    private TokenUsage _usage;
    private decimal? _cost = 0;
    private decimal _spent;
    private int _lastStep;
    private TokenUsage _lastUsage;

    /// <summary>Runs the turn to its one terminal event; null when it was suspended or parked and goes on at another time.</summary>
    public async Task<TurnOutcome?> RunAsync(TurnTokens tokens, TurnSpent spentBefore, CancellationToken cancellationToken = default)
    {
        (_usage, _cost, _spent) = (spentBefore.Usage, spentBefore.CostUsd, spentBefore.CostUsd ?? 0);
        using var timeout = setup.Limits.Timeout is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(tokens.Stop, tokens.Suspend, timeout.Token, cancellationToken);
        using var calls = new ToolCallRunner(setup, journal, time);
        TurnOutcome outcome;
        try
        {
            if (await LoopAsync(calls, any.Token) is not { } reached)
            {
                return null;
            }
            outcome = reached;
        }
        catch (OperationCanceledException e) when (any.IsCancellationRequested)
        {
            // Suspended wins over stopped: nothing may end what the next process is to continue.
            var isSuspended = tokens.Suspend.IsCancellationRequested || (cancellationToken.IsCancellationRequested && !tokens.Stop.IsCancellationRequested);
            if (isSuspended)
            {
                await SuspendCallsAsync();
                return null;
            }
            outcome = tokens.Stop.IsCancellationRequested
                ? End(TurnEnd.Cancelled, "STOPPED", "Stopped by the user.")
                : End(TurnEnd.Limited, "TIMEOUT", $"The turn's time limit of {setup.Limits.Timeout} was reached.");
            await CloseCallsAsync((e as InterruptedCallException)?.Text, outcome.Message!);
        }
        catch (ModelException e)
        {
            outcome = End(TurnEnd.Failed, e.Code, e.RequestId is { } id ? $"{e.Message} (request {id})" : e.Message);
        }
        outcome = outcome with { DeniedForWantOfPerson = calls.DeniedForWantOfPerson };
        using var budget = new CancellationTokenSource(ClosingBudget, time);
        await journal.CommitEndAsync(outcome, budget.Token);
        return outcome;
    }

    /// <returns>Null when the turn is parked.</returns>
    private async Task<TurnOutcome?> LoopAsync(ToolCallRunner runner, CancellationToken cancellationToken)
    {
        var model = new ModelStep(setup, journal, time, Count);
        if (setup.Compact is { } compact)
        {
            return await CompactAsync(model, compact, cancellationToken);
        }
        if (setup.Describes)
        {
            return await model.DescribeAsync(await journal.ReadItemsAsync(cancellationToken), cancellationToken)
                ? End(TurnEnd.Completed, null, null)
                : End(TurnEnd.Failed, "SUMMARY_FAILED", "No model could be had to say what the session was about.");
        }
        if (setup.Say is { } words)
        {
            return await SayAsync(words, cancellationToken);
        }
        if (setup.Call is { } call)
        {
            return await CallAsync(runner, call, cancellationToken);
        }
        var stepCalls = new StepCalls(runner, setup.Tools);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var items = await journal.ReadItemsAsync(cancellationToken);
            var state = TurnState.Of(setup.TurnId, items);
            if (MentionCalls.Missing(setup, items, state.LastStep) is { Count: > 0 } mentioned)
            {
                foreach (var mention in mentioned)
                {
                    await journal.CommitItemAsync(mention, cancellationToken);
                }
                continue;
            }
            if (state.PendingCalls.Count > 0)
            {
                var open = await SettleInterruptedAsync(state.PendingCalls, cancellationToken);
                try
                {
                    await stepCalls.RunAsync(open, items, cancellationToken);
                }
                catch (ParkedException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (await journal.CommitParkAsync(cancellationToken))
                    {
                        return null;
                    }
                }
                continue;
            }
            if (setup.EndsOnFailedTool && state.FailedResult is { } failed)
            {
                return End(TurnEnd.Failed, "TOOL_FAILED", failed.Output, state.LastStep);
            }
            if (await journal.TakeSteeringAsync(state.LastStep, cancellationToken))
            {
                continue;
            }
            if (!state.AwaitsModel)
            {
                if (setup.WantsTitle)
                {
                    await model.WriteTitleAsync(items, state.LastStep, _spent, cancellationToken);
                }
                return End(TurnEnd.Completed, null, null, state.LastStep);
            }
            if (state.LastStep >= setup.Limits.MaxSteps)
            {
                return End(TurnEnd.Limited, "MAX_STEPS", $"Stopped after {state.LastStep} steps, the limit of this turn. Say 'go on', or raise --max-steps.", state.LastStep);
            }
            if (await TellNewsAsync(state.LastStep, cancellationToken))
            {
                continue;
            }
            StepRecord step;
            try
            {
                step = await model.RunAsync(state.LastStep + 1, items, _spent, _lastUsage, cancellationToken);
            }
            catch (CallRefusedException refusal)
            {
                return End(TurnEnd.Limited, refusal.Code, refusal.Message, state.LastStep);
            }
            catch (ParkedException)
            {
                // A question about the budget that nobody has answered yet.
                cancellationToken.ThrowIfCancellationRequested();
                if (await journal.CommitParkAsync(cancellationToken))
                {
                    return null;
                }
                continue;
            }
            Count(step);
            await CommitAsync(token => journal.CommitStepAsync(step, token));
            if (step.FinishReason is "length" or "content_filter" && !step.Items.Any(item => item is ToolCall))
            {
                return step.FinishReason == "length"
                    ? End(TurnEnd.Limited, "MAX_OUTPUT", "The reply was cut at the output limit. Say 'go on' to have the rest.", step.Step)
                    : End(TurnEnd.Failed, "PROVIDER_REFUSED", $"{step.Model} refused to go on with this content.", step.Step);
            }
        }
    }

    // Between steps only: what the model has read stays as it was, and news only add to its end.
    private async Task<bool> TellNewsAsync(int step, CancellationToken cancellationToken)
    {
        var news = setup.TakeNews();
        foreach (var text in news)
        {
            await journal.CommitItemAsync(new Notice("news", setup.Secrets.Mask(text)) { IsForModel = true, TurnId = setup.TurnId, Step = step, Provenance = Provenance.Tool }, cancellationToken);
        }
        return news.Count > 0;
    }

    // After a crash what was summarised is not summarised again.
    private async Task<TurnOutcome> CompactAsync(ModelStep model, CompactSession compact, CancellationToken cancellationToken)
    {
        var items = await journal.ReadItemsAsync(cancellationToken);
        if (!items.Any(item => item is Summary && item.TurnId == setup.TurnId) && !await model.CompactAsync(items, compact.Instructions, cancellationToken))
        {
            await journal.CommitItemAsync(
                new Notice("context", "There is nothing to summarize: what is there is the beginning and the newest of the conversation.") { TurnId = setup.TurnId, Provenance = Provenance.Model }, cancellationToken);
        }
        return End(TurnEnd.Completed, null, null);
    }

    // After a crash what was said is not said again.
    private async Task<TurnOutcome> SayAsync(string words, CancellationToken cancellationToken)
    {
        if (!(await journal.ReadItemsAsync(cancellationToken)).Any(item => item is Notice && item.TurnId == setup.TurnId))
        {
            await journal.CommitItemAsync(new Notice("answer", words) { TurnId = setup.TurnId, Provenance = Provenance.Workspace }, cancellationToken);
        }
        return End(TurnEnd.Completed, null, null);
    }

    private async Task<TurnOutcome> CallAsync(ToolCallRunner runner, CallTool wanted, CancellationToken cancellationToken)
    {
        var items = await journal.ReadItemsAsync(cancellationToken);
        if (!items.Any(item => item is ToolCall && item.TurnId == setup.TurnId))
        {
            if (wanted.Arguments.Length == 0)
            {
                return End(TurnEnd.Failed, "INTERRUPTED", "Pryx ended before this call began; it was not made.", 0);
            }
            // Whoever calls from outside is to policy what a model is.
            await journal.CommitItemAsync(
                new ToolCall("call-1", wanted.Name, setup.Tools.PolicyNameOf(wanted.Name, wanted.Arguments), wanted.Arguments) { TurnId = setup.TurnId, Step = 1, Provenance = Provenance.Model }, cancellationToken);
            items = await journal.ReadItemsAsync(cancellationToken);
        }
        var open = await SettleInterruptedAsync(TurnState.Of(setup.TurnId, items).PendingCalls, cancellationToken);
        await new StepCalls(runner, setup.Tools).RunAsync(open, items, cancellationToken);
        return End(TurnEnd.Completed, null, null, 1);
    }

    // A call that had started when its process died may have done its work: the model is told, and nothing is done twice.
    private async Task<IReadOnlyList<ToolCall>> SettleInterruptedAsync(IReadOnlyList<ToolCall> pending, CancellationToken cancellationToken)
    {
        var started = await journal.ReadStartedCallsAsync(cancellationToken);
        var open = new List<ToolCall>(pending.Count);
        foreach (var call in pending)
        {
            if (started.Contains(call.CallId) && !IsRepeatable(call))
            {
                await journal.CommitResultAsync(call, ToolCallRunner.Unfinished(call, ToolStatus.Interrupted, OpenCalls.Interrupted), cancellationToken);
            }
            else
            {
                open.Add(call);
            }
        }
        return open;
    }

    private async Task SuspendCallsAsync()
    {
        using var budget = new CancellationTokenSource(ClosingBudget, time);
        var state = TurnState.Of(setup.TurnId, await journal.ReadItemsAsync(budget.Token));
        var started = await journal.ReadStartedCallsAsync(budget.Token);
        foreach (var call in state.PendingCalls.Where(call => started.Contains(call.CallId) && !IsRepeatable(call)))
        {
            await journal.CommitResultAsync(call, ToolCallRunner.Unfinished(call, ToolStatus.Interrupted,
                "interrupted: Pryx was shut down while this call was running. What it had done by then is done."), budget.Token);
        }
    }

    private async Task CloseCallsAsync(string? partialReply, string why)
    {
        using var budget = new CancellationTokenSource(ClosingBudget, time);
        var lastStep = await OpenCalls.CancelAsync(journal, setup.TurnId, why, null, budget.Token);
        if (partialReply is { Length: > 0 })
        {
            await journal.CommitItemAsync(
                new Reply(partialReply) { IsPartial = true, TurnId = setup.TurnId, Step = lastStep + 1, Provenance = Provenance.Model }, budget.Token);
        }
    }

    private bool IsRepeatable(ToolCall call) => setup.Tools.Find(call.Name) is { Definition.IsRepeatable: true };

    // A whole reply is paid for: it is stored even when STOP arrived with its last byte.
    private async Task CommitAsync(Func<CancellationToken, Task> commitAsync)
    {
        using var budget = new CancellationTokenSource(ClosingBudget, time);
        await commitAsync(budget.Token);
    }

    private void Count(CallRecord call) => Count(call.Usage ?? default, call.Cost);

    private void Count(TokenUsage usage, decimal? cost)
    {
        _usage += usage;
        _cost = cost is null ? null : _cost + cost;
        _spent += cost ?? 0;
    }

    private void Count(StepRecord step)
    {
        Count(step.Usage, step.Cost);
        (_lastStep, _lastUsage) = (step.Step, step.Usage);
    }

    private TurnOutcome End(TurnEnd end, string? code, string? message, int? steps = null) =>
        new(end, steps ?? _lastStep, _usage, _cost) { Code = code, Message = message };
}

/// <summary>What the turn had used before this process took it up.</summary>
/// <param name="CostUsd">Null when the price of any of it is unknown.</param>
public readonly record struct TurnSpent(TokenUsage Usage, decimal? CostUsd)
{
    public static TurnSpent Nothing { get; } = new(default, 0);
}
