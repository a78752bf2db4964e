using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Pryx.Core.Audit;

/// <summary>The details of an entry that are a few texts.</summary>
public static class AuditDetails
{
    /// <summary>A JSON object; what is null is left out.</summary>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                if (value is not null)
                {
                    writer.WriteString(name, value);
                }
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
