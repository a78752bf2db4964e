using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>Anthropic Messages (https://docs.anthropic.com/en/docs/build-with-claude/streaming).</summary>
internal sealed class AnthropicWire : IWire
{
    public string Name => "anthropic";
    public string Route => "/messages";
    public string ContentType => "text/event-stream; charset=utf-8";
    public string? RequestIdHeader => "request-id";

    public bool HasKey(FakeRequest request) => request.Headers.GetValueOrDefault("x-api-key") is { Length: > 0 } || OpenAiErrors.HasBearer(request);

    public void Read(JsonElement body, RequestReading reading)
    {
        reading.Require(body.At("stream") is { ValueKind: JsonValueKind.True }, Rules.Stream, "\"stream\" must be true");
        reading.Require(reading.Request.Headers.ContainsKey("anthropic-version"), Rules.Version, "the header anthropic-version is missing");
        var maxTokens = body.At("max_tokens") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var limit) ? limit : 0;
        reading.Require(maxTokens > 0, Rules.MaxTokens, "\"max_tokens\" must be a positive number");
        if (body.At("thinking").At("budget_tokens") is { ValueKind: JsonValueKind.Number } budget)
        {
            reading.Require(budget.GetInt64() >= 1024 && budget.GetInt64() < maxTokens, Rules.MaxTokens, "\"budget_tokens\" must be at least 1024 and less than max_tokens");
        }
        foreach (var tool in body.At("tools").Items())
        {
            reading.AddTool(tool.At("name").Text(), tool.At("input_schema"));
            AddPart(reading, "tool", tool);
        }
        if (body.At("system") is { } system)
        {
            foreach (var block in BlocksOf(system))
            {
                reading.Add(new("system", block.At("text").Text() ?? ""));
                AddPart(reading, "system", block);
            }
        }
        reading.Require(body.At("messages") is { ValueKind: JsonValueKind.Array }, Rules.Shape, "\"messages\" must be an array");
        string? before = null;
        foreach (var message in body.At("messages").Items())
        {
            var role = message.At("role").Text();
            reading.Require(role is "user" or "assistant", Rules.Roles, $"there is no role \"{role}\"");
            reading.Require(role != before, Rules.Roles, $"two messages of \"{role}\" follow each other");
            reading.Require(before is not null || role is "user", Rules.Roles, "the first message must be the user's");
            before = role;
            var blocks = message.At("content") is { } content ? BlocksOf(content).ToList() : [];
            reading.Require(blocks.Count > 0, Rules.EmptyContent, $"a message of \"{role}\" has no content");
            blocks.ForEach(block => AddPart(reading, role ?? "", block));
            AnthropicBlocks.Read(role ?? "", blocks, reading);
        }
        reading.Require(reading.CacheMarkers <= 4, Rules.CacheMarkers, $"{reading.CacheMarkers} blocks carry cache_control; at most 4 may");
    }

    private static void AddPart(RequestReading reading, string role, JsonElement block)
    {
        reading.CacheMarkers += block.At("cache_control") is null ? 0 : 1;
        reading.CacheMarkers += block.At("content").Items().Count(inner => inner.At("cache_control") is not null);
        reading.Prefix.Add(role + ":" + block.WithoutMarkers());
    }

    /// <summary>A string is one text block.</summary>
    private static IEnumerable<JsonElement> BlocksOf(JsonElement content) => content.ValueKind is JsonValueKind.String
        ? [JsonDocument.Parse($$"""{"type":"text","text":{{content.GetRawText()}}}""").RootElement]
        : ((JsonElement?)content).Items();

    // The reasoning is within the output here and not told apart.
    public TokenUsage Reportable(TokenUsage usage, JsonElement body) => usage with { Reasoning = 0 };

    public IEnumerable<Frame> Play(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued)
    {
        yield return Event(FrameKind.Other, "message_start", new()
        {
            ["message"] = new JsonObject
            {
                ["id"] = Fragments.NewId("msg_"), ["type"] = "message", ["role"] = "assistant", ["model"] = request.Model, ["content"] = new JsonArray(),
                ["stop_reason"] = null, ["stop_sequence"] = null, ["usage"] = Usage(usage, Math.Min(1, usage.Output)),
            },
        });
        var index = 0;
        if (reply.Reasoning is { } reasoning)
        {
            yield return Start(index, new() { ["type"] = "thinking", ["thinking"] = "", ["signature"] = "" });
            yield return Event(FrameKind.Other, "ping", []);
            foreach (var part in Fragments.Of(reasoning))
            {
                yield return Delta(FrameKind.Other, index, "thinking_delta", "thinking", part);
            }
            yield return Delta(FrameKind.Other, index, "signature_delta", "signature", Issued.Seal(reasoning));
            yield return Stop(index++);
        }
        if (reply.Text.Count > 0)
        {
            yield return Start(index, new() { ["type"] = "text", ["text"] = "" });
            yield return Event(FrameKind.Other, "ping", []);
            foreach (var chunk in reply.Text)
            {
                yield return Delta(FrameKind.Text, index, "text_delta", "text", chunk);
            }
            yield return Stop(index++);
        }
        foreach (var call in reply.Calls)
        {
            var id = call.Id ?? Fragments.NewId("toolu_");
            issued.Call(id, call.Name, reply.Reasoning);
            yield return Start(index, new() { ["type"] = "tool_use", ["id"] = id, ["name"] = call.Name, ["input"] = new JsonObject() });
            yield return Delta(FrameKind.Other, index, "input_json_delta", "partial_json", "");
            foreach (var part in Fragments.Of(call.Arguments))
            {
                yield return Delta(FrameKind.Call, index, "input_json_delta", "partial_json", part);
            }
            yield return Stop(index++);
        }
        yield return Event(FrameKind.Close, "message_delta", new()
        {
            ["delta"] = new JsonObject
            {
                ["stop_reason"] = reply.End switch
                {
                    ReplyEnd.Length => "max_tokens",
                    ReplyEnd.Refused => "refusal",
                    _ => reply.Calls.Count > 0 ? "tool_use" : "end_turn",
                },
                ["stop_sequence"] = null,
            },
            ["usage"] = Usage(usage, usage.Output),
        });
        yield return Event(FrameKind.Close, "message_stop", []);
    }

    private static JsonObject Usage(TokenUsage usage, long output) => new()
    {
        ["input_tokens"] = usage.Input - usage.Cached - usage.CacheWrite, ["cache_creation_input_tokens"] = usage.CacheWrite,
        ["cache_read_input_tokens"] = usage.Cached, ["output_tokens"] = output,
    };

    private static Frame Start(int index, JsonObject block) => Event(FrameKind.Other, "content_block_start", new() { ["index"] = index, ["content_block"] = block });

    private static Frame Delta(FrameKind kind, int index, string type, string name, string value) =>
        Event(kind, "content_block_delta", new() { ["index"] = index, ["delta"] = new JsonObject { ["type"] = type, [name] = value } });

    private static Frame Stop(int index) => Event(FrameKind.Other, "content_block_stop", new() { ["index"] = index });

    private static Frame Event(FrameKind kind, string type, JsonObject body)
    {
        body.Insert(0, "type", type);
        return new(kind, $"event: {type}\ndata: {body.OneLine()}\n\n");
    }

    public string ErrorBody(HttpError error, string requestId)
    {
        var (type, message) = error.Status switch
        {
            _ when error.IsContextTooLong => ("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
            401 => ("authentication_error", "invalid x-api-key"),
            402 => ("billing_error", "Your credit balance is too low to access the Anthropic API."),
            403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
            404 => ("not_found_error", "model not found"),
            413 => ("request_too_large", "Request exceeds the maximum size"),
            429 => ("rate_limit_error", "This request would exceed your organization's rate limit."),
            529 => ("overloaded_error", "Overloaded"),
            >= 500 => ("api_error", "Internal server error"),
            _ => ("invalid_request_error", "Invalid request."),
        };
        return new JsonObject
        {
            ["type"] = "error", ["error"] = new JsonObject { ["type"] = error.Code ?? type, ["message"] = error.Message ?? message }, ["request_id"] = requestId,
        }.OneLine();
    }

    public string StreamError() => """
        event: error
        data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}
        """ + "\n\n";

    public string MalformedChunk() => "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"br\n\n";
}
