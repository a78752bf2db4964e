using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Gemini;

/// <summary>Writes a streamGenerateContent request. The contents come last, so a longer history only appends bytes.</summary>
internal sealed class GeminiRequest(Utf8JsonWriter json, string wire, string model, ModelInfo? info)
{
    /// <summary>Google's own word for a call that another model made: its signature can not be had.</summary>
    private const string ForeignSignature = "skip_thought_signature_validator";

    private readonly int _version = GeminiVersion.Of(model);
    private readonly Dictionary<string, (string Name, string? Id)> _calls = new(StringComparer.Ordinal);
    private readonly List<DataContent> _images = [];

    private bool IsNew => _version >= GeminiVersion.Level;

    public void Write(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var format = options?.ResponseFormat as ChatResponseFormatJson;
        // Before Gemini 3 the API refuses an answer in JSON beside tools.
        var isInWords = format is not null && !IsNew && options?.Tools is { Count: > 0 };
        json.WriteStartObject();
        WriteConfig(options, isInWords ? null : format);
        WriteTools(options?.Tools);
        WriteSystem(messages, isInWords ? format : null);
        WriteContents(messages);
        json.WriteEndObject();
    }

    private void WriteConfig(ChatOptions? options, ChatResponseFormatJson? format)
    {
        json.WriteStartObject("generationConfig"u8);
        if (options?.MaxOutputTokens is { } limit)
            json.WriteNumber("maxOutputTokens"u8, limit);
        if (options?.Temperature is { } temperature)
            json.WriteNumber("temperature"u8, temperature);
        GeminiThinking.Write(json, model, info, options);
        if (format is not null)
        {
            json.WriteString("responseMimeType"u8, "application/json"u8);
            if (format.Schema is { } schema)
            {
                json.WritePropertyName("responseJsonSchema"u8);
                GeminiSchema.Write(json, schema);
            }
        }
        json.WriteEndObject();
    }

    private void WriteTools(IList<AITool>? tools)
    {
        if (tools is not { Count: > 0 })
            return;
        json.WriteStartArray("tools"u8);
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var function in tools.OfType<AIFunctionDeclaration>())
        {
            json.WriteStartObject();
            json.WriteString("name"u8, function.Name);
            json.WriteString("description"u8, function.Description);
            json.WritePropertyName("parametersJsonSchema"u8);
            GeminiSchema.Write(json, function.JsonSchema);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteSystem(IReadOnlyList<ChatMessage> messages, ChatResponseFormatJson? askedInWords)
    {
        var texts = Contents.SystemTexts(messages, askedInWords);
        if (texts.Count == 0)
            return;
        json.WriteStartObject("systemInstruction"u8);
        json.WriteStartArray("parts"u8);
        foreach (var text in texts)
            WriteText(text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>User and model in turns: results belong to the user, and what the user said meanwhile follows them.</summary>
    private void WriteContents(IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray("contents"u8);
        bool? isModelOpen = null;
        foreach (var message in messages)
        {
            var isModel = message.Role == ChatRole.Assistant;
            if (message.Role == ChatRole.System || (isModel && !message.Contents.Any(IsSent)))
                continue;
            if (isModelOpen != isModel)
            {
                if (isModelOpen is not null)
                    EndContent();
                json.WriteStartObject();
                json.WriteString("role"u8, isModel ? "model"u8 : "user"u8);
                json.WriteStartArray("parts"u8);
                isModelOpen = isModel;
            }
            if (isModel)
                WriteReply(message.Contents);
            else if (message.Role == ChatRole.Tool)
                WriteResults(message.Contents);
            else
                WriteUser(message.Contents);
        }
        if (isModelOpen is not null)
            EndContent();
        json.WriteEndArray();
    }

    private void EndContent()
    {
        WriteImages();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private bool IsSent(AIContent content) => content switch
    {
        TextReasoningContent reasoning => GeminiMark.Read(reasoning.OpaqueOf(wire)) is { } mark && (reasoning.Text.Length > 0 || mark.Signature is not null),
        TextContent text => text.Text.Length > 0 || text.OpaqueOf(wire) is not null,
        FunctionCallContent => true,
        _ => false,
    };

    private void WriteReply(IList<AIContent> contents)
    {
        var isFirstCall = true;
        foreach (var content in contents.Where(IsSent))
        {
            switch (content)
            {
                case TextReasoningContent reasoning:
                    var thought = GeminiMark.Read(reasoning.OpaqueOf(wire))!;
                    WriteParts(reasoning.Text, thought, isThought: !thought.IsText);
                    break;
                case TextContent text:
                    WriteParts(text.Text, GeminiMark.Read(text.OpaqueOf(wire)), isThought: false);
                    break;
                case FunctionCallContent call:
                    WriteCall(call, isFirstCall);
                    isFirstCall = false;
                    break;
            }
        }
    }

    /// <summary>The parts that the text was put together from: those without a signature, then the one with it.</summary>
    private void WriteParts(string text, GeminiMark? mark, bool isThought)
    {
        var tail = mark?.Signature is null ? 0 : Math.Min(mark.Tail, text.Length);
        if (text.Length > tail)
            WriteText(text[..^tail], isThought);
        if (mark?.Signature is { } signature)
            WriteText(text[^tail..], isThought, signature);
    }

    private void WriteText(string text, bool isThought = false, string? signature = null)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        if (isThought)
            json.WriteBoolean("thought"u8, true);
        if (signature is not null)
            json.WriteString("thoughtSignature"u8, signature);
        json.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent call, bool isFirst)
    {
        var mark = GeminiMark.Read(call.OpaqueOf(wire));
        _calls[call.CallId] = (CallIds.FitName(call.Name), mark?.CallId);
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        // An id is given back, never made up: older versions of the API refuse the field.
        if (mark?.CallId is { } id)
            json.WriteString("id"u8, id);
        json.WriteString("name"u8, CallIds.FitName(call.Name));
        json.WritePropertyName("args"u8);
        json.WriteRawValue(call.ArgumentsObject());
        json.WriteEndObject();
        // The first call of a step carries the signature of the whole step.
        if ((mark?.Signature ?? (isFirst && IsNew ? ForeignSignature : null)) is { } signature)
            json.WriteString("thoughtSignature"u8, signature);
        json.WriteEndObject();
    }

    private void WriteResults(IList<AIContent> contents)
    {
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not FunctionResultContent result)
                continue;
            var own = contents.Skip(i + 1).TakeWhile(content => content is DataContent).Cast<DataContent>().ToList();
            WriteResult(result, IsNew ? own : []);
            if (!IsNew)
                _images.AddRange(own);
        }
    }

    /// <summary>Before Gemini 3 a result can not hold images, and the results of one step must stay together: the images follow them.</summary>
    private void WriteImages()
    {
        if (_images.Count == 0)
            return;
        WriteText("The tool results above came with these images:");
        foreach (var image in _images)
            WriteData(image);
        _images.Clear();
    }

    private void WriteResult(FunctionResultContent result, List<DataContent> images)
    {
        var (name, id) = _calls.GetValueOrDefault(result.CallId, ("unknown", null));
        json.WriteStartObject();
        json.WriteStartObject("functionResponse"u8);
        if (id is not null)
            json.WriteString("id"u8, id);
        json.WriteString("name"u8, name);
        json.WriteStartObject("response"u8);
        json.WriteString(result.IsError() ? "error"u8 : "output"u8, result.ResultText());
        json.WriteEndObject();
        if (images.Count > 0)
        {
            json.WriteStartArray("parts"u8);
            foreach (var image in images)
                WriteData(image);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteUser(IList<AIContent> contents)
    {
        WriteImages();
        var isEmpty = true;
        foreach (var content in contents)
        {
            if (content is TextContent { Text.Length: > 0 } text)
                WriteText(text.Text);
            else if (content is DataContent data)
                WriteData(data);
            else
                continue;
            isEmpty = false;
        }
        if (isEmpty)
            WriteText("(empty message)");
    }

    private void WriteData(DataContent data)
    {
        if (!data.IsImage() && data.MediaType != "application/pdf" && !data.HasTopLevelMediaType("audio") && !data.HasTopLevelMediaType("video"))
        {
            WriteText(data.Missing());
            return;
        }
        json.WriteStartObject();
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, data.MediaType);
        json.WriteString("data"u8, data.Base64Data.Span);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
