using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.AI;
using Pryx.Agent.Context;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Turns;

/// <summary>
/// One model reply: calls the model, streams what it says, and makes the call again where the retry table says so.
/// A reply counts only when it is whole; what a cut stream had said is thrown away.
/// </summary>
public sealed class ModelStep(TurnSetup setup, ITurnJournal journal, TimeProvider time)
{
    /// <exception cref="ModelException">The model could not be had.</exception>
    /// <exception cref="InterruptedStepException">The token was cancelled when part of the reply had arrived.</exception>
    public async Task<StepRecord> RunAsync(int step, IReadOnlyList<Item> items, int? maxOutputTokens, CancellationToken cancellationToken)
    {
        var messages = ContextBuilder.Build(setup.Instructions, items);
        var options = Options(maxOutputTokens);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StreamAsync(step, messages, options, cancellationToken);
            }
            catch (ModelException failure) when (RetryTable.DelayAfter(failure, attempt) is { } delay && !cancellationToken.IsCancellationRequested)
            {
                var isRateLimit = failure.Failure == ModelFailure.RateLimited;
                journal.Progress(new ProgressUpdate.Retrying(
                    new StepRetryingPayload(step, attempt, (long)delay.TotalMilliseconds, isRateLimit ? "Rate limited" : failure.Message.TrimEnd('.'))));
                // ORC6's own words.
                var text = isRateLimit ? $"Rate limited, retrying in {delay.TotalSeconds:0}s" : $"{failure.Message} Retrying in {delay.TotalSeconds:0}s";
                await journal.CommitItemAsync(new Notice("retry", text) { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model }, cancellationToken);
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    private ChatOptions Options(int? maxOutputTokens) => new()
    {
        ModelId = setup.Model.Ref.Model,
        MaxOutputTokens = maxOutputTokens,
        Tools = setup.Tools.Declarations,
        ResponseFormat = setup.OutputSchema is { } schema ? ChatResponseFormat.ForJsonSchema(schema, "answer") : null,
        AdditionalProperties = new() { [WireKeys.Session] = setup.SessionId.ToString() },
    };

    private async Task<StepRecord> StreamAsync(int step, List<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var reply = new ReplyParts(setup, step);
        var usage = default(TokenUsage);
        string? finishReason = null;
        string? requestId = null;
        try
        {
            await foreach (var update in setup.Client.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                finishReason = update.FinishReason?.Value ?? finishReason;
                requestId = Property<string>(update.AdditionalProperties, WireKeys.RequestId) ?? requestId;
                if (Property<string>(update.AdditionalProperties, WireKeys.Warning) is { } warning)
                {
                    await journal.CommitItemAsync(new Notice("model", warning) { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model }, cancellationToken);
                }
                foreach (var content in update.Contents)
                {
                    switch (content)
                    {
                        case TextReasoningContent thinking:
                            reply.AddReasoning(thinking.Text, Opaque(thinking));
                            if (thinking.Text is { Length: > 0 })
                            {
                                journal.Progress(new ProgressUpdate.Thinking(step, thinking.Text));
                            }
                            break;
                        case TextContent text:
                            reply.AddText(text.Text, Opaque(text));
                            if (text.Text is { Length: > 0 })
                            {
                                journal.Progress(new ProgressUpdate.Message(step, text.Text));
                            }
                            break;
                        case FunctionCallContent call:
                            reply.AddCall(call, Opaque(call));
                            break;
                        case UsageContent counted:
                            usage = UsageOf(counted.Details);
                            break;
                        default:
                            break;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new InterruptedStepException(reply.TakeText(), cancellationToken);
        }
        cancellationToken.ThrowIfCancellationRequested();
        var items = reply.Take();
        // Cut at the output limit while it was still thinking is a limit, not an empty reply: asking again would only cost again.
        if (finishReason != "length" && items.All(item => item is Reasoning))
        {
            throw new ModelException(ModelFailure.EmptyReply, $"{setup.Model.Ref} answered with nothing.") { Provider = setup.Model.Ref.Provider, RequestId = requestId };
        }
        return new StepRecord(step, items, setup.Model.Ref, usage, setup.Model.Price?.CostOf(usage), Stopwatch.GetElapsedTime(started), finishReason, requestId);
    }

    private static OpaqueData? Opaque(AIContent content) => Property<OpaqueData>(content.AdditionalProperties, WireKeys.Opaque);

    private static TValue? Property<TValue>(AdditionalPropertiesDictionary? properties, string key)
        where TValue : class => properties is not null && properties.TryGetValue(key, out var value) ? value as TValue : null;

    private static TokenUsage UsageOf(UsageDetails details) => new(
        details.InputTokenCount ?? 0, details.OutputTokenCount ?? 0, details.CachedInputTokenCount ?? 0,
        details.AdditionalCounts?.GetValueOrDefault(WireKeys.CacheWriteTokens) ?? 0, details.ReasoningTokenCount ?? 0);

    /// <summary>The parts of a reply in the order they came: a part goes on until another kind begins.</summary>
    private sealed class ReplyParts(TurnSetup setup, int step)
    {
        private readonly List<Item> _items = [];
        private readonly StringBuilder _text = new();
        private bool _isReasoning;

        public void AddText(string? text, OpaqueData? opaque) => Add(text, opaque, isReasoning: false);

        public void AddReasoning(string? text, OpaqueData? opaque) => Add(text, opaque, isReasoning: true);

        public void AddCall(FunctionCallContent call, OpaqueData? opaque)
        {
            Close(null);
            var arguments = Property<string>(call.AdditionalProperties, WireKeys.RawArguments) ?? "{}";
            _items.Add(Stamp(new ToolCall(call.CallId, call.Name, setup.Tools.PolicyNameOf(call.Name), arguments) { Opaque = opaque }));
        }

        public List<Item> Take()
        {
            Close(null);
            return _items;
        }

        public string TakeText()
        {
            Close(null);
            return string.Concat(_items.OfType<Reply>().Select(reply => reply.Text));
        }

        private void Add(string? text, OpaqueData? opaque, bool isReasoning)
        {
            if (_isReasoning != isReasoning)
            {
                Close(null);
                _isReasoning = isReasoning;
            }
            _text.Append(text);
            // Opaque data comes with the last piece of its block: the next piece begins another one.
            if (opaque is not null)
            {
                Close(opaque);
            }
        }

        private void Close(OpaqueData? opaque)
        {
            if (_text.Length == 0 && opaque is null)
            {
                return;
            }
            var text = _text.ToString();
            _text.Clear();
            // White space around tool calls is no reply, but a signature must come back even without text.
            if (_isReasoning)
            {
                _items.Add(Stamp(new Reasoning(text) { Opaque = opaque }));
            }
            else if (opaque is not null || !string.IsNullOrWhiteSpace(text))
            {
                _items.Add(Stamp(new Reply(text) { Opaque = opaque }));
            }
        }

        private Item Stamp(Item item) => item with { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model };
    }
}

/// <summary>STOP or a limit came while the model was speaking; the text is what it had said.</summary>
public sealed class InterruptedStepException(string text, CancellationToken cancellationToken) : OperationCanceledException(cancellationToken)
{
    public string Text { get; } = text;
}
