using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pryx.Testing.Fake;

internal static partial class JsonReading
{
    /// <summary>Null when there is no such property, or it is null.</summary>
    public static JsonElement? At(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public static JsonElement? At(this JsonElement? element, string name) => element?.At(name);

    public static string? Text(this JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>The bytes of an element without cache markers, which may move from step to step.</summary>
    public static string WithoutMarkers(this JsonElement element) => LeadingMarker().Replace(LaterMarker().Replace(element.GetRawText(), ""), "");

    // Inside a JSON string the quotes would be escaped, so neither matches there.
    [GeneratedRegex("""\s*,\s*"cache_control"\s*:\s*\{[^{}]*\}""")]
    private static partial Regex LaterMarker();

    [GeneratedRegex("""(?<!\\)"cache_control"\s*:\s*\{[^{}]*\}\s*,?\s*""")]
    private static partial Regex LeadingMarker();

    /// <summary>On one line, characters beyond ASCII as themselves: so the vendors write.</summary>
    public static string OneLine(this JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            node.WriteTo(writer);
        }
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
