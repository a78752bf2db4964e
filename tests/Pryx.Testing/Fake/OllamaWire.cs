using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>Ollama's own API (https://github.com/ollama/ollama/blob/main/docs/api.md): one JSON object a line, calls without ids and in one piece.</summary>
internal sealed class OllamaWire : IWire
{
    public string Name => "ollama";
    public string Route => "/api/chat";
    public string ContentType => "application/x-ndjson";
    public string? RequestIdHeader => null;

    public bool HasKey(FakeRequest request) => true;

    public void Read(JsonElement body, RequestReading reading)
    {
        reading.Require(body.At("stream") is null or { ValueKind: JsonValueKind.True }, Rules.Stream, "\"stream\" must be true");
        reading.Require(body.At("options").At("num_ctx") is { ValueKind: JsonValueKind.Number } size && size.GetInt64() > 0, Rules.ContextSize,
            "\"options.num_ctx\" must be set: the server's default is far too small for an agent and cuts silently");
        foreach (var tool in body.At("tools").Items())
        {
            reading.Require(tool.At("type").Text() == "function", Rules.Shape, "a tool's \"type\" must be \"function\"");
            reading.AddTool(tool.At("function").At("name").Text(), tool.At("function").At("parameters"));
            reading.Prefix.Add(tool.GetRawText());
        }
        reading.Require(body.At("messages") is { ValueKind: JsonValueKind.Array }, Rules.Shape, "\"messages\" must be an array");
        var waiting = new List<ScriptedCall>();
        var replies = 0;
        foreach (var message in body.At("messages").Items())
        {
            reading.Prefix.Add(message.GetRawText());
            var role = message.At("role").Text();
            var text = message.At("content").Text() ?? "";
            switch (role)
            {
                case "system":
                    reading.Add(new("system", text));
                    break;
                case "user":
                    reading.Add(new("user", text) { Images = message.At("images").Items().Count() });
                    break;
                case "assistant":
                    waiting = CallsOf(message, replies++, reading);
                    reading.Require(text.Length > 0 || waiting.Count > 0, Rules.EmptyContent, "an assistant message has neither content nor tool calls");
                    reading.Add(new("assistant", text) { Reasoning = message.At("thinking").Text(), Calls = [.. waiting] });
                    break;
                case "tool":
                    reading.Add(new("tool", text) { CallId = TakeCall(waiting, message) });
                    break;
                default:
                    reading.Fail(Rules.Roles, $"there is no role \"{role}\"");
                    break;
            }
        }
    }

    private static List<ScriptedCall> CallsOf(JsonElement message, int reply, RequestReading reading)
    {
        var calls = new List<ScriptedCall>();
        foreach (var call in message.At("tool_calls").Items())
        {
            var arguments = call.At("function").At("arguments");
            reading.Require(arguments is { ValueKind: JsonValueKind.Object }, Rules.Shape, "the arguments of a tool call must be an object");
            calls.Add(new(call.At("function").At("name").Text() ?? "", arguments?.GetRawText() ?? "", call.At("id").Text() ?? $"{reply}/{calls.Count}"));
        }
        return calls;
    }

    /// <summary>The wire pairs by order; a tool_call_id or tool_name that contradicts the order shows as a wrong order.</summary>
    private static string TakeCall(List<ScriptedCall> waiting, JsonElement message)
    {
        var id = message.At("tool_call_id").Text();
        var name = message.At("tool_name").Text();
        var call = waiting.Find(call => (id is null || call.Id == id) && (name is null || call.Name == name)) ?? (id is null && name is null ? waiting.FirstOrDefault() : null);
        if (call is null)
        {
            return id ?? name ?? "?";
        }
        waiting.Remove(call);
        return call.Id!;
    }

    public TokenUsage Reportable(TokenUsage usage, JsonElement body) => new(usage.Input, usage.Output);

    public IEnumerable<Frame> Play(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued)
    {
        Frame Line(FrameKind kind, JsonObject message, bool isDone = false)
        {
            message.Insert(0, "role", "assistant");
            message.TryAdd("content", "");
            var line = new JsonObject
            {
                ["model"] = request.Model, ["created_at"] = request.At.ToString("O", null), ["message"] = message, ["done"] = isDone,
            };
            if (isDone)
            {
                line["done_reason"] = reply.End is ReplyEnd.Length ? "length" : "stop";
                line["total_duration"] = 5_000_000;
                line["load_duration"] = 1_000_000;
                line["prompt_eval_count"] = usage.Input;
                line["prompt_eval_duration"] = 1_000_000;
                line["eval_count"] = usage.Output;
                line["eval_duration"] = 3_000_000;
            }
            return new(kind, line.OneLine() + "\n");
        }
        foreach (var part in Fragments.Of(reply.Reasoning ?? ""))
        {
            yield return Line(FrameKind.Other, new() { ["content"] = "", ["thinking"] = part });
        }
        foreach (var chunk in reply.Text)
        {
            yield return Line(FrameKind.Text, new() { ["content"] = chunk });
        }
        foreach (var call in reply.Calls)
        {
            issued.Call("", call.Name, null);
            yield return Line(FrameKind.Call, new()
            {
                ["content"] = "",
                ["tool_calls"] = new JsonArray(new JsonObject { ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = JsonNode.Parse(call.Arguments) } }),
            });
        }
        yield return Line(FrameKind.Close, [], isDone: true);
    }

    public string ErrorBody(HttpError error, string requestId) => new JsonObject
    {
        ["error"] = error.Message ?? error.Status switch
        {
            _ when error.IsContextTooLong => "the input length exceeds the context length",
            404 => "model not found, try pulling it first",
            503 => "server busy, please try again.  maximum pending requests exceeded",
            >= 500 => "llama runner process has terminated: exit status 2",
            _ => "invalid request",
        },
    }.OneLine();

    public string StreamError() => """{"error":"an error was encountered while running the model: unexpected EOF"}""" + "\n";

    public string MalformedChunk() => """{"model":"m","message":{"role":"assistant","content":"br""" + "\n";
}
