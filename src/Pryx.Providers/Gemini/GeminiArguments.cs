using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Providers.Http;

namespace Pryx.Providers.Gemini;

/// <summary>The arguments of a call that Vertex streams piece by piece: each piece names its place (<c>$.items[0].name</c>), text grows there.</summary>
internal sealed class GeminiArguments(string name, string? id, string? signature)
{
    private readonly JsonObject _root = [];

    public string Name => name;
    public string? Id => id;
    public string? Signature => signature;
    public string Json => _root.ToJsonString();

    public void Add(JsonElement piece)
    {
        if (piece.Text("jsonPath"u8) is not { } path || Steps(path) is not { Count: > 0 } steps)
            return;
        JsonNode place = _root;
        for (var i = 0; i < steps.Count - 1; i++)
            place = Child(place, steps[i]) ?? Put(place, steps[i], steps[i + 1] is int ? new JsonArray() : new JsonObject());
        var known = Child(place, steps[^1]);
        if (piece.Text("stringValue"u8) is { } text)
            Put(place, steps[^1], JsonValue.Create(known is JsonValue begun && begun.TryGetValue<string>(out var start) ? start + text : text));
        else if (piece.Child("numberValue"u8) is { } number)
            Put(place, steps[^1], JsonNode.Parse(number.GetRawText())!);
        else if (piece.Child("boolValue"u8) is { } flag)
            Put(place, steps[^1], JsonValue.Create(flag.ValueKind == JsonValueKind.True));
        else if (known is null)
            Put(place, steps[^1], null);
    }

    private static JsonNode? Child(JsonNode place, object step) => (place, step) switch
    {
        (JsonObject folder, string field) => folder[field],
        (JsonArray list, int at) when at < list.Count => list[at],
        _ => null,
    };

    private static JsonNode Put(JsonNode place, object step, JsonNode? value)
    {
        if (place is JsonObject folder && step is string field)
            folder[field] = value;
        else if (place is JsonArray list && step is int at and >= 0 and < 10_000)
        {
            while (list.Count <= at)
                list.Add(null);
            list[at] = value;
        }
        return value ?? place;
    }

    /// <summary><c>$.items[0]['a b']</c> is items, 0, "a b".</summary>
    private static List<object> Steps(string path)
    {
        var steps = new List<object>();
        for (var at = path.StartsWith('$') ? 1 : 0; at < path.Length;)
        {
            if (path[at] == '[' && path.IndexOf(']', at) is > 0 and var end)
            {
                var inside = path[(at + 1)..end].Trim('\'', '"');
                steps.Add(int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : inside);
                at = end + 1;
                continue;
            }
            at += path[at] == '.' ? 1 : 0;
            var stop = path.AsSpan(at).IndexOfAny('.', '[') is >= 0 and var length ? at + length : path.Length;
            if (stop > at)
                steps.Add(path[at..stop]);
            else
                stop++;
            at = stop;
        }
        return steps;
    }
}
