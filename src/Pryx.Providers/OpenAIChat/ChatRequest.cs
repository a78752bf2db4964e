using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIChat;

/// <summary>Writes a Chat Completions request. The messages come last, so a longer history only appends bytes.</summary>
internal sealed class ChatRequest(Utf8JsonWriter json, string wire, ChatDialect dialect, ModelInfo? info)
{
    /// <summary>OpenAI's limit for ids of tool calls.</summary>
    private const int MaxCallId = 40;

    /// <summary>Where markers may be set all text is in parts, marked or not: they move, and nothing else may change.</summary>
    private bool _isMarked;
    private HashSet<AIContent> _marked = [];

    public void Write(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteBoolean("stream"u8, true);
        if (dialect.TakesStreamOptions)
        {
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }
        if (dialect.AsksForCost)
        {
            json.WriteStartObject("usage"u8);
            json.WriteBoolean("include"u8, true);
            json.WriteEndObject();
        }
        dialect.Routing?.Write(json);
        WriteOptions(options);
        WriteTools(options?.Tools);
        if (options is { AllowMultipleToolCalls: false, Tools.Count: > 0 })
            json.WriteBoolean("parallel_tool_calls"u8, false);
        _isMarked = dialect.MarksCache && CacheMarks.AreTakenBy(model);
        WriteMessages(messages);
        json.WriteEndObject();
    }

    private void WriteOptions(ChatOptions? options)
    {
        if (options?.MaxOutputTokens is { } limit)
            json.WriteNumber(dialect.TakesMaxCompletionTokens ? "max_completion_tokens"u8 : "max_tokens"u8, limit);
        if (options?.Temperature is { } temperature)
            json.WriteNumber("temperature"u8, temperature);
        if (dialect.TakesCacheKey && Contents.SessionOf(options) is { } session)
            json.WriteString("prompt_cache_key"u8, session);
        WriteEffort(options);
        if (options?.ResponseFormat is ChatResponseFormatJson format)
            WriteFormat(format);
    }

    private void WriteEffort(ChatOptions? options)
    {
        // A model that does not reason refuses the field.
        if (info is { SupportsReasoning: false } || Efforts.Name(Efforts.Of(options), info?.Efforts ?? []) is not { } effort)
            return;
        if (dialect.Effort is EffortField.ReasoningObject)
        {
            json.WriteStartObject("reasoning"u8);
            // It takes one of the two, and turns each into what the model behind it takes.
            if (Efforts.Asked(options) is > 0)
                json.WriteNumber("max_tokens"u8, Efforts.Budget(options, info?.ReasoningBudget)!.Value);
            else
                json.WriteString("effort"u8, effort);
            json.WriteEndObject();
        }
        else if (dialect.Effort is EffortField.ReasoningEffort || info is { Efforts.Count: > 0 })
        {
            json.WriteString("reasoning_effort"u8, effort);
        }
    }

    private void WriteFormat(ChatResponseFormatJson format)
    {
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, format.Schema is null ? "json_object"u8 : "json_schema"u8);
        if (format.Schema is { } schema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, format.SchemaName ?? "answer");
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
        json.WriteStartArray("tools"u8);
        foreach (var function in tools.OfType<AIFunctionDeclaration>())
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, function.Name);
            json.WriteString("description"u8, function.Description);
            json.WritePropertyName("parameters"u8);
            function.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteMessages(IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray("messages"u8);
        var images = new List<DataContent>();
        if (_isMarked)
            _marked = CacheMarks.Of(messages);
        foreach (var message in messages)
        {
            if (message.Role != ChatRole.Tool)
                WriteImages(images);
            if (message.Role == ChatRole.System)
                WriteSystem(message.Text);
            else if (message.Role == ChatRole.Assistant)
                WriteAssistant(message);
            else if (message.Role == ChatRole.Tool)
                WriteResults(message, images);
            else
                WriteUser(message.Contents);
        }
        WriteImages(images);
        json.WriteEndArray();
    }

    private void WriteSystem(string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "system"u8);
        if (_isMarked && text.Length > 0)
        {
            json.WriteStartArray("content"u8);
            WriteText(text, isMarked: true);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("content"u8, text);
        }
        json.WriteEndObject();
    }

    private void WriteUser(IList<AIContent> contents)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        if (!_isMarked && contents.All(content => content is TextContent))
        {
            json.WriteString("content"u8, string.Join("\n\n", contents.OfType<TextContent>().Select(text => text.Text)));
        }
        else
        {
            json.WriteStartArray("content"u8);
            foreach (var content in contents)
            {
                if (content is TextContent text)
                    WriteText(text.Text, _marked.Contains(text));
                else if (content is DataContent data)
                    WriteData(data);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteAssistant(ChatMessage message)
    {
        var text = string.Concat(message.Contents.OfType<TextContent>().Select(content => content.Text));
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        if (text.Length == 0 && calls.Count == 0)
            return;
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        if (text.Length > 0)
            json.WriteString("content"u8, text);
        else
            json.WriteNull("content"u8);
        WriteReasoning(message);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
                WriteCall(call);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    /// <summary>What this very server sent: <c>reasoning_content</c> (DeepSeek and others), <c>reasoning_details</c> (OpenRouter).</summary>
    private void WriteReasoning(ChatMessage message)
    {
        string? text = null;
        var details = new List<string>();
        foreach (var reasoning in message.Contents.OfType<TextReasoningContent>())
        {
            var data = reasoning.OpaqueOf(wire);
            if (data is ChatReply.ReasoningContent)
                text += reasoning.Text;
            else if (data is not null)
                details.Add(data[1..^1]);
        }
        if (text is not null)
            json.WriteString("reasoning_content"u8, text);
        if (details.Count > 0)
        {
            json.WritePropertyName("reasoning_details"u8);
            json.WriteRawValue($"[{string.Join(',', details)}]");
        }
    }

    private void WriteCall(FunctionCallContent call)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Fit(call.CallId));
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, CallIds.FitName(call.Name));
        json.WriteString("arguments"u8, dialect.TakesAnyArguments ? call.RawArguments() : call.ArgumentsObject());
        json.WriteEndObject();
        // What the server put beside the function, such as Google's signature.
        if (call.OpaqueOf(wire) is { } extra)
        {
            json.WritePropertyName("extra_content"u8);
            json.WriteRawValue(extra);
        }
        json.WriteEndObject();
    }

    private void WriteResults(ChatMessage message, List<DataContent> images)
    {
        foreach (var content in message.Contents)
        {
            if (content is DataContent image)
                images.Add(image);
            if (content is not FunctionResultContent result)
                continue;
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, Fit(result.CallId));
            WriteResult(result);
            json.WriteEndObject();
        }
    }

    private void WriteResult(FunctionResultContent result)
    {
        var text = result.ResultText();
        if (!_isMarked || string.IsNullOrWhiteSpace(text))
        {
            json.WriteString("content"u8, text);
            return;
        }
        json.WriteStartArray("content"u8);
        WriteText(text, _marked.Contains(result));
        json.WriteEndArray();
    }

    /// <summary>A tool message can not hold images, and the results of one step must stay together: the images follow them.</summary>
    private void WriteImages(List<DataContent> images)
    {
        if (images.Count == 0)
            return;
        WriteUser([new TextContent("The tool results above came with these images:"), .. images]);
        images.Clear();
    }

    private void WriteText(string text, bool isMarked)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        if (isMarked)
        {
            json.WriteStartObject("cache_control"u8);
            json.WriteString("type"u8, "ephemeral"u8);
            if (info?.CacheControlTtl is { Length: > 0 } ttl)
                json.WriteString("ttl"u8, ttl);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteData(DataContent data)
    {
        if (data.IsPdf())
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "file"u8);
            json.WriteStartObject("file"u8);
            json.WriteString("filename"u8, data.FileName());
            json.WriteString("file_data"u8, data.Uri);
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }
        if (!data.IsImage())
        {
            WriteText(data.Missing(), isMarked: false);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, data.Uri);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private string Fit(string id) => dialect.TakesNineCharacterIds ? CallIds.FitNine(id) : CallIds.Fit(id, MaxCallId);
}
