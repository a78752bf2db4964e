using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.Ollama;

/// <summary>Writes an /api/chat request. The messages come last, so a longer history only appends bytes.</summary>
internal sealed class OllamaRequest(Utf8JsonWriter json, string wire, int context)
{
    private readonly Dictionary<string, string> _toolNames = new(StringComparer.Ordinal);

    /// <summary>As <see cref="OllamaClient.KeepAlive"/>.</summary>
    public string? KeepAlive { get; init; }

    public void Write(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteBoolean("stream"u8, true);
        // Ollama takes a duration as text and seconds as a number.
        if (int.TryParse(KeepAlive, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            json.WriteNumber("keep_alive"u8, seconds);
        else if (KeepAlive is not null)
            json.WriteString("keep_alive"u8, KeepAlive);
        json.WriteStartObject("options"u8);
        json.WriteNumber("num_ctx"u8, context);
        if (options?.MaxOutputTokens is { } limit)
            json.WriteNumber("num_predict"u8, limit);
        if (options?.Temperature is { } temperature)
            json.WriteNumber("temperature"u8, temperature);
        json.WriteEndObject();
        if (Efforts.Of(options) is { } effort)
            WriteThink(model, effort);
        if (options?.ResponseFormat is ChatResponseFormatJson format)
        {
            json.WritePropertyName("format"u8);
            if (format.Schema is { } schema)
                schema.WriteTo(json);
            else
                json.WriteStringValue("json"u8);
        }
        WriteTools(options?.Tools);
        json.WriteStartArray("messages"u8);
        WriteMessages(messages);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Only gpt-oss knows levels; the others think or do not.</summary>
    private void WriteThink(string model, ReasoningEffort effort)
    {
        if (model.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase) && effort is not ReasoningEffort.None)
            json.WriteString("think"u8, effort switch { ReasoningEffort.Low => "low"u8, ReasoningEffort.Medium => "medium"u8, _ => "high"u8 });
        else
            json.WriteBoolean("think"u8, effort is not ReasoningEffort.None);
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
        var images = new List<DataContent>();
        foreach (var message in messages)
        {
            if (message.Role != ChatRole.Tool)
                WriteImages(images);
            if (message.Role == ChatRole.Assistant)
                WriteAssistant(message.Contents);
            else if (message.Role == ChatRole.Tool)
                WriteResults(message.Contents, images);
            else
                WriteMessage(message.Role == ChatRole.System ? "system" : "user", message.Contents);
        }
        WriteImages(images);
    }

    private void WriteMessage(string role, IEnumerable<AIContent> contents)
    {
        var texts = new List<string>();
        var images = new List<DataContent>();
        foreach (var content in contents)
        {
            if (content is TextContent text)
                texts.Add(text.Text);
            else if (content is DataContent data && data.IsImage())
                images.Add(data);
            else if (content is DataContent other)
                texts.Add(other.Missing());
        }
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, string.Join("\n\n", texts));
        if (images.Count > 0)
        {
            json.WriteStartArray("images"u8);
            foreach (var image in images)
                json.WriteStringValue(image.Base64Data.Span);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteAssistant(IList<AIContent> contents)
    {
        var text = string.Concat(contents.OfType<TextContent>().Select(content => content.Text));
        var thinking = string.Concat(contents.OfType<TextReasoningContent>().Where(content => content.OpaqueOf(wire) is not null)
            .Select(content => content.Text));
        var calls = contents.OfType<FunctionCallContent>().ToList();
        if (text.Length == 0 && calls.Count == 0)
            return;
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, text);
        if (thinking.Length > 0)
            json.WriteString("thinking"u8, thinking);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
                WriteCall(call);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent call)
    {
        _toolNames[call.CallId] = CallIds.FitName(call.Name);
        json.WriteStartObject();
        json.WriteString("id"u8, call.CallId);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, CallIds.FitName(call.Name));
        json.WritePropertyName("arguments"u8);
        json.WriteRawValue(call.ArgumentsObject());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteResults(IList<AIContent> contents, List<DataContent> images)
    {
        foreach (var content in contents)
        {
            if (content is DataContent image)
                images.Add(image);
            if (content is not FunctionResultContent result)
                continue;
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("content"u8, result.ResultText());
            if (_toolNames.TryGetValue(result.CallId, out var name))
                json.WriteString("tool_name"u8, name);
            json.WriteString("tool_call_id"u8, result.CallId);
            json.WriteEndObject();
        }
    }

    private void WriteImages(List<DataContent> images)
    {
        if (images.Count == 0)
            return;
        WriteMessage("user", [new TextContent("The tool results above came with these images:"), .. images]);
        images.Clear();
    }
}
