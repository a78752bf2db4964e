using System.Text.Json;

namespace Pryx.Attacks.Bench;

/// <summary>A tool that an agent offers to its model.</summary>
/// <param name="Schema">Of its arguments; undefined when it has none.</param>
internal sealed record OfferedTool(string Name, JsonElement Schema)
{
    /// <param name="body">Of the request, whatever the wire.</param>
    public static IReadOnlyList<OfferedTool> Of(JsonElement body)
    {
        var tools = new List<OfferedTool>();
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("tools", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return tools;
        }
        foreach (var entry in list.EnumerateArray())
        {
            // OpenAI chat wraps it; Responses and Anthropic do not; Gemini lists several in one.
            if (entry.TryGetProperty("functionDeclarations", out var several) && several.ValueKind == JsonValueKind.Array)
            {
                tools.AddRange(several.EnumerateArray().Select(Read).OfType<OfferedTool>());
            }
            else if (Read(entry.TryGetProperty("function", out var function) ? function : entry) is { } tool)
            {
                tools.Add(tool);
            }
        }
        return tools;
    }

    /// <summary>Its arguments, by name; in the order of the schema.</summary>
    public IEnumerable<JsonProperty> Properties => PropertiesOf(Schema);

    public static IEnumerable<JsonProperty> PropertiesOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object ? properties.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    public static IEnumerable<string> RequiredOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array
            ? required.EnumerateArray().Select(static name => name.GetString()!) : [];

    /// <summary>string, array, integer …; the first when there are several.</summary>
    public static string TypeOf(JsonElement schema) => schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type) ? "string"
        : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static each => each.GetString()).FirstOrDefault(static each => each != "null") ?? "string"
        : type.GetString()?.ToLowerInvariant() ?? "string";

    /// <summary>Only what can be compared between the habits of different agents: runShellCommand, run_shell_command.</summary>
    public static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static OfferedTool? Read(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            return null;
        }
        foreach (var key in (ReadOnlySpan<string>)["parameters", "input_schema", "parametersJsonSchema"])
        {
            if (entry.TryGetProperty(key, out var schema))
            {
                return new(name.GetString()!, schema);
            }
        }
        return new(name.GetString()!, default);
    }
}
