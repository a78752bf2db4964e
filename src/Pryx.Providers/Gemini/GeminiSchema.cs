using System.Text.Json;

namespace Pryx.Providers.Gemini;

/// <summary>
/// Writes a tool's JSON schema with the keywords that <c>parametersJsonSchema</c> takes and without the others, which are refused
/// or mistaken. Nothing is lost but hints: a tool checks its own arguments.
/// </summary>
internal static class GeminiSchema
{
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems",
        "minimum", "maximum", "minLength", "maxLength", "pattern", "anyOf", "oneOf", "allOf", "properties", "additionalProperties", "required", "nullable",
    };

    public static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            // "true" stands for any value, and means nothing else to Gemini than no word about it.
            schema.WriteTo(json);
            return;
        }
        json.WriteStartObject();
        foreach (var property in schema.EnumerateObject())
        {
            if (property.NameEquals("const"u8))
            {
                json.WriteStartArray("enum"u8);
                property.Value.WriteTo(json);
                json.WriteEndArray();
            }
            else if (property.NameEquals("definitions"u8))
            {
                WriteEach(json, "$defs", property.Value);
            }
            else if (Kept.Contains(property.Name))
            {
                WriteKept(json, property);
            }
        }
        json.WriteEndObject();
    }

    private static void WriteKept(Utf8JsonWriter json, JsonProperty property)
    {
        switch (property.Name)
        {
            case "properties" or "$defs":
                WriteEach(json, property.Name, property.Value);
                break;
            case "items" or "additionalProperties":
                json.WritePropertyName(property.Name);
                Write(json, property.Value);
                break;
            case "anyOf" or "oneOf" or "allOf" or "prefixItems" when property.Value.ValueKind == JsonValueKind.Array:
                json.WriteStartArray(property.Name);
                foreach (var item in property.Value.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            case "$ref" when property.Value.ValueKind == JsonValueKind.String:
                json.WriteString(property.Name, property.Value.GetString()!.Replace("#/definitions/", "#/$defs/", StringComparison.Ordinal));
                break;
            default:
                property.WriteTo(json);
                break;
        }
    }

    private static void WriteEach(Utf8JsonWriter json, string name, JsonElement schemas)
    {
        json.WriteStartObject(name);
        if (schemas.ValueKind == JsonValueKind.Object)
            foreach (var schema in schemas.EnumerateObject())
            {
                json.WritePropertyName(schema.Name);
                Write(json, schema.Value);
            }
        json.WriteEndObject();
    }
}
