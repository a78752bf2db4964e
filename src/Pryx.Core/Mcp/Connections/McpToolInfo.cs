using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pryx.Core.Mcp.Connections;

/// <summary>What a server says of one of its tools.</summary>
/// <param name="Name">As the server has it.</param>
/// <param name="Schema">An object schema.</param>
public sealed record McpToolInfo(string Name, string? Title, string Description, JsonElement Schema, JsonElement? OutputSchema, JsonElement? Annotations)
{
    /// <summary>Of everything that a person or a model judges it by: another hash is another tool.</summary>
    public string Hash { get; } = HashOf(Name, Title, Description, Schema, Annotations);

    /// <summary>It says so; whether that is believed is the user's to say.</summary>
    public bool SaysReadOnly => Annotations is { ValueKind: JsonValueKind.Object } hints && hints.TryGetProperty("readOnlyHint", out var hint) && hint.ValueKind == JsonValueKind.True;

    /// <exception cref="FormatException">What is wrong with it, for a person.</exception>
    public static McpToolInfo Read(JsonNode? node)
    {
        if (node is not JsonObject tool || tool["name"] is not JsonValue name || !name.TryGetValue(out string? text) || text.Length is 0 or > 256)
        {
            throw new FormatException("a tool has no name of 1 to 256 characters");
        }
        var shown = PlainWords.Of(text, 64);
        if (tool["inputSchema"] is not JsonObject schema || !IsObjectSchema(schema))
        {
            throw new FormatException($"the tool '{shown}' is left out: its inputSchema is no schema of an object");
        }
        if (Encoding.UTF8.GetByteCount(schema.ToJsonString()) > 64 * 1024)
        {
            throw new FormatException($"the tool '{shown}' is left out: its inputSchema is longer than 64 KB");
        }
        return new(text, TextOf(tool["title"]) ?? TextOf((tool["annotations"] as JsonObject)?["title"]), TextOf(tool["description"]) ?? "", Element(Cleaned(schema)), ElementOf(tool["outputSchema"]), ElementOf(tool["annotations"]));
    }

    private static bool IsObjectSchema(JsonObject schema) =>
        schema["type"] is JsonValue type && type.TryGetValue(out string? kind) && kind == "object"
        && schema["properties"] is null or JsonObject
        && (schema["properties"] as JsonObject)?.All(static property => property.Value is JsonObject || property.Value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False) != false
        && schema["required"] is null or JsonArray;

    // Texts in a schema are read by the model as its description is.
    private static JsonObject Cleaned(JsonObject schema)
    {
        var copy = (JsonObject)schema.DeepClone();
        Clean(copy, 0);
        return copy;
    }

    private static void Clean(JsonNode? node, int depth)
    {
        if (depth > 64)
        {
            throw new FormatException("a tool is left out: its inputSchema is nested too deeply");
        }
        if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToList())
            {
                if (name is "description" or "title" && value is JsonValue words && words.TryGetValue(out string? text))
                {
                    map[name] = PlainWords.Of(text, 1000);
                }
                else
                {
                    Clean(value, depth + 1);
                }
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var entry in list)
            {
                Clean(entry, depth + 1);
            }
        }
    }

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;

    private static JsonElement? ElementOf(JsonNode? node) => node is JsonObject ? Element(node) : null;

    private static JsonElement Element(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString(), new JsonDocumentOptions { MaxDepth = 128 });
        return document.RootElement.Clone();
    }

    private static string HashOf(string name, string? title, string description, JsonElement schema, JsonElement? annotations) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\0{title}\0{description}\0{schema.GetRawText()}\0{annotations?.GetRawText()}")));
}
