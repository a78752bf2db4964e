using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Pryx.Core.Tracing;

namespace Pryx.Core.Telemetry;

/// <summary>Spans as OTLP's JSON (opentelemetry-proto, ExportTraceServiceRequest).</summary>
internal static class OtlpJson
{
    private const int Internal = 1, Client = 3;
    private const int Ok = 1, Failed = 2;

    public static byte[] Of(IReadOnlyList<Span> spans, string version)
    {
        var buffer = new ArrayBufferWriter<byte>(spans.Count * 1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("resourceSpans");
            writer.WriteStartObject();
            writer.WriteStartObject("resource");
            writer.WriteStartArray("attributes");
            WriteAttribute(writer, "service.name", "pryx");
            WriteAttribute(writer, "service.version", version);
            WriteAttribute(writer, "os.type", TelemetryNames.Os is "macos" ? "darwin" : TelemetryNames.Os);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartArray("scopeSpans");
            writer.WriteStartObject();
            writer.WriteStartObject("scope");
            writer.WriteString("name", "pryx");
            writer.WriteString("version", version);
            writer.WriteEndObject();
            writer.WriteStartArray("spans");
            foreach (var span in spans)
            {
                Write(writer, span);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, Span span)
    {
        var start = SpanStore.Nanoseconds(span.Start);
        writer.WriteStartObject();
        writer.WriteString("traceId", span.TraceId);
        writer.WriteString("spanId", span.SpanId);
        if (span.ParentSpanId is { } parent)
        {
            writer.WriteString("parentSpanId", parent);
        }
        writer.WriteString("name", span.Name);
        writer.WriteNumber("kind", span.Kind == SpanKinds.Model ? Client : Internal);
        writer.WriteString("startTimeUnixNano", start.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("endTimeUnixNano", (start + (span.Duration?.Ticks ?? 0) * 100).ToString(CultureInfo.InvariantCulture));
        writer.WriteStartArray("attributes");
        foreach (var attribute in JsonSerializer.SerializeToElement(span.Attributes, SpanJson.Default.SpanAttributes).EnumerateObject())
        {
            WriteAttribute(writer, attribute.Name, attribute.Value);
        }
        writer.WriteEndArray();
        writer.WriteStartObject("status");
        writer.WriteNumber("code", span.Error is null ? Ok : Failed);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteAttribute(Utf8JsonWriter writer, string key, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("key", key);
        writer.WriteStartObject("value");
        writer.WriteString("stringValue", value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteAttribute(Utf8JsonWriter writer, string key, JsonElement value)
    {
        writer.WriteStartObject();
        writer.WriteString("key", key);
        writer.WritePropertyName("value");
        WriteValue(writer, value, isAmount: key == "pryx.cost_usd");
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement value, bool isAmount)
    {
        writer.WriteStartObject();
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when !isAmount && value.TryGetInt64(out var whole):
                // 64-bit integers are strings in Protobuf's JSON.
                writer.WriteString("intValue", whole.ToString(CultureInfo.InvariantCulture));
                break;
            case JsonValueKind.Number:
                writer.WriteNumber("doubleValue", value.GetDouble());
                break;
            case JsonValueKind.Array:
                writer.WriteStartObject("arrayValue");
                writer.WriteStartArray("values");
                foreach (var entry in value.EnumerateArray())
                {
                    WriteValue(writer, entry, isAmount: false);
                }
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            default:
                writer.WriteString("stringValue", value.ToString());
                break;
        }
        writer.WriteEndObject();
    }
}
