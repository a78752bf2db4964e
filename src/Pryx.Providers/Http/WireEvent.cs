using System.Text.Json;

namespace Pryx.Providers.Http;

/// <summary>One event of a provider's stream. Its JSON is pooled: read it before the next one is taken.</summary>
/// <param name="Json">Null for the <c>[DONE]</c> that ends an OpenAI stream, and for one without data.</param>
internal readonly record struct WireEvent(JsonDocument? Json) : IDisposable
{
    /// <summary>An event that only keeps the connection alive.</summary>
    public bool IsBlank { get; private init; }
    public bool IsDone => Json is null && !IsBlank;
    public JsonElement Root => Json!.RootElement;

    public void Dispose() => Json?.Dispose();

    /// <exception cref="JsonException">Not one JSON object.</exception>
    public static WireEvent Parse(ReadOnlySpan<byte> data)
    {
        data = data.Trim(" \t\r\n"u8);
        if (data.IsEmpty)
            return new() { IsBlank = true };
        if (data.SequenceEqual("[DONE]"u8))
            return default;
        var reader = new Utf8JsonReader(data);
        var json = JsonDocument.ParseValue(ref reader);
        if (json.RootElement.ValueKind == JsonValueKind.Object && !reader.Read())
            return new(json);
        json.Dispose();
        throw new JsonException("The chunk is not one JSON object.");
    }
}
