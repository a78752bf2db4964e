using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat-streaming), with DeepSeek's reasoning_content; below /api/v1 as OpenRouter speaks it, with signed reasoning_details and cache markers.</summary>
internal sealed class ChatCompletionsWire : IWire
{
    public string Name => "openai-chat";
    public string Route => "/chat/completions";
    public string ContentType => "text/event-stream; charset=utf-8";
    public string? RequestIdHeader => "x-request-id";

    public bool HasKey(FakeRequest request) => OpenAiErrors.HasBearer(request);

    private static bool IsOpenRouter(FakeRequest request) => request.Path.StartsWith("/api/v1/", StringComparison.Ordinal);

    /// <summary>Whether the model behind it caches at markers and nowhere else.</summary>
    internal static bool CachesAtMarkers(FakeRequest request) => IsOpenRouter(request) && request.Model.TrimStart('~').StartsWith("anthropic/", StringComparison.Ordinal);

    public void Read(JsonElement body, RequestReading reading)
    {
        reading.Require(body.At("stream") is { ValueKind: JsonValueKind.True }, Rules.Stream, "\"stream\" must be true");
        foreach (var tool in body.At("tools").Items())
        {
            reading.Require(tool.At("type").Text() == "function", Rules.Shape, "a tool's \"type\" must be \"function\"");
            reading.AddTool(tool.At("function").At("name").Text(), tool.At("function").At("parameters"));
            reading.Prefix.Add(tool.WithoutMarkers());
        }
        reading.Require(body.At("messages") is { ValueKind: JsonValueKind.Array }, Rules.Shape, "\"messages\" must be an array");
        foreach (var message in body.At("messages").Items())
        {
            reading.Prefix.Add(message.WithoutMarkers());
            reading.CacheMarkers += message.At("content").Items().Count(part => part.At("cache_control") is not null);
            ReadMessage(message, reading);
        }
        reading.Require(reading.CacheMarkers <= 4, Rules.CacheMarkers, $"{reading.CacheMarkers} parts carry cache_control; at most 4 may");
    }

    private static void ReadMessage(JsonElement message, RequestReading reading)
    {
        var role = message.At("role").Text();
        var content = message.At("content");
        var text = content.Text() ?? string.Concat(content.Items().Select(part => part.At("text").Text()));
        var images = content.Items().Count(part => part.At("type").Text() == "image_url");
        switch (role)
        {
            case "system" or "developer":
                reading.Add(new("system", text));
                break;
            case "user":
                reading.Require(text.Length > 0 || images > 0, Rules.EmptyContent, "a user message is empty");
                reading.Add(new("user", text) { Images = images });
                break;
            case "assistant":
                var calls = message.At("tool_calls").Items().ToList();
                foreach (var call in calls)
                {
                    reading.Require(call.At("type").Text() == "function" && call.At("function").At("arguments") is { ValueKind: JsonValueKind.String }, Rules.Shape,
                        "a tool call needs \"type\": \"function\" and arguments as a string");
                }
                reading.Require(text.Length > 0 || calls.Count > 0, Rules.EmptyContent, "an assistant message has neither content nor tool calls");
                reading.Require(message.At("tool_calls") is null || calls.Count > 0, Rules.Shape, "\"tool_calls\" must not be an empty array");
                var reasoning = message.At("reasoning_content").Text() ?? ReadDetails(message, calls, reading);
                reading.Add(new("assistant", text)
                {
                    Reasoning = reasoning,
                    Calls = [.. calls.Select(call => new ScriptedCall(call.At("function").At("name").Text() ?? "", call.At("function").At("arguments").Text() ?? "", call.At("id").Text()))],
                });
                break;
            case "tool":
                reading.Require(content is not null, Rules.Shape, "a tool message needs content");
                reading.Add(new("tool", text) { CallId = message.At("tool_call_id").Text() });
                break;
            default:
                reading.Fail(Rules.Roles, $"there is no role \"{role}\"");
                break;
        }
    }

    /// <summary>What OpenRouter's reply thought, whole and signed as it was; null when it did not.</summary>
    private static string? ReadDetails(JsonElement message, List<JsonElement> calls, RequestReading reading)
    {
        if (!IsOpenRouter(reading.Request))
        {
            return null;
        }
        var details = message.At("reasoning_details").Items().ToList();
        var text = details.Count == 0 ? null : string.Concat(details.Select(detail => detail.At("text").Text()));
        var seals = details.Select(detail => detail.At("signature").Text()).OfType<string>().ToList();
        reading.Require(text is null || seals.Contains(Issued.Seal(text)), Rules.Reasoning, "the signature or the text of reasoning_details was changed or left out");
        foreach (var id in calls.Select(call => call.At("id").Text() ?? ""))
        {
            reading.Require(reading.Issued.SealBefore(id) is not { } wanted || seals.Contains(wanted), Rules.Reasoning, $"the call {id} came with reasoning that was not sent back before it");
        }
        return text;
    }

    public TokenUsage Reportable(TokenUsage usage, JsonElement body) =>
        body.At("stream_options").At("include_usage") is { ValueKind: JsonValueKind.True } ? usage with { CacheWrite = 0 } : default;

    public IEnumerable<Frame> Play(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued)
    {
        var id = Fragments.NewId("chatcmpl-");
        Frame Delta(FrameKind kind, JsonObject delta, string? finish = null) => Chunk(kind, new JsonArray(
            new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish }), null);
        Frame Chunk(FrameKind kind, JsonArray choices, JsonObject? reported) => new(kind, "data: " + new JsonObject
        {
            ["id"] = id, ["object"] = "chat.completion.chunk", ["created"] = request.At.ToUnixTimeSeconds(), ["model"] = request.Model,
            ["system_fingerprint"] = "fp_fake", ["choices"] = choices, ["usage"] = reported,
        }.OneLine() + "\n\n");

        yield return Delta(FrameKind.Other, new() { ["role"] = "assistant", ["content"] = "" });
        var isOpenRouter = IsOpenRouter(request);
        foreach (var part in Fragments.Of(reply.Reasoning ?? ""))
        {
            yield return Delta(FrameKind.Other, isOpenRouter
                ? new() { ["role"] = "assistant", ["content"] = "", ["reasoning"] = part, ["reasoning_details"] = new JsonArray(Detail("text", part)) }
                : new() { ["reasoning_content"] = part });
        }
        if (isOpenRouter && reply.Reasoning is { } reasoned)
        {
            yield return Delta(FrameKind.Other, new() { ["role"] = "assistant", ["content"] = "", ["reasoning"] = null, ["reasoning_details"] = new JsonArray(Detail("signature", Issued.Seal(reasoned))) });
        }
        foreach (var chunk in reply.Text)
        {
            yield return Delta(FrameKind.Text, new() { ["content"] = chunk });
        }
        for (var i = 0; i < reply.Calls.Count; i++)
        {
            var call = reply.Calls[i];
            var callId = call.Id ?? Fragments.NewId("call_");
            issued.Call(callId, call.Name, isOpenRouter ? reply.Reasoning : null);
            yield return Delta(FrameKind.Other, ToolCall(i, new() { ["name"] = call.Name, ["arguments"] = "" }, callId));
            foreach (var part in Fragments.Of(call.Arguments))
            {
                yield return Delta(FrameKind.Call, ToolCall(i, new() { ["arguments"] = part }, null));
            }
        }
        yield return Delta(FrameKind.Close, [], reply.End switch
        {
            ReplyEnd.Length => "length",
            ReplyEnd.Refused => "content_filter",
            _ => reply.Calls.Count > 0 ? "tool_calls" : "stop",
        });
        if (usage != default)
        {
            var reported = new JsonObject
            {
                ["prompt_tokens"] = usage.Input, ["completion_tokens"] = usage.Output, ["total_tokens"] = usage.Input + usage.Output,
                ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.Cached, ["audio_tokens"] = 0 },
                ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = usage.Reasoning, ["audio_tokens"] = 0 },
            };
            if (isOpenRouter && reply.CostUsd is { } cost && request.Body.At("usage").At("include") is { ValueKind: JsonValueKind.True })
            {
                (reported["cost"], reported["is_byok"]) = (cost, false);
            }
            yield return Chunk(FrameKind.Close, [], reported);
        }
        yield return new(FrameKind.Close, "data: [DONE]\n\n");
    }

    private static JsonObject Detail(string name, string value) => new() { ["type"] = "reasoning.text", [name] = value, ["format"] = "anthropic-claude-v1", ["index"] = 0 };

    private static JsonObject ToolCall(int index, JsonObject function, string? id)
    {
        var call = new JsonObject { ["index"] = index };
        if (id is not null)
        {
            call["id"] = id;
            call["type"] = "function";
        }
        call["function"] = function;
        return new() { ["tool_calls"] = new JsonArray(call) };
    }

    public string ErrorBody(HttpError error, string requestId) => OpenAiErrors.Body(error, "This model's maximum context length is 128000 tokens. However, your messages resulted in 131072 tokens. Please reduce the length of the messages.");

    public string StreamError() => """data: {"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}""" + "\n\n";

    public string MalformedChunk() => """data: {"id":"chatcmpl-x","choices":[{"index":0,"delta":{"content":"br""" + "\n\n";
}
