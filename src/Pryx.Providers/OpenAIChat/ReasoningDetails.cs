using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIChat;

/// <summary>OpenRouter's <c>reasoning_details</c>: pieces with the same index and type are one detail; all of them go back as they came.</summary>
internal sealed class ReasoningDetails
{
    private readonly List<(long? Index, string? Type, JsonObject Detail)> _details = [];

    public void Add(JsonElement.ArrayEnumerator pieces)
    {
        foreach (var piece in pieces)
        {
            if (JsonObject.Create(piece.Clone()) is not { } detail)
                continue;
            var (index, type) = (piece.Number("index"u8), piece.Text("type"u8));
            var place = _details.FindLastIndex(known => known.Index == index && known.Type == type && index is not null);
            if (place < 0)
                _details.Add((index, type, detail));
            else
                Merge(_details[place].Detail, detail);
        }
    }

    /// <summary>The JSON array, or null when there was none (any more).</summary>
    public string? TakeAll()
    {
        if (_details.Count == 0)
            return null;
        using var body = new RequestBody();
        body.Json.WriteStartArray();
        foreach (var (_, _, detail) in _details)
            detail.WriteTo(body.Json);
        body.Json.WriteEndArray();
        _details.Clear();
        return Encoding.UTF8.GetString(body.Finish().Span);
    }

    private static void Merge(JsonObject known, JsonObject piece)
    {
        foreach (var (name, value) in piece)
        {
            if (value is null)
                continue;
            var isGrowing = name is "text" or "summary" or "data";
            known[name] = isGrowing && known[name] is JsonValue begun && begun.TryGetValue<string>(out var start) && value is JsonValue more
                && more.TryGetValue<string>(out var rest)
                ? start + rest
                : value.DeepClone();
        }
    }
}
