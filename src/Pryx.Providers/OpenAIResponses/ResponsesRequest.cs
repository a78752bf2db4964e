using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIResponses;

/// <summary>Writes a Responses request. The input items come last, so a longer history only appends bytes.</summary>
internal sealed class ResponsesRequest(Utf8JsonWriter json, string wire, ModelInfo? info)
{
    private const int MaxCallId = 64;

    public void Write(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteBoolean("stream"u8, true);
        json.WriteBoolean("store"u8, false);
        var canReason = info?.SupportsReasoning ?? CanReason(model);
        if (canReason)
        {
            json.WriteStartArray("include"u8);
            json.WriteStringValue("reasoning.encrypted_content"u8);
            json.WriteEndArray();
        }
        WriteOptions(options, canReason);
        WriteTools(options?.Tools);
        if (options is { AllowMultipleToolCalls: false, Tools.Count: > 0 })
            json.WriteBoolean("parallel_tool_calls"u8, false);
        var instructions = messages.TakeWhile(message => message.Role == ChatRole.System).Select(message => message.Text).ToList();
        if (instructions.Count > 0)
            json.WriteString("instructions"u8, string.Join("\n\n", instructions));
        WriteInput(messages.Skip(instructions.Count));
        json.WriteEndObject();
    }

    /// <summary>Models without reasoning refuse to be asked for its encrypted form.</summary>
    private static bool CanReason(string model) =>
        !model.StartsWith("gpt-4", StringComparison.Ordinal) && !model.StartsWith("gpt-3", StringComparison.Ordinal)
        && !model.StartsWith("chatgpt-4", StringComparison.Ordinal) && !model.EndsWith("-chat-latest", StringComparison.Ordinal);

    private void WriteOptions(ChatOptions? options, bool canReason)
    {
        if (options?.MaxOutputTokens is { } limit)
            json.WriteNumber("max_output_tokens"u8, limit);
        if (options?.Temperature is { } temperature)
            json.WriteNumber("temperature"u8, temperature);
        if (Contents.SessionOf(options) is { } session)
            json.WriteString("prompt_cache_key"u8, session);
        var effort = canReason ? Efforts.Name(Efforts.Of(options), info?.Efforts ?? []) : null;
        var isSummaryWanted = canReason && options?.Reasoning?.Output is ReasoningOutput.Summary or ReasoningOutput.Full;
        if (effort is not null || isSummaryWanted)
        {
            json.WriteStartObject("reasoning"u8);
            if (effort is not null)
                json.WriteString("effort"u8, effort);
            if (isSummaryWanted)
                json.WriteString("summary"u8, "auto"u8);
            json.WriteEndObject();
        }
        if (options?.ResponseFormat is ChatResponseFormatJson format)
            WriteFormat(format);
    }

    private void WriteFormat(ChatResponseFormatJson format)
    {
        json.WriteStartObject("text"u8);
        json.WriteStartObject("format"u8);
        json.WriteString("type"u8, format.Schema is null ? "json_object"u8 : "json_schema"u8);
        if (format.Schema is { } schema)
        {
            json.WriteString("name"u8, format.SchemaName ?? "answer");
            json.WritePropertyName("schema"u8);
            schema.WriteTo(json);
            json.WriteBoolean("strict"u8, false);
        }
        json.WriteEndObject();
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
            json.WriteString("name"u8, function.Name);
            json.WriteString("description"u8, function.Description);
            json.WritePropertyName("parameters"u8);
            function.JsonSchema.WriteTo(json);
            // Strict would demand that every optional argument is required.
            json.WriteBoolean("strict"u8, false);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteInput(IEnumerable<ChatMessage> messages)
    {
        json.WriteStartArray("input"u8);
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
                WriteMessage(message.Role == ChatRole.System ? "developer" : "user", message.Contents);
        }
        WriteImages(images);
        json.WriteEndArray();
    }

    private void WriteMessage(string role, IEnumerable<AIContent> contents)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, role);
        json.WriteStartArray("content"u8);
        foreach (var content in contents)
        {
            if (content is DataContent data && data.IsImage())
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "input_image"u8);
                json.WriteString("image_url"u8, data.Uri);
                json.WriteEndObject();
            }
            else if (content is DataContent file && file.IsPdf())
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "input_file"u8);
                json.WriteString("filename"u8, file.FileName());
                json.WriteString("file_data"u8, file.Uri);
                json.WriteEndObject();
            }
            else if (content is TextContent or DataContent)
            {
                WriteText("input_text", content is DataContent other ? other.Missing() : ((TextContent)content).Text);
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteAssistant(IList<AIContent> contents)
    {
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextReasoningContent reasoning when reasoning.OpaqueOf(wire) is { } item:
                    json.WriteRawValue(item);
                    break;
                case TextContent { Text.Length: > 0 } text:
                    WriteReply(text);
                    break;
                case FunctionCallContent call:
                    json.WriteStartObject();
                    json.WriteString("type"u8, "function_call"u8);
                    if (call.OpaqueOf(wire) is { } id)
                        json.WriteString("id"u8, id);
                    json.WriteString("call_id"u8, CallIds.Fit(call.CallId, MaxCallId));
                    json.WriteString("name"u8, CallIds.FitName(call.Name));
                    json.WriteString("arguments"u8, call.RawArguments());
                    json.WriteEndObject();
                    break;
            }
        }
    }

    private void WriteReply(TextContent text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        WriteText("output_text", text.Text);
        json.WriteEndArray();
        // Whether it was commentary or the final answer; newer models work worse without it.
        if (text.OpaqueOf(wire) is { } phase)
            json.WriteString("phase"u8, phase);
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
            json.WriteString("type"u8, "function_call_output"u8);
            json.WriteString("call_id"u8, CallIds.Fit(result.CallId, MaxCallId));
            json.WriteString("output"u8, result.ResultText());
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

    private void WriteText(string type, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}
