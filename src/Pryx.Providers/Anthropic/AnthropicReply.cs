using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Anthropic;

/// <summary>Reads the content blocks of a Messages stream. Only <c>message_stop</c> closes it.</summary>
internal sealed class AnthropicReply(ModelExchange exchange, CallIds ids, string wire) : ReplyReader(exchange, ids)
{
    private readonly Dictionary<long, Block> _blocks = [];
    private long _input;
    private long _cacheRead;
    private long _cacheWrite;
    private long _output;
    private long _reasoning;

    public override void Read(WireEvent received)
    {
        if (received.IsDone)
            return;
        var root = received.Root;
        switch (root.Text("type"u8))
        {
            case "message_start":
                ReadStart(root.Child("message"u8) ?? default);
                break;
            case "content_block_start":
                Begin(root.Number("index"u8) ?? 0, root.Child("content_block"u8) ?? default);
                break;
            case "content_block_delta":
                if (root.Child("delta"u8) is { } delta)
                    Continue(BlockOf(root.Number("index"u8) ?? 0, delta), delta);
                break;
            case "content_block_stop":
                if (_blocks.Remove(root.Number("index"u8) ?? 0, out var ended))
                    End(ended);
                break;
            case "message_delta":
                Reason = ReasonOf(root.Child("delta"u8).Text("stop_reason"u8)) ?? Reason;
                ReadUsage(root.Child("usage"u8));
                break;
            case "message_stop":
                IsClosed = true;
                break;
            case "error":
                throw Exchange.FailFromBody(root);
        }
    }

    protected override void Finish()
    {
        // A block that was never stopped before message_stop is still what the model said.
        foreach (var block in _blocks.Values)
            End(block);
        _blocks.Clear();
        if (_input + _cacheRead + _cacheWrite + _output > 0)
            Usage = new(_input + _cacheRead + _cacheWrite, _output, _cacheRead, _cacheWrite, _reasoning);
    }

    /// <summary>A reply that goes on with what the provider's own tools did has its first blocks here, whole.</summary>
    private void ReadStart(JsonElement message)
    {
        ReadUsage(message.Child("usage"u8));
        Reason = ReasonOf(message.Text("stop_reason"u8)) ?? Reason;
        foreach (var content in message.Items("content"u8))
        {
            Begin(-1, content);
            if (_blocks.Remove(-1, out var whole))
                End(whole);
        }
    }

    private void Begin(long index, JsonElement content)
    {
        var block = new Block(content.Text("type"u8) ?? "") { Id = content.Text("id"u8), Name = content.Text("name"u8) };
        _blocks[index] = block;
        switch (block.Type)
        {
            case "text":
                AddText(content.Text("text"u8));
                break;
            case "thinking":
                AddThinking(block, content.Text("thinking"u8));
                block.Signature.Append(content.Text("signature"u8));
                break;
            case "redacted_thinking":
                block.Data = content.Text("data"u8);
                break;
            case "tool_use":
                block.Input = content.Child("input"u8) is { ValueKind: JsonValueKind.Object } input ? input.GetRawText() : null;
                break;
            case not "":
                block.Data = content.GetRawText();
                break;
        }
    }

    /// <summary>Some gateways leave out how text begins.</summary>
    private Block BlockOf(long index, JsonElement delta)
    {
        if (!_blocks.TryGetValue(index, out var block))
            _blocks[index] = block = new(delta.Text("type"u8) switch { "text_delta" => "text", "thinking_delta" => "thinking", _ => "" });
        return block;
    }

    private void Continue(Block block, JsonElement delta)
    {
        switch (delta.Text("type"u8))
        {
            case "text_delta":
                AddText(delta.Text("text"u8));
                break;
            case "thinking_delta":
                AddThinking(block, delta.Text("thinking"u8));
                break;
            case "signature_delta":
                block.Signature.Append(delta.Text("signature"u8));
                break;
            case "input_json_delta":
                block.Content.Append(delta.Text("partial_json"u8));
                break;
            default:
                block.Grow(delta);
                break;
        }
    }

    private void End(Block block)
    {
        switch (block.Type)
        {
            case "thinking":
                AddOpaque(new TextReasoningContent("").WithOpaque(wire, ThinkingBlock(block)));
                break;
            case "redacted_thinking":
                AddOpaque(new TextReasoningContent("").WithOpaque(wire, RedactedBlock(block)));
                break;
            case "tool_use" when string.IsNullOrEmpty(block.Name):
                throw Exchange.Fail(ModelFailure.MalformedStream, "sent a tool call without a name");
            case "tool_use":
                AddCall(block.Id, block.Name, block.Content.Length > 0 ? block.Content.ToString() : block.Input ?? "");
                break;
            case not ("" or "text"):
                AddOpaque(new TextReasoningContent("").WithOpaque(wire, ServerBlock(block)));
                break;
        }
    }

    private void AddThinking(Block block, string? text)
    {
        block.Content.Append(text);
        AddReasoning(text);
    }

    /// <summary>The whole block, text included: the API refuses it when a single character of the signed text differs.</summary>
    private static string ThinkingBlock(Block block) => Json(json =>
    {
        json.WriteString("type"u8, "thinking"u8);
        json.WriteString("thinking"u8, block.Content.ToString());
        json.WriteString("signature"u8, block.Signature.ToString());
    });

    private static string RedactedBlock(Block block) => Json(json =>
    {
        json.WriteString("type"u8, "redacted_thinking"u8);
        json.WriteString("data"u8, block.Data ?? "");
    });

    /// <summary>What the provider did itself, such as a search and its results: nothing to show or to run, and it wants it back.</summary>
    private static string ServerBlock(Block block)
    {
        var input = block.Content.ToString();
        var hasInput = Contents.IsObject(input);
        if ((!hasInput && block.Grown.Count == 0) || JsonNode.Parse(block.Data!) is not JsonObject whole)
            return block.Data!;
        if (hasInput)
            whole["input"] = JsonNode.Parse(input);
        foreach (var (name, text) in block.Grown)
            whole[name] = text;
        return Json(whole);
    }

    private static string Json(JsonObject whole)
    {
        using var body = new RequestBody();
        whole.WriteTo(body.Json);
        return Encoding.UTF8.GetString(body.Finish().Span);
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var body = new RequestBody();
        body.Json.WriteStartObject();
        write(body.Json);
        body.Json.WriteEndObject();
        return Encoding.UTF8.GetString(body.Finish().Span);
    }

    /// <summary>Counts are cumulative: a smaller one that comes later is a gateway's placeholder.</summary>
    private void ReadUsage(JsonElement? usage)
    {
        _input = Math.Max(_input, usage.Number("input_tokens"u8) ?? 0);
        _cacheRead = Math.Max(_cacheRead, usage.Number("cache_read_input_tokens"u8) ?? 0);
        _cacheWrite = Math.Max(_cacheWrite, usage.Number("cache_creation_input_tokens"u8) ?? 0);
        _output = Math.Max(_output, usage.Number("output_tokens"u8) ?? 0);
        _reasoning = Math.Max(_reasoning, usage.Child("output_tokens_details"u8).Number("thinking_tokens"u8) ?? 0);
    }

    private static ChatFinishReason? ReasonOf(string? reason) => reason switch
    {
        null => null,
        "max_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "tool_use" => ChatFinishReason.ToolCalls,
        "refusal" => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };

    private sealed class Block(string type)
    {
        public string Type => type;
        public string? Id { get; init; }
        public string? Name { get; init; }
        public string? Input { get; set; }
        public string? Data { get; set; }
        public StringBuilder Content { get; } = new();
        public StringBuilder Signature { get; } = new();

        /// <summary>Text that came in pieces of a kind not known here, by its name.</summary>
        public Dictionary<string, string> Grown { get; } = new(StringComparer.Ordinal);

        public void Grow(JsonElement delta)
        {
            if (delta.ValueKind != JsonValueKind.Object || type is "text" or "thinking")
                return;
            foreach (var piece in delta.EnumerateObject())
                if (piece.Name != "type" && piece.Value.ValueKind == JsonValueKind.String)
                    Grown[piece.Name] = Grown.GetValueOrDefault(piece.Name) + piece.Value.GetString();
        }
    }
}
