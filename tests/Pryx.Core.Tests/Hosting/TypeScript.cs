using System.Text;
using System.Text.Json.Nodes;

namespace Pryx.Core.Tests.Hosting;

/// <summary>JSON schemas as TypeScript types: what the web UI is told of the protocol.</summary>
/// <param name="requests">Names of schemas that are only sent: what has a default in them may be left out.</param>
/// <param name="resolve">The schema at a reference.</param>
internal sealed class TypeScript(IReadOnlySet<string> requests, Func<string, JsonNode?> resolve)
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public void Add(string name, JsonNode schema)
    {
        var isObject = schema["properties"] is JsonObject && schema["anyOf"] is null && !Types(schema).Contains("null");
        var body = Of(schema, requests.Contains(name), 0);
        _text.Append(isObject ? $"export interface {name} {body}\n\n" : $"export type {name} = {body};\n\n");
    }

    private string Of(JsonNode? schema, bool isRequest, int depth)
    {
        if (schema is not JsonObject json || json.Count == 0)
        {
            return "unknown";
        }
        if ((string?)json["$ref"] is { } reference)
        {
            // A place among several cases has no name in TypeScript: what stands there is written out.
            return reference.Contains("/anyOf/", StringComparison.Ordinal) ? Of(resolve(reference), isRequest, depth) : Reference(reference);
        }
        if (json["const"] is { } constant)
        {
            return constant.ToJsonString();
        }
        if (json["enum"] is JsonArray values)
        {
            return string.Join(" | ", values.Select(static value => value is null ? "null" : value.ToJsonString()));
        }
        if (json["anyOf"] is JsonArray cases)
        {
            return string.Join(" | ", cases.Select(one => Of(one, isRequest, depth)));
        }
        var types = Types(json);
        var shown = types.Where(static type => type != "null").Select(type => type switch
        {
            "string" => "string",
            "integer" or "number" => "number",
            "boolean" => "boolean",
            "array" => List(Of(json["items"], isRequest, depth)),
            "object" => Object(json, isRequest, depth),
            _ => "unknown",
        }).Distinct().ToList();
        if (shown.Count == 0)
        {
            shown.Add(json["properties"] is null ? "unknown" : Object(json, isRequest, depth));
        }
        // A number that may come as text keeps its form; the pages read the number.
        var body = shown is ["string", "number"] or ["number", "string"] && json["pattern"] is not null ? "number" : string.Join(" | ", shown);
        return types.Contains("null") ? $"{body} | null" : body;
    }

    private string Object(JsonObject json, bool isRequest, int depth)
    {
        if (json["properties"] is not JsonObject properties)
        {
            return json["additionalProperties"] is JsonObject values ? $"Record<string, {Of(values, isRequest, depth)}>" : "Record<string, unknown>";
        }
        var required = (json["required"]?.AsArray() ?? []).Select(static name => (string?)name).ToHashSet();
        var pad = new string(' ', 2 * (depth + 1));
        var lines = properties.Select(property =>
        {
            var mayBeAbsent = Types(property.Value).Contains("null") || property.Value is not JsonObject { Count: > 0 } || (isRequest && !required.Contains(property.Key));
            return $"{pad}{Name(property.Key)}{(mayBeAbsent ? "?" : "")}: {Of(property.Value, isRequest, depth + 1)};\n";
        });
        return $"{{\n{string.Concat(lines)}{new string(' ', 2 * depth)}}}";
    }

    private static string Name(string name) => name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : $"'{name}'";

    private static string List(string item) => item.Contains('|', StringComparison.Ordinal) || item.Contains('{', StringComparison.Ordinal) ? $"({item})[]" : $"{item}[]";

    // A path into a schema is an indexed access: '#/components/schemas/A/properties/b/items' is A['b'][number].
    private static string Reference(string reference)
    {
        var parts = reference.Split('/').Skip(3).ToList();
        var text = parts[0];
        for (var i = 1; i < parts.Count; i++)
        {
            text = parts[i] switch
            {
                "properties" => $"NonNullable<{text}['{parts[++i]}']>",
                "items" => $"{text}[number]",
                "additionalProperties" => $"{text}[string]",
                var other => throw new NotSupportedException($"{reference}: {other}"),
            };
        }
        return text;
    }

    private static List<string> Types(JsonNode? schema) => (schema as JsonObject)?["type"] switch
    {
        JsonArray many => [.. many.Select(static type => (string)type!)],
        JsonValue one => [(string)one!],
        _ => [],
    };
}
