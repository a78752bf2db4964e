using System.Diagnostics;
using Microsoft.Extensions.AI;
using Pryx.Agent.Budgets;
using Pryx.Agent.Context;
using Pryx.Agent.Turns;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>
/// The only road to a model: asks the route for one, the budget for its price, streams what it says, and makes the call again where the
/// route says so. Every request that was sent is recorded. A reply counts only when it is whole; what a cut stream had said is thrown away.
/// </summary>
public sealed class ModelCaller(TurnSetup setup, ITurnJournal journal, TimeProvider time)
{
    private readonly HashSet<string> _said = [];

    /// <exception cref="ModelException">The model could not be had.</exception>
    /// <exception cref="CallRefusedException">The budget does not pay for it.</exception>
    /// <exception cref="RefitException">Another model steps in that the request must first be made to fit.</exception>
    /// <exception cref="InterruptedCallException">The token was cancelled when part of the reply had arrived.</exception>
    public async Task<ModelReply> CallAsync(ModelCall call, CancellationToken cancellationToken)
    {
        ModelException? last = null;
        for (var attempt = 1; ; attempt++)
        {
            var (target, allowance) = await PrepareAsync(call, attempt, last, cancellationToken);
            var sent = new Sent(call, target, allowance, attempt);
            try
            {
                return await StreamAsync(sent, cancellationToken);
            }
            catch (ModelException failure)
            {
                last = failure;
                await RecordAsync(sent, failure.Code, failure.RequestId, failure.IsUnbilled || failure.Failure == ModelFailure.NotConfigured);
                if (cancellationToken.IsCancellationRequested || setup.Route.AfterFailure(target, failure, attempt) is not { } retry)
                {
                    throw;
                }
                journal.Progress(new ProgressUpdate.Retrying(new StepRetryingPayload(
                    call.Step, attempt, (long)retry.Delay.TotalMilliseconds, failure.Failure == ModelFailure.RateLimited ? "Rate limited" : failure.Message.TrimEnd('.'))));
                await SayAsync(call, retry.Notice, cancellationToken);
                await Task.Delay(retry.Delay, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await RecordAsync(sent, "STOPPED", null);
                throw;
            }
        }
    }

    private async Task<(ModelTarget Target, Allowance Allowance)> PrepareAsync(ModelCall call, int attempt, ModelException? last, CancellationToken cancellationToken)
    {
        Task ToldAsync(Notice notice) => SayAsync(call, notice, cancellationToken);
        var mayBeCheaper = true;
        while (true)
        {
            var target = await setup.Route.NextAsync(call.Kind, call.Needs, ToldAsync, cancellationToken);
            if (call.FittedTo is { } fitted && fitted != target.Model.Ref && ModelFit.IsTooSmall(target.Model, call.Needs))
            {
                throw new RefitException(target.Model, last);
            }
            RequestLimits.Require(target.Model, call.Needs);
            if (attempt == 1)
            {
                await SayEstimateAsync(call, target, ToldAsync);
            }
            var bid = new CallBid(call.Kind, call.Step, target.Model, call.Needs, call.SpentInTurn, call.Last) { Attempt = attempt, SayAsync = ToldAsync, HasCheaper = mayBeCheaper };
            try
            {
                return (target, await setup.Budget.ReserveAsync(bid, cancellationToken));
            }
            catch (CallRefusedException refusal) when (refusal.WantsCheaper)
            {
                // Without one, the budget is asked again for what it does then.
                mayBeCheaper = setup.Route.UseCheaper(call.Needs, refusal.LeftUsd);
            }
        }
    }

    // Only the first call of a turn: those after it are much like it.
    private static Task SayEstimateAsync(ModelCall call, ModelTarget target, Func<Notice, Task> sayAsync) =>
        call is { Kind: CallKind.Step, IsFirst: true } && LargeCall.Warning(target.Model, call.Needs) is { } warning ? sayAsync(warning) : Task.CompletedTask;

    private Task SayAsync(ModelCall call, Notice notice, CancellationToken cancellationToken) =>
        journal.CommitItemAsync(notice with { TurnId = setup.TurnId, Step = call.Step, Provenance = Provenance.Model }, cancellationToken);

    // It was sent, so it may have to be paid: that is stored even when STOP is the reason for its end.
    private async Task RecordAsync(Sent sent, string error, string? requestId, bool isUnbilled = false)
    {
        using var closing = new CancellationTokenSource(TurnRunner.ClosingBudget, time);
        await journal.CommitCallAsync(sent.Record(sent.Counted) with { Error = error, RequestId = requestId, IsUnbilled = isUnbilled }, closing.Token);
    }

    private async Task<ModelReply> StreamAsync(Sent sent, CancellationToken cancellationToken)
    {
        var (call, model) = (sent.Call, sent.Target.Model);
        var options = call.Options.Clone();
        options.ModelId = model.Ref.Model;
        options.MaxOutputTokens = RequestLimits.OutputCap(model, call.Needs, sent.Allowance.MaxOutputTokens);
        if (sent.Target.OneCallAtATime)
        {
            options.AllowMultipleToolCalls = false;
        }
        if (call.Kind == CallKind.Step && setup.Effort?.Apply(options, model) is { } left && _said.Add(left))
        {
            await SayAsync(call, new Notice("model", left), cancellationToken);
        }
        string? finishReason = null;
        string? requestId = null;
        try
        {
            await foreach (var update in sent.Target.Client.GetStreamingResponseAsync(call.Messages, options, cancellationToken))
            {
                finishReason = update.FinishReason?.Value ?? finishReason;
                requestId = Property<string>(update.AdditionalProperties, WireKeys.RequestId) ?? requestId;
                if (Property<RateLimitState>(update.AdditionalProperties, WireKeys.RateLimits) is { } limits)
                {
                    setup.Route.Heard(sent.Target, limits);
                }
                if (Property<string>(update.AdditionalProperties, WireKeys.Warning) is { } warning)
                {
                    await SayAsync(call, new Notice("model", warning), cancellationToken);
                }
                foreach (var content in update.Contents)
                {
                    if (content is UsageContent counted)
                    {
                        (sent.Counted, sent.ReportedUsd) = (UsageOf(counted.Details), ReportedOf(counted.Details) ?? sent.ReportedUsd);
                    }
                    else
                    {
                        Take(content, sent);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new InterruptedCallException(sent.Reply(setup).TakeText(), cancellationToken);
        }
        cancellationToken.ThrowIfCancellationRequested();
        var items = sent.Reply(setup).Take();
        // Cut at the output limit while it was still thinking is a limit, not an empty reply: asking again would only cost again.
        if (finishReason != "length" && items.All(item => item is Reasoning))
        {
            throw new ModelException(ModelFailure.EmptyReply, $"{model.Ref} answered with nothing.") { Provider = model.Ref.Provider, RequestId = requestId };
        }
        setup.Route.Answered(sent.Target, sent.FirstToken ?? sent.Elapsed, sent.Elapsed);
        return new(items, sent.Record(sent.Counted) with { FinishReason = finishReason, RequestId = requestId });
    }

    private void Take(AIContent content, Sent sent)
    {
        var reply = sent.Reply(setup);
        switch (content)
        {
            case TextReasoningContent thinking:
                sent.Hear(thinking.Text);
                reply.AddReasoning(thinking.Text, Opaque(thinking));
                if (thinking.Text is { Length: > 0 } && sent.Call.Kind == CallKind.Step)
                {
                    journal.Progress(new ProgressUpdate.Thinking(sent.Call.Step, thinking.Text));
                }
                break;
            case TextContent text:
                sent.Hear(text.Text);
                reply.AddText(text.Text, Opaque(text));
                if (text.Text is { Length: > 0 } && sent.Call.Kind == CallKind.Step)
                {
                    journal.Progress(new ProgressUpdate.Message(sent.Call.Step, text.Text));
                }
                break;
            // Not every wire can say it, and not every model keeps to it: the next call comes with the next step.
            case FunctionCallContent when sent.IsOneCallAtATime && sent.HasCall:
                break;
            case FunctionCallContent toolCall:
                sent.HasCall = true;
                sent.Hear(toolCall.Name);
                reply.AddCall(toolCall, Opaque(toolCall));
                break;
            default:
                break;
        }
    }

    private static OpaqueData? Opaque(AIContent content) => Property<OpaqueData>(content.AdditionalProperties, WireKeys.Opaque);

    private static TValue? Property<TValue>(AdditionalPropertiesDictionary? properties, string key)
        where TValue : class => properties is not null && properties.TryGetValue(key, out var value) ? value as TValue : null;

    private static decimal? ReportedOf(UsageDetails details) =>
        details.AdditionalCounts?.TryGetValue(WireKeys.CostNanoUsd, out var nano) == true && nano >= 0 ? nano / 1_000_000_000m : null;

    // Nothing at all is no count.
    private static TokenUsage? UsageOf(UsageDetails details)
    {
        var usage = new TokenUsage(
            details.InputTokenCount ?? 0, details.OutputTokenCount ?? 0, details.CachedInputTokenCount ?? 0,
            details.AdditionalCounts?.GetValueOrDefault(WireKeys.CacheWriteTokens) ?? 0, details.ReasoningTokenCount ?? 0);
        return usage.Input + usage.Output == 0 ? null : usage;
    }

    /// <summary>One request on its way.</summary>
    private sealed class Sent(ModelCall call, ModelTarget target, Allowance allowance, int attempt)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private ReplyParts? _reply;
        private long _heard;

        public ModelCall Call => call;
        public ModelTarget Target => target;
        public Allowance Allowance => allowance;
        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);
        public TimeSpan? FirstToken { get; private set; }

        /// <summary>What the provider has counted; wires give it out only with the end of a whole stream.</summary>
        public TokenUsage? Counted { get; set; }

        /// <summary>USD, where the provider says what it takes for the call.</summary>
        public decimal? ReportedUsd { get; set; }
        public bool IsOneCallAtATime => target.OneCallAtATime || call.Options.AllowMultipleToolCalls == false;
        public bool HasCall { get; set; }

        public ReplyParts Reply(TurnSetup setup) => _reply ??= new ReplyParts(setup, call.Step);

        public void Hear(string? text)
        {
            FirstToken ??= Elapsed;
            _heard += text?.Length ?? 0;
        }

        public CallRecord Record(TokenUsage? usage) => new(call.Kind, call.Step, target.Model, usage, usage is { } counted ? ReportedUsd ?? target.Model.Price?.CostOf(counted) : null, Elapsed)
        {
            ReportedUsd = usage is null ? null : ReportedUsd,
            Reservation = allowance.Reservation,
            Attempt = attempt,
            Estimate = new(call.Needs.InputTokens, (_heard + 3) / 4),
        };
    }
}
