using Microsoft.Extensions.AI;
using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Turns;

/// <summary>One model reply of a turn: what the model sees is built and made to fit, the call is made, its reply made ready to be stored.</summary>
/// <param name="onCall">Hears of each call beside the step's own: they are paid for too.</param>
public sealed class ModelStep(TurnSetup setup, ITurnJournal journal, TimeProvider time, Action<CallRecord>? onCall = null)
{
    // Each goes to another model of the route; more than a few are not worth their summaries.
    private const int MostRefits = 3;

    private readonly ModelCaller _caller = new(setup, journal, time);
    private bool _hasCalled;
    private WindowFit? _window;

    private WindowFit Window => _window ??= new(setup, journal, _caller, onCall ?? (static _ => { }));

    /// <param name="spent">USD so far in this turn.</param>
    /// <param name="last">What the provider counted for the step before.</param>
    /// <exception cref="ModelException">The model could not be had, or the request does not fit it.</exception>
    /// <exception cref="Budgets.CallRefusedException">The budget does not pay for the call.</exception>
    /// <exception cref="InterruptedCallException">The token was cancelled when part of the reply had arrived.</exception>
    public async Task<StepRecord> RunAsync(int step, IReadOnlyList<Item> items, decimal spent, TokenUsage last, CancellationToken cancellationToken)
    {
        var (fitted, measure) = await Window.FitAsync(step, items, spent, cancellationToken);
        for (var refits = 0; ; refits++)
        {
            try
            {
                return OwnCallIds.Of(await CallFittedAsync(step, fitted, measure, spent, last, cancellationToken), items, setup.TurnId);
            }
            catch (RefitException refit)
            {
                if (refits == MostRefits)
                {
                    throw refit.Cause ?? RequestLimits.TooLarge(refit.Model, measure.Usage.Used, RequestLimits.WindowOf(refit.Model) ?? 0);
                }
                (fitted, measure) = await RefitAsync(refit, step, fitted, spent, cancellationToken);
            }
        }
    }

    // Another model answers, and its window is smaller: room is made as it would be for the first one.
    private async Task<(IReadOnlyList<Item> Items, ContextMeasure Measure)> RefitAsync(RefitException refit, int step, IReadOnlyList<Item> items, decimal spent, CancellationToken cancellationToken)
    {
        try
        {
            return await Window.FitAsync(step, items, spent, cancellationToken);
        }
        catch (ModelException tooLarge) when (tooLarge.Failure == ModelFailure.ContextTooLong && refit.Cause is { } cause)
        {
            var notice = new Notice("fallback", $"{refit.Model.DisplayName ?? refit.Model.Ref.ToString()} can not step in: {tooLarge.Message}");
            await journal.CommitItemAsync(notice with { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model }, cancellationToken);
            throw cause;
        }
    }

    private async Task<StepRecord> CallFittedAsync(int step, IReadOnlyList<Item> fitted, ContextMeasure measure, decimal spent, TokenUsage last, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(step, fitted, measure, spent, last, cancellationToken);
        }
        catch (ModelException failure) when (failure.Failure == ModelFailure.ContextTooLong)
        {
            // The provider knows its window better than the catalog.
            setup.Meter.Refused(setup.Route.Current.Ref, measure.Usage.Used);
            var smaller = await TryFitAsync(step, fitted, spent, cancellationToken);
            if (smaller is not { } again || again.Measure.Usage.Used >= measure.Usage.Used)
            {
                throw;
            }
            return await CallAsync(step, again.Items, again.Measure, spent, last, cancellationToken);
        }
    }

    /// <summary>Names the session after what was said in it.</summary>
    public async Task WriteTitleAsync(IReadOnlyList<Item> items, int step, decimal spent, CancellationToken cancellationToken)
    {
        if (await new SessionTitle(setup, journal, _caller, time).WriteAsync(items, step, spent, cancellationToken) is { } call)
        {
            onCall?.Invoke(call);
        }
    }

    /// <summary>Writes down what the session was about; false when no model could be had for it.</summary>
    public async Task<bool> DescribeAsync(IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        var (call, isWritten) = await new SessionDescription(setup, journal, _caller, time).WriteAsync(items, cancellationToken);
        if (call is not null)
        {
            onCall?.Invoke(call);
        }
        return isWritten;
    }

    /// <summary>Summarises what may be summarised; false when there is nothing.</summary>
    public Task<bool> CompactAsync(IReadOnlyList<Item> items, string? instructions, CancellationToken cancellationToken) =>
        Window.CompactAsync(items, instructions, cancellationToken);

    private async Task<(IReadOnlyList<Item> Items, ContextMeasure Measure)?> TryFitAsync(int step, IReadOnlyList<Item> items, decimal spent, CancellationToken cancellationToken)
    {
        try
        {
            return await Window.FitAsync(step, items, spent, cancellationToken);
        }
        catch (ModelException e) when (e.Failure == ModelFailure.ContextTooLong)
        {
            // What the provider has said tells more.
            return null;
        }
    }

    private async Task<StepRecord> CallAsync(int step, IReadOnlyList<Item> items, ContextMeasure measure, decimal spent, TokenUsage last, CancellationToken cancellationToken)
    {
        var model = setup.Route.Current;
        var newestImages = measure.Images == 0 ? 0 : items.OfType<UserMessage>().Where(message => message.TurnId == setup.TurnId).Sum(message => message.Attachments.Count);
        var fit = RequestFit.Of(model, ContextBuilder.Build(setup.Instructions, items), setup.Tools, newestImages);
        await SayAsync(fit.Notices, step, items, cancellationToken);
        var needs = measure.Needs(model.Ref, fit.Tools.Count, setup.Limits.MaxOutputTokens, setup.OutputSchema?.GetRawText().Length * 3 ?? 0) with { Images = fit.Images };
        var call = new ModelCall(CallKind.Step, step, fit.Messages, Options(model, fit.Tools), needs) { SpentInTurn = spent, Last = last, IsFirst = !_hasCalled, FittedTo = model.Ref };
        _hasCalled = true;
        var reply = await _caller.CallAsync(call, cancellationToken);
        var record = reply.Record;
        var context = measure.Usage;
        if (record.Model.Ref == model.Ref && record.Usage is { Input: > 0 } counted)
        {
            setup.Meter.Learn(model.Ref, measure, counted.Input);
            context = context with { LastCounted = counted.Input, LastEstimated = measure.Estimated };
        }
        return new StepRecord(step, WithReasoningCount(reply.Items, record.Usage?.Reasoning ?? 0), record.Model.Ref, record.Usage ?? default, record.Cost, record.Latency, record.FinishReason, record.RequestId)
        {
            Call = record,
            Context = context,
        };
    }

    // What was left out once stays left out; that is said once, too.
    private async Task SayAsync(IReadOnlyList<Notice> notices, int step, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        foreach (var notice in notices)
        {
            if (!items.OfType<Notice>().Any(said => said.Kind == notice.Kind && said.Text == notice.Text))
            {
                await journal.CommitItemAsync(notice with { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model }, cancellationToken);
            }
        }
    }

    private static IReadOnlyList<Item> WithReasoningCount(IReadOnlyList<Item> items, long tokens)
    {
        var first = tokens == 0 ? -1 : items.TakeWhile(item => item is not Reasoning).Count();
        return first < 0 || first == items.Count ? items : [.. items.Select((item, at) => at == first ? (Reasoning)item with { Tokens = tokens } : item is Reasoning other ? other with { Tokens = 0 } : item)];
    }

    private ChatOptions Options(ModelInfo model, IList<AITool> tools) => new()
    {
        Tools = tools,
        AllowMultipleToolCalls = model.MaxParallelToolCalls == 1 ? false : null,
        ResponseFormat = setup.OutputSchema is { } schema ? ChatResponseFormat.ForJsonSchema(schema, "answer") : null,
        AdditionalProperties = new() { [WireKeys.Session] = setup.SessionId.ToString() },
    };
}
