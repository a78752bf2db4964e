using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Pryx.Protocol;

namespace Pryx.Core.Http;

/// <summary>The schemas of the document's components: each type once, by its name.</summary>
internal sealed class OpenApiSchemas
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Refine };
    private readonly Dictionary<Type, string> _names = [];

    public JsonObject All { get; } = [];

    /// <returns>A reference to the type's component.</returns>
    public JsonObject Of(JsonTypeInfo type)
    {
        if (!_names.TryGetValue(type.Type, out var name))
        {
            name = NameOf(type.Type);
            // Two slices may have a type of the same name.
            for (var i = 2; All.ContainsKey(name); i++)
            {
                name = $"{NameOf(type.Type)}{i}";
            }
            _names[type.Type] = name;
            All[name] = null;
            var schema = type.GetJsonSchemaAsNode(Options);
            Rebase(schema, name);
            All[name] = schema;
        }
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private static string NameOf(Type type) => !type.IsGenericType ? type.Name : Plain(type.GetGenericTypeDefinition() == typeof(Dictionary<,>)
        ? $"{type.GenericTypeArguments[1].Name}Map"
        : $"{type.GenericTypeArguments[0].Name}List");

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit));

    // What has a converter of its own says nothing of itself.
    private static JsonNode Refine(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(SessionId) || type == typeof(TurnId) || type == typeof(ItemId) || type == typeof(ApprovalId))
        {
            return new JsonObject { ["type"] = type == context.TypeInfo.Type ? "string" : new JsonArray("string", "null"), ["format"] = "uuid" };
        }
        // What may be null is left out when it is.
        if (schema is JsonObject found && found["required"] is JsonArray required && found["properties"] is JsonObject properties)
        {
            for (var i = required.Count - 1; i >= 0; i--)
            {
                if (properties[(string)required[i]!] is JsonObject property && property["type"] is JsonArray types && types.Any(static type => (string?)type == "null"))
                {
                    required.RemoveAt(i);
                }
            }
            if (required.Count == 0)
            {
                found.Remove("required");
            }
        }
        return schema;
    }

    // The exporter's references begin at the schema itself, which is no longer the root.
    private static void Rebase(JsonNode? node, string name)
    {
        switch (node)
        {
            case JsonObject schema:
                if (schema["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var path) && path.StartsWith('#'))
                {
                    schema["$ref"] = $"#/components/schemas/{name}{path[1..]}";
                }
                foreach (var (_, child) in schema)
                {
                    Rebase(child, name);
                }
                break;
            case JsonArray list:
                foreach (var child in list)
                {
                    Rebase(child, name);
                }
                break;
            default:
                break;
        }
    }
}
