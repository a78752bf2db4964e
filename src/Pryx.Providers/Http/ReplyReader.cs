using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>Turns the events of one reply into updates. A wire feeds it what it read; the rules for a whole reply are here, once.</summary>
internal abstract class ReplyReader(ModelExchange exchange, CallIds ids)
{
    private readonly List<ChatResponseUpdate> _ready = [];
    private readonly List<ChatResponseUpdate> _taken = [];
    private bool _hasText;
    private bool _hasCalls;
    private bool _hasReasoning;

    /// <summary>True once the closing event was read.</summary>
    public bool IsClosed { get; protected set; }

    protected ModelExchange Exchange => exchange;
    protected TokenUsage? Usage { get; set; }

    /// <summary>USD, where the provider says what it takes for the call.</summary>
    protected decimal? CostUsd { get; set; }
    protected ChatFinishReason? Reason { get; set; }

    public abstract void Read(WireEvent received);

    /// <summary>What the last event brought; valid until the next call.</summary>
    public List<ChatResponseUpdate> Take()
    {
        _taken.Clear();
        _taken.AddRange(_ready);
        _ready.Clear();
        return _taken;
    }

    /// <summary>True when a stream that ends without its closing event is complete all the same.</summary>
    public virtual bool MayEndHere => false;

    /// <summary>What belongs at the end of a complete reply.</summary>
    /// <exception cref="ModelException">EmptyReply or Refused: there is nothing to go on with.</exception>
    public IEnumerable<ChatResponseUpdate> Complete()
    {
        Finish();
        var reason = Reason ?? ChatFinishReason.Stop;
        if (!_hasText && !_hasCalls)
        {
            if (reason == ChatFinishReason.ContentFilter)
                throw exchange.Fail(ModelFailure.Refused, "refused the content and gave no answer; rephrase the request or choose another model");
            // A reply that spent its whole output limit on reasoning is an honest Length, and sending it again would cost as much again.
            if (reason != ChatFinishReason.Length || !_hasReasoning)
                throw exchange.Fail(ModelFailure.EmptyReply, "sent a reply with neither text nor a tool call");
        }
        if (_hasCalls && reason == ChatFinishReason.Stop)
            reason = ChatFinishReason.ToolCalls;
        if (Usage is { } usage)
            _ready.Add(Updates.Usage(usage, CostUsd));
        _ready.Add(Updates.Finish(reason));
        return Take();
    }

    /// <summary>Gives out what was still being assembled.</summary>
    protected virtual void Finish() { }

    protected void AddText(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        _hasText = true;
        _ready.Add(Updates.Text(text));
    }

    protected void AddReasoning(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        _hasReasoning = true;
        _ready.Add(Updates.Reasoning(text));
    }

    /// <summary>Closes a block of reasoning (or text) with what the provider needs back.</summary>
    protected void AddOpaque(AIContent content)
    {
        _hasReasoning |= content is TextReasoningContent;
        _ready.Add(Updates.Of(content));
    }

    protected FunctionCallContent AddCall(string? id, string name, string arguments)
    {
        _hasCalls = true;
        var call = Contents.Call(ids.Take(id), name, arguments);
        _ready.Add(Updates.Of(call));
        return call;
    }
}
