using System.Text.Json.Nodes;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>The events of one answer of <see cref="ResponsesWire"/>, numbered as the vendor numbers them.</summary>
internal sealed class ResponsesStream(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued, bool isSealed)
{
    private readonly string _id = Fragments.NewId("resp_");
    private readonly List<JsonObject> _output = [];
    private int _sequence;

    public IEnumerable<Frame> Frames()
    {
        yield return Event(FrameKind.Other, "response.created", new() { ["response"] = Response("in_progress") });
        yield return Event(FrameKind.Other, "response.in_progress", new() { ["response"] = Response("in_progress") });
        foreach (var frame in Reasoning().Concat(Message()).Concat(reply.Calls.SelectMany(Call)))
        {
            yield return frame;
        }
        var isWhole = reply.End is ReplyEnd.Natural;
        var response = Response(isWhole ? "completed" : "incomplete");
        response["output"] = new JsonArray([.. _output.Select(item => item.DeepClone())]);
        response["incomplete_details"] = isWhole ? null : new JsonObject { ["reason"] = reply.End is ReplyEnd.Length ? "max_output_tokens" : "content_filter" };
        response["usage"] = new JsonObject
        {
            ["input_tokens"] = usage.Input, ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.Cached },
            ["output_tokens"] = usage.Output, ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = usage.Reasoning },
            ["total_tokens"] = usage.Input + usage.Output,
        };
        yield return Event(FrameKind.Close, isWhole ? "response.completed" : "response.incomplete", new() { ["response"] = response });
    }

    private IEnumerable<Frame> Reasoning()
    {
        if (reply.Reasoning is not { } reasoning)
        {
            yield break;
        }
        var id = Fragments.NewId("rs_");
        JsonObject Item(JsonArray summary)
        {
            var item = new JsonObject { ["id"] = id, ["type"] = "reasoning", ["summary"] = summary };
            if (isSealed)
            {
                item["encrypted_content"] = Issued.Seal(reasoning);
            }
            return item;
        }
        JsonObject Part(string text) => new() { ["type"] = "summary_text", ["text"] = text };
        JsonObject Body(string name, JsonNode value) => new() { ["item_id"] = id, ["output_index"] = _output.Count, ["summary_index"] = 0, [name] = value };

        yield return Added(Item([]));
        yield return Event(FrameKind.Other, "response.reasoning_summary_part.added", Body("part", Part("")));
        foreach (var part in Fragments.Of(reasoning))
        {
            yield return Event(FrameKind.Other, "response.reasoning_summary_text.delta", Body("delta", part));
        }
        yield return Event(FrameKind.Other, "response.reasoning_summary_text.done", Body("text", reasoning));
        yield return Event(FrameKind.Other, "response.reasoning_summary_part.done", Body("part", Part(reasoning)));
        yield return Done(Item([Part(reasoning)]));
    }

    private IEnumerable<Frame> Message()
    {
        if (reply.Text.Count == 0)
        {
            yield break;
        }
        var id = Fragments.NewId("msg_");
        var text = string.Concat(reply.Text);
        JsonObject Item(string status, JsonArray content) => new() { ["id"] = id, ["type"] = "message", ["status"] = status, ["role"] = "assistant", ["content"] = content };
        JsonObject Part(string value) => new() { ["type"] = "output_text", ["text"] = value, ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() };
        JsonObject Body(string name, JsonNode value) => new() { ["item_id"] = id, ["output_index"] = _output.Count, ["content_index"] = 0, [name] = value };

        yield return Added(Item("in_progress", []));
        yield return Event(FrameKind.Other, "response.content_part.added", Body("part", Part("")));
        foreach (var chunk in reply.Text)
        {
            yield return Event(FrameKind.Text, "response.output_text.delta", Body("delta", chunk));
        }
        yield return Event(FrameKind.Other, "response.output_text.done", Body("text", text));
        yield return Event(FrameKind.Other, "response.content_part.done", Body("part", Part(text)));
        yield return Done(Item(reply.End is ReplyEnd.Natural ? "completed" : "incomplete", [Part(text)]));
    }

    private IEnumerable<Frame> Call(ScriptedCall call)
    {
        var id = Fragments.NewId("fc_");
        var callId = call.Id ?? Fragments.NewId("call_");
        issued.Call(callId, call.Name, reply.Reasoning);
        JsonObject Item(string status, string arguments) => new()
        {
            ["id"] = id, ["type"] = "function_call", ["status"] = status, ["arguments"] = arguments, ["call_id"] = callId, ["name"] = call.Name,
        };
        yield return Added(Item("in_progress", ""));
        foreach (var part in Fragments.Of(call.Arguments))
        {
            yield return Event(FrameKind.Call, "response.function_call_arguments.delta", new() { ["item_id"] = id, ["output_index"] = _output.Count, ["delta"] = part });
        }
        yield return Event(FrameKind.Other, "response.function_call_arguments.done", new() { ["item_id"] = id, ["output_index"] = _output.Count, ["arguments"] = call.Arguments });
        yield return Done(Item("completed", call.Arguments));
    }

    private Frame Added(JsonObject item) => Event(FrameKind.Other, "response.output_item.added", new() { ["output_index"] = _output.Count, ["item"] = item });

    private Frame Done(JsonObject item)
    {
        _output.Add((JsonObject)item.DeepClone());
        return Event(FrameKind.Other, "response.output_item.done", new() { ["output_index"] = _output.Count - 1, ["item"] = item });
    }

    private JsonObject Response(string status) => new()
    {
        ["id"] = _id, ["object"] = "response", ["created_at"] = request.At.ToUnixTimeSeconds(), ["status"] = status, ["error"] = null,
        ["incomplete_details"] = null, ["model"] = request.Model, ["output"] = new JsonArray(), ["parallel_tool_calls"] = true, ["store"] = false, ["usage"] = null,
    };

    private Frame Event(FrameKind kind, string type, JsonObject body)
    {
        var data = new JsonObject { ["type"] = type, ["sequence_number"] = _sequence++ };
        foreach (var (name, value) in body.ToList())
        {
            body.Remove(name);
            data[name] = value;
        }
        return new(kind, $"event: {type}\ndata: {data.OneLine()}\n\n");
    }
}
