using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>What the engine put into the contents of a message, read and made the same way for every wire.</summary>
internal static class Contents
{
    /// <summary>The data this wire gave out earlier; null for foreign data, which only its own wire understands.</summary>
    public static string? OpaqueOf(this AIContent content, string wire) =>
        content.AdditionalProperties?.TryGetValue(WireKeys.Opaque, out var value) == true
            && value is OpaqueData data && data.Wire == wire ? data.Data : null;

    public static T WithOpaque<T>(this T content, string wire, string data) where T : AIContent
    {
        (content.AdditionalProperties ??= [])[WireKeys.Opaque] = new OpaqueData(wire, data);
        return content;
    }

    /// <summary>The system's texts, and for a wire that takes no schema the wish for JSON in words.</summary>
    /// <param name="askedInWords">Null when nothing is to be asked so.</param>
    public static List<string> SystemTexts(IReadOnlyList<ChatMessage> messages, ChatResponseFormatJson? askedInWords)
    {
        var texts = messages.Where(message => message.Role == ChatRole.System).Select(message => message.Text).Where(text => !string.IsNullOrWhiteSpace(text)).ToList();
        if (askedInWords is not null)
            texts.Add(askedInWords.Schema is { } schema
                ? $"Answer with nothing but one JSON value that is valid against this JSON schema: {schema.GetRawText()}"
                : "Answer with nothing but one JSON object.");
        return texts;
    }

    public static string RawArguments(this FunctionCallContent call)
    {
        if (call.AdditionalProperties?.TryGetValue(WireKeys.RawArguments, out var value) == true && value is string { Length: > 0 } raw)
            return raw;
        return call.Arguments is { Count: > 0 } arguments ? Write(arguments) : "{}";
    }

    /// <summary>For wires (and servers behind them) that parse the arguments and would refuse the whole request over malformed ones.</summary>
    public static string ArgumentsObject(this FunctionCallContent call)
    {
        var raw = call.RawArguments();
        return IsObject(raw) ? raw : "{}";
    }

    public static bool IsError(this FunctionResultContent result) =>
        result.AdditionalProperties?.TryGetValue(WireKeys.IsError, out var value) == true && value is true;

    public static string ResultText(this FunctionResultContent result) => result.Result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        var other => other.ToString() ?? "",
    };

    public static bool IsImage(this DataContent data) => data.HasTopLevelMediaType("image");

    public static bool IsPdf(this DataContent data) => data.MediaType == "application/pdf";

    /// <summary>As the APIs want one.</summary>
    public static string FileName(this DataContent data) => data.Name is { Length: > 0 } name ? name : "document.pdf";

    /// <summary>Stands in for an attachment that the wire can not carry, so that the model knows of it.</summary>
    public static string Missing(this DataContent data) => $"[An attachment of type {data.MediaType} was left out: this model's API does not take it.]";

    /// <summary>A complete call. Malformed arguments stay as they came; the engine answers them to the model.</summary>
    public static FunctionCallContent Call(string id, string name, string arguments)
    {
        var raw = string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments;
        return new(id, name, Parse(raw)) { AdditionalProperties = new() { [WireKeys.RawArguments] = raw } };
    }

    public static string? SessionOf(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(WireKeys.Session, out var value) == true ? value?.ToString() : null;

    public static bool IsObject(string raw)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, Encoding.UTF8.GetBytes(raw, bytes)));
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static Dictionary<string, object?>? Parse(string raw)
    {
        try
        {
            using var json = JsonDocument.Parse(raw);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
                arguments[property.Name] = property.Value.Clone();
            return arguments;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Only for calls made by hand without the raw text; a wire's own calls always carry it.</summary>
    private static string Write(IDictionary<string, object?> arguments)
    {
        using var body = new RequestBody();
        var json = body.Json;
        json.WriteStartObject();
        foreach (var (name, value) in arguments)
        {
            json.WritePropertyName(name);
            switch (value)
            {
                case null: json.WriteNullValue(); break;
                case JsonElement element: element.WriteTo(json); break;
                case bool flag: json.WriteBooleanValue(flag); break;
                case int number: json.WriteNumberValue(number); break;
                case long number: json.WriteNumberValue(number); break;
                case double number: json.WriteNumberValue(number); break;
                default: json.WriteStringValue(value.ToString()); break;
            }
        }
        json.WriteEndObject();
        return Encoding.UTF8.GetString(body.Finish().Span);
    }
}
