using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIChat;

/// <summary>Reads Chat Completions chunks. <c>[DONE]</c> closes the reply; so does the end of the stream after a finish reason.</summary>
/// <param name="tellsCost">Its usage says in USD what the call has cost.</param>
internal sealed class ChatReply(ModelExchange exchange, CallIds ids, string wire, bool tellsCost = false) : ReplyReader(exchange, ids)
{
    /// <summary>The opaque data of reasoning whose own text goes back as <c>reasoning_content</c>.</summary>
    public const string ReasoningContent = "reasoning_content";

    private readonly CallFragments _calls = new();
    private readonly ReasoningDetails _details = new();
    private bool _hasReasoningContent;
    private bool _isReasoningOpen;
    private bool _hasDelta;

    // Usage and [DONE] may be missing behind it; what the model said is not.
    public override bool MayEndHere => Reason is not null;

    public override void Read(WireEvent received)
    {
        if (received.IsDone)
        {
            IsClosed = true;
            return;
        }
        var root = received.Root;
        // OpenRouter says once more as an error that the limit was reached.
        if ((root.Child("error"u8) is not null && Reason != ChatFinishReason.Length) || root.Text("object"u8) == "error")
            throw Exchange.FailFromBody(root);
        ReadUsage(root.Child("usage"u8) ?? root.Child("x_groq"u8).Child("usage"u8));
        foreach (var choice in root.Items("choices"u8))
        {
            if (choice.Number("index"u8) is > 0)
                continue;
            if (choice.Child("error"u8) is not null)
                throw Exchange.FailFromBody(choice);
            // A last chunk with the whole message repeats what the deltas said, and is all there is where none came.
            if (choice.Child("delta"u8) is { } delta)
                ReadDelta(delta);
            else if (!_hasDelta && choice.Child("message"u8) is { } message)
                ReadDelta(message);
            ReadUsage(choice.Child("usage"u8));
            if (choice.Text("finish_reason"u8) is { Length: > 0 } reason)
                Reason = ReasonOf(reason);
        }
    }

    protected override void Finish()
    {
        CloseReasoning();
        foreach (var call in _calls.Complete())
        {
            if (string.IsNullOrEmpty(call.Name))
                throw Exchange.Fail(ModelFailure.MalformedStream, "sent a tool call without a name");
            var content = AddCall(call.Id, call.Name, call.Arguments.ToString());
            if (call.Extra is { } extra)
                content.WithOpaque(wire, extra);
        }
    }

    private void ReadDelta(JsonElement delta)
    {
        _hasDelta = true;
        if (delta.Text("reasoning_content"u8) is { Length: > 0 } content)
        {
            _hasReasoningContent = true;
            Think(content);
        }
        else if (delta.Text("reasoning"u8) is { Length: > 0 } reasoning)
        {
            Think(reasoning);
        }
        else
        {
            foreach (var detail in delta.Items("reasoning_details"u8))
                Think(detail.Text("text"u8) ?? detail.Text("summary"u8));
        }
        _details.Add(delta.Items("reasoning_details"u8));

        if (delta.Child("content"u8) is { ValueKind: JsonValueKind.Array } parts)
            ReadParts(parts);
        else
            Say(delta.Text("content"u8));
        if (delta.Text("refusal"u8) is { Length: > 0 } refusal)
            Say(refusal);
        Say(delta.Child("audio"u8).Text("transcript"u8));
        foreach (var fragment in delta.Items("tool_calls"u8))
            _calls.Add(fragment);
        if (delta.Child("function_call"u8) is { } function)
            _calls.AddFunction(function);
    }

    /// <summary>Mistral's reasoning models stream a list of parts.</summary>
    private void ReadParts(JsonElement parts)
    {
        foreach (var part in parts.EnumerateArray())
        {
            if (part.Text("type"u8) == "thinking")
            {
                foreach (var thought in part.Items("thinking"u8))
                    Think(thought.Text("text"u8));
            }
            else
            {
                Say(part.Text("text"u8));
            }
        }
    }

    private void Think(string? text)
    {
        _isReasoningOpen |= !string.IsNullOrEmpty(text);
        AddReasoning(text);
    }

    private void Say(string? text)
    {
        if (!string.IsNullOrEmpty(text))
            CloseReasoning();
        AddText(text);
    }

    /// <summary>Reasoning ends where the answer begins; encrypted details that come later close an empty block of their own.</summary>
    private void CloseReasoning()
    {
        if (_isReasoningOpen && _hasReasoningContent)
            AddOpaque(new TextReasoningContent("").WithOpaque(wire, ReasoningContent));
        else if (_details.TakeAll() is { } details)
            AddOpaque(new TextReasoningContent("").WithOpaque(wire, details));
        _isReasoningOpen = false;
    }

    private void ReadUsage(JsonElement? usage)
    {
        if (usage.Number("prompt_tokens"u8) is not { } input)
            return;
        var output = usage.Number("completion_tokens"u8) ?? 0;
        // Zeros behind the true numbers are a placeholder.
        if (input == 0 && output == 0 && Usage is not null)
            return;
        var cached = usage.Child("prompt_tokens_details"u8).Number("cached_tokens"u8)
            ?? usage.Number("prompt_cache_hit_tokens"u8) ?? usage.Number("cached_tokens"u8) ?? 0;
        var reasoning = usage.Child("completion_tokens_details"u8).Number("reasoning_tokens"u8) ?? 0;
        // xAI counts reasoning beside the completion; the total tells.
        if (reasoning > 0 && usage.Number("total_tokens"u8) == input + output + reasoning)
            output += reasoning;
        if (tellsCost && usage.Usd("cost"u8) is { } cost)
            // With a key of the user's own it takes a fee, and the provider behind it sends its own bill.
            CostUsd = cost + (usage.Child("is_byok"u8) is { ValueKind: JsonValueKind.True } ? usage.Child("cost_details"u8).Usd("upstream_inference_cost"u8) ?? 0 : 0);
        Usage = new(input, output, cached, usage.Child("prompt_tokens_details"u8).Number("cache_write_tokens"u8) ?? 0, reasoning);
    }

    private ChatFinishReason ReasonOf(string reason) => reason switch
    {
        "length" or "max_tokens" or "model_length" => ChatFinishReason.Length,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        "content_filter" or "sensitive" => ChatFinishReason.ContentFilter,
        // The words of OpenRouter and Mistral, DeepSeek, Z.AI for a reply that broke off.
        "error" or "insufficient_system_resource" or "network_error" => throw Exchange.Fail(ModelFailure.ServerError, $"broke off its reply ({reason})"),
        _ => ChatFinishReason.Stop,
    };
}
