using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIResponses;

/// <summary>Reads the events of a Responses stream. <c>response.completed</c>, <c>.incomplete</c> and <c>.failed</c> close it.</summary>
internal sealed class ResponsesReply(ModelExchange exchange, CallIds ids, string wire) : ReplyReader(exchange, ids)
{
    private readonly Dictionary<long, Output> _open = [];
    private readonly HashSet<long> _done = [];

    /// <summary>Of items and calls: for servers that number their output in one way while it streams and in another at the end, or not at all.</summary>
    private readonly HashSet<string> _doneIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);
    private bool _hasMessage;

    public override void Read(WireEvent received)
    {
        if (received.IsDone)
            return;
        var root = received.Root;
        switch (root.Text("type"u8))
        {
            case "response.output_item.added":
                if (root.Child("item"u8) is { } added)
                    Open(root, added);
                break;
            case "response.output_text.delta" or "response.refusal.delta":
                Of(root).HasText = true;
                AddText(root.Text("delta"u8));
                break;
            case "response.output_text.done" or "response.refusal.done":
                if (Of(root) is { HasText: false } silent)
                {
                    silent.HasText = true;
                    AddText(root.Text("text"u8) ?? root.Text("refusal"u8));
                }
                break;
            case "response.reasoning_summary_part.added":
                if (root.Number("summary_index"u8) is > 0)
                    AddReasoning("\n\n");
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta" or "response.reasoning.delta":
                Of(root).HasText = true;
                AddReasoning(root.Text("delta"u8));
                break;
            case "response.function_call_arguments.delta":
                Of(root).Arguments.Append(root.Text("delta"u8));
                break;
            case "response.custom_tool_call_input.delta":
                Of(root).Arguments.Append(root.Text("delta"u8));
                break;
            case "response.function_call_arguments.done":
                if (Of(root) is { Arguments.Length: 0 } silently)
                    silently.Arguments.Append(root.Text("arguments"u8));
                break;
            case "response.output_item.done":
                if (root.Child("item"u8) is { } done)
                    Close(Key(root), done);
                break;
            case "response.completed" or "response.incomplete":
                ReadEnd(root.Child("response"u8) ?? default);
                break;
            case "response.failed" or "error":
                throw Exchange.FailFromBody(root);
        }
    }

    /// <summary>A call whose item was never closed, in a stream that was.</summary>
    protected override void Finish()
    {
        foreach (var (key, output) in _open)
            if (output.Name is { Length: > 0 } name && _done.Add(key))
                GiveCall(output.CallId, name, output.Arguments.ToString(), output.Id);
    }

    private void Open(JsonElement root, JsonElement item)
    {
        var output = Of(root);
        output.Id = item.Text("id"u8);
        if (item.Text("type"u8) != "function_call")
            return;
        output.CallId = item.Text("call_id"u8);
        output.Name = item.Text("name"u8);
    }

    private void Close(long key, JsonElement item)
    {
        if (!_done.Add(key) || IsDone(item.Text("call_id"u8)) || IsDone(item.Text("id"u8)))
            return;
        _open.Remove(key, out var output);
        switch (item.Text("type"u8))
        {
            case "function_call":
                var name = item.Text("name"u8) ?? output?.Name;
                if (string.IsNullOrEmpty(name))
                    throw Exchange.Fail(ModelFailure.MalformedStream, "sent a tool call without a name");
                var arguments = item.Text("arguments"u8) is { Length: > 0 } whole ? whole : output?.Arguments.ToString() ?? "";
                GiveCall(item.Text("call_id"u8) ?? output?.CallId, name, arguments, item.Text("id"u8) ?? output?.Id);
                break;
            case "custom_tool_call":
                // Its input is free text; as a call it is one argument. The id is of a kind that a call can not have.
                GiveCall(item.Text("call_id"u8), item.Text("name"u8) ?? "custom", TextArgument(item.Text("input"u8) ?? output?.Arguments.ToString() ?? ""), null);
                break;
            case "reasoning":
                if (output?.HasText != true)
                    AddReasoning(Thoughts(item));
                CloseReasoning(item);
                break;
            case "message":
                _hasMessage = true;
                if (output?.HasText != true)
                    foreach (var part in item.Items("content"u8))
                        AddText(part.Text("text"u8) ?? part.Text("refusal"u8));
                if (item.Text("phase"u8) is { Length: > 0 } phase)
                    AddOpaque(new TextContent("").WithOpaque(wire, phase));
                break;
        }
    }

    private static string TextArgument(string text)
    {
        using var body = new RequestBody();
        body.Json.WriteStartObject();
        body.Json.WriteString("input"u8, text);
        body.Json.WriteEndObject();
        return Encoding.UTF8.GetString(body.Finish().Span);
    }

    private bool IsDone(string? id) => id is { Length: > 0 } && !_doneIds.Add(id);

    /// <summary>What a server shows of its reasoning only when it is over.</summary>
    private static string Thoughts(JsonElement item)
    {
        var parts = new List<string>();
        foreach (var part in item.Items("summary"u8))
            parts.Add(part.Text("text"u8) ?? "");
        foreach (var part in item.Items("content"u8))
            parts.Add(part.Text("text"u8) ?? "");
        return string.Join("\n\n", parts);
    }

    /// <summary>Without its encrypted content a reasoning item is only a reference to something the provider did not store.</summary>
    private void CloseReasoning(JsonElement item)
    {
        if (item.Text("encrypted_content"u8) is not { Length: > 0 } encrypted)
            return;
        using var body = new RequestBody();
        var json = body.Json;
        json.WriteStartObject();
        json.WriteString("type"u8, "reasoning"u8);
        if (item.Text("id"u8) is { } id)
            json.WriteString("id"u8, id);
        json.WritePropertyName("summary"u8);
        if (item.Child("summary"u8) is { ValueKind: JsonValueKind.Array } summary)
            summary.WriteTo(json);
        else
            json.WriteRawValue("[]"u8);
        json.WriteString("encrypted_content"u8, encrypted);
        json.WriteEndObject();
        AddOpaque(new TextReasoningContent("").WithOpaque(wire, Encoding.UTF8.GetString(body.Finish().Span)));
    }

    private void ReadEnd(JsonElement response)
    {
        // What a server put only into the closing event.
        var index = 0L;
        foreach (var item in response.Items("output"u8))
        {
            // Text that was streamed has been said, whatever number the item has here.
            if (!_hasMessage || item.Text("type"u8) != "message")
                Close(index, item);
            index++;
        }
        var usage = response.Child("usage"u8);
        if (usage.Number("input_tokens"u8) is { } input)
            Usage = new(input, usage.Number("output_tokens"u8) ?? 0,
                usage.Child("input_tokens_details"u8).Number("cached_tokens"u8) ?? 0,
                usage.Child("input_tokens_details"u8).Number("cache_write_tokens"u8) ?? 0, usage.Child("output_tokens_details"u8).Number("reasoning_tokens"u8) ?? 0);
        Reason = response.Child("incomplete_details"u8).Text("reason"u8) switch
        {
            null when response.Text("status"u8) != "incomplete" => ChatFinishReason.Stop,
            "content_filter" => ChatFinishReason.ContentFilter,
            _ => ChatFinishReason.Length,
        };
        IsClosed = true;
    }

    private void GiveCall(string? callId, string name, string arguments, string? id)
    {
        var call = AddCall(callId, name, arguments);
        if (id is not null)
            call.WithOpaque(wire, id);
    }

    private Output Of(JsonElement root)
    {
        var key = Key(root);
        if (!_open.TryGetValue(key, out var output))
            _open[key] = output = new();
        return output;
    }

    /// <summary>The item's number; where a server leaves it out, one by its id, below those that are given.</summary>
    private long Key(JsonElement root)
    {
        var id = root.Text("item_id"u8) ?? root.Child("item"u8).Text("id"u8) ?? "";
        if (root.Number("output_index"u8) is { } index)
            return _keys[id] = index;
        if (!_keys.TryGetValue(id, out var key))
            _keys[id] = key = -1 - _keys.Count;
        return key;
    }

    private sealed class Output
    {
        public string? Id { get; set; }
        public string? CallId { get; set; }
        public string? Name { get; set; }
        public bool HasText { get; set; }
        public StringBuilder Arguments { get; } = new();
    }
}
