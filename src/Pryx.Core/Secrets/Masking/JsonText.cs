using System.Buffers;
using System.Text.Json;

namespace Pryx.Core.Secrets.Masking;

/// <summary>Changes the texts of a JSON value; names stay.</summary>
internal static class JsonText
{
    public static JsonElement Map(JsonElement element, Func<string, string> change)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, element, change);
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, Func<string, string> change)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, change);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in element.EnumerateArray())
                {
                    Write(writer, entry, change);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(change(element.GetString()!));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
