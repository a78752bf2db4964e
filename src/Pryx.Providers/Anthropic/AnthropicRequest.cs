using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.Anthropic;

/// <summary>Writes a Messages request: tools, system, then messages, the order in which the API caches.</summary>
internal sealed class AnthropicRequest(Utf8JsonWriter json, string wire, AnthropicClient client)
{
    private const int MaxCallId = 64;

    /// <summary>The API refuses a smaller budget.</summary>
    private const int LeastBudget = 1024;

    private static readonly string[] EffortWords = ["low", "medium", "high", "max"];

    public void Write(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var format = options?.ResponseFormat as ChatResponseFormatJson;
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        var maxTokens = options?.MaxOutputTokens ?? client.MaxOutput ?? AnthropicClient.DefaultMaxTokens;
        json.WriteNumber("max_tokens"u8, maxTokens);
        json.WriteBoolean("stream"u8, true);
        var isThinking = client.Info?.SupportsReasoning != false && WriteThinking(options, maxTokens);
        WriteOutputConfig(isThinking ? Efforts.Of(options) : null, client.TakesSchema ? format : null);
        if (options?.Temperature is { } temperature && !isThinking)
            json.WriteNumber("temperature"u8, temperature);
        WriteTools(options?.Tools);
        if (options is { AllowMultipleToolCalls: false, Tools.Count: > 0 })
            WriteOneCallAtATime();
        WriteSystem(messages, client.TakesSchema ? null : format);
        WriteMessages(Turns(messages));
        json.WriteEndObject();
    }

    private bool WriteThinking(ChatOptions? options, int maxTokens)
    {
        if (Efforts.Budget(options, client.Info?.ReasoningBudget) is not { } asked)
            return false;
        // Thinking counts against the limit of the reply: a quarter of it stays for the answer.
        var budget = Math.Min(asked, maxTokens / 4 * 3);
        var isOff = asked == 0 || (!client.ThinksAdaptively && budget < LeastBudget);
        json.WriteStartObject("thinking"u8);
        json.WriteString("type"u8, isOff ? "disabled"u8 : client.ThinksAdaptively ? "adaptive"u8 : "enabled"u8);
        if (!isOff && !client.ThinksAdaptively)
            json.WriteNumber("budget_tokens"u8, budget);
        json.WriteEndObject();
        return !isOff;
    }

    private void WriteOutputConfig(ReasoningEffort? effort, ChatResponseFormatJson? format)
    {
        var name = client.ThinksAdaptively ? Efforts.Name(effort, client.Info is { Efforts.Count: > 0 } info ? info.Efforts : EffortWords) : null;
        if (name is null && format?.Schema is null)
            return;
        json.WriteStartObject("output_config"u8);
        if (name is not null)
            json.WriteString("effort"u8, name);
        if (format?.Schema is { } schema)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WritePropertyName("schema"u8);
            schema.WriteTo(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteTools(IList<AITool>? tools)
    {
        if (tools is not { Count: > 0 })
            return;
        var functions = tools.OfType<AIFunctionDeclaration>().ToList();
        json.WriteStartArray("tools"u8);
        for (var i = 0; i < functions.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, functions[i].Name);
            json.WriteString("description"u8, functions[i].Description);
            json.WritePropertyName("input_schema"u8);
            functions[i].JsonSchema.WriteTo(json);
            if (i == functions.Count - 1)
                WriteCacheMarker();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteOneCallAtATime()
    {
        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, "auto"u8);
        json.WriteBoolean("disable_parallel_tool_use"u8, true);
        json.WriteEndObject();
    }

    private void WriteSystem(IReadOnlyList<ChatMessage> messages, ChatResponseFormatJson? askedInWords)
    {
        var texts = Contents.SystemTexts(messages, askedInWords);
        if (texts.Count == 0)
            return;
        json.WriteStartArray("system"u8);
        for (var i = 0; i < texts.Count; i++)
            WriteText(texts[i], isMarked: i == texts.Count - 1);
        json.WriteEndArray();
    }

    /// <summary>The messages as the API wants them, user and assistant in turns: results belong to the user, and what the user said meanwhile follows them.</summary>
    private List<Turn> Turns(IReadOnlyList<ChatMessage> messages)
    {
        var turns = new List<Turn>();
        foreach (var message in messages)
        {
            var isAssistant = message.Role == ChatRole.Assistant;
            if (message.Role == ChatRole.System || (isAssistant && !message.Contents.Any(IsSent)))
                continue;
            if (turns.Count == 0 || turns[^1].IsAssistant != isAssistant)
                turns.Add(new(isAssistant, []));
            turns[^1].Contents.AddRange(message.Contents);
        }
        return turns;
    }

    private void WriteMessages(List<Turn> turns)
    {
        // Two moving markers: the newest user message writes the cache, the one before is where this request finds it.
        var marked = turns.Where(turn => !turn.IsAssistant).TakeLast(2).ToHashSet(ReferenceEqualityComparer.Instance);
        json.WriteStartArray("messages"u8);
        foreach (var turn in turns)
        {
            if (turn.IsAssistant)
                WriteAssistant(turn.Contents);
            else
                WriteUser(turn, marked.Contains(turn));
        }
        json.WriteEndArray();
    }

    private void WriteAssistant(List<AIContent> contents)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        foreach (var content in contents.Where(IsSent))
        {
            switch (content)
            {
                case TextReasoningContent reasoning:
                    json.WriteRawValue(reasoning.OpaqueOf(wire)!);
                    break;
                case TextContent text:
                    WriteText(text.Text, isMarked: false);
                    break;
                case FunctionCallContent call:
                    json.WriteStartObject();
                    json.WriteString("type"u8, "tool_use"u8);
                    json.WriteString("id"u8, CallIds.Fit(call.CallId, MaxCallId));
                    json.WriteString("name"u8, CallIds.FitName(call.Name));
                    json.WritePropertyName("input"u8);
                    json.WriteRawValue(call.ArgumentsObject());
                    json.WriteEndObject();
                    break;
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Empty text is refused by the API; reasoning without a signature of its own too.
    private bool IsSent(AIContent content) => content switch
    {
        TextReasoningContent reasoning => reasoning.OpaqueOf(wire) is not null,
        TextContent text => !string.IsNullOrWhiteSpace(text.Text),
        FunctionCallContent => true,
        _ => false,
    };

    private void WriteUser(Turn turn, bool isMarked)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        var blocks = Blocks(turn.Contents);
        for (var i = 0; i < blocks.Count; i++)
            WriteBlock(blocks[i], isMarked && i == blocks.Count - 1);
        if (blocks.Count == 0)
            WriteText("(empty message)", isMarked);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>One content per block; images that follow a result go inside it.</summary>
    private static List<(AIContent Content, List<DataContent>? Images)> Blocks(List<AIContent> contents)
    {
        var blocks = new List<(AIContent Content, List<DataContent>? Images)>();
        foreach (var content in contents)
        {
            if (content is DataContent data && blocks.Count > 0 && blocks[^1].Images is { } images)
                images.Add(data);
            else if (content is FunctionResultContent)
                blocks.Add((content, []));
            else if (content is DataContent || (content is TextContent text && !string.IsNullOrWhiteSpace(text.Text)))
                blocks.Add((content, null));
        }
        return blocks;
    }

    private void WriteBlock((AIContent Content, List<DataContent>? Images) block, bool isMarked)
    {
        switch (block.Content)
        {
            case FunctionResultContent result:
                WriteResult(result, block.Images!, isMarked);
                break;
            case DataContent data:
                WriteData(data, isMarked);
                break;
            case TextContent text:
                WriteText(text.Text, isMarked);
                break;
        }
    }

    private void WriteResult(FunctionResultContent result, List<DataContent> images, bool isMarked)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, CallIds.Fit(result.CallId, MaxCallId));
        json.WriteStartArray("content"u8);
        if (result.ResultText() is var text && !string.IsNullOrWhiteSpace(text))
            WriteText(text, isMarked: false);
        foreach (var image in images)
            WriteData(image, isMarked: false);
        json.WriteEndArray();
        if (result.IsError())
            json.WriteBoolean("is_error"u8, true);
        if (isMarked)
            WriteCacheMarker();
        json.WriteEndObject();
    }

    private void WriteData(DataContent data, bool isMarked)
    {
        var isPdf = data.MediaType == "application/pdf";
        if (!isPdf && !data.IsImage())
        {
            WriteText(data.Missing(), isMarked);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type"u8, isPdf ? "document"u8 : "image"u8);
        json.WriteStartObject("source"u8);
        json.WriteString("type"u8, "base64"u8);
        json.WriteString("media_type"u8, data.MediaType);
        json.WriteString("data"u8, data.Base64Data.Span);
        json.WriteEndObject();
        if (isMarked)
            WriteCacheMarker();
        json.WriteEndObject();
    }

    private void WriteText(string text, bool isMarked)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        if (isMarked)
            WriteCacheMarker();
        json.WriteEndObject();
    }

    private void WriteCacheMarker()
    {
        json.WriteStartObject("cache_control"u8);
        json.WriteString("type"u8, "ephemeral"u8);
        if (client.Info?.CacheControlTtl is { Length: > 0 } ttl)
            json.WriteString("ttl"u8, ttl);
        json.WriteEndObject();
    }

    private sealed record Turn(bool IsAssistant, List<AIContent> Contents);
}
