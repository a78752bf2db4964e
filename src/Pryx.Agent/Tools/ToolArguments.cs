using System.Text.Json;

namespace Pryx.Agent.Tools;

/// <summary>The model's arguments do not fit the tool; the message tells the model what to send instead.</summary>
public sealed class ToolArgumentException(string message) : Exception(message);

/// <summary>A JSON object of arguments, read with messages the model can act on.</summary>
public sealed class ToolArguments
{
    private readonly JsonElement _object;

    private ToolArguments(JsonElement element) => _object = element;

    public JsonElement Json => _object;

    /// <exception cref="ToolArgumentException">The text is not a JSON object.</exception>
    public static ToolArguments Parse(string json)
    {
        try
        {
            // Some models send nothing at all for a tool without required arguments.
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json);
            return From(document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new ToolArgumentException($"The arguments are not valid JSON ({e.Message}). Send one JSON object.");
        }
    }

    /// <exception cref="ToolArgumentException">The element is not an object.</exception>
    public static ToolArguments From(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? new(element)
        : throw new ToolArgumentException("The arguments must be one JSON object.");

    /// <summary>The value under the first of the names that is present and not null.</summary>
    public JsonElement? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                return value;
            }
        }
        return null;
    }

    public string RequireString(params ReadOnlySpan<string> names) =>
        OptionalString(names) ?? throw new ToolArgumentException($"The argument '{names[0]}' (string) is missing.");

    public string? OptionalString(params ReadOnlySpan<string> names)
    {
        var value = Find(names);
        return value switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => throw new ToolArgumentException($"The argument '{names[0]}' must be a string."),
        };
    }

    /// <summary>A list, or one that a model wrote without its brackets; empty when there is none.</summary>
    public IReadOnlyList<string> OptionalStrings(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(static entry => entry.ValueKind == JsonValueKind.String) => [.. list.EnumerateArray().Select(static entry => entry.GetString()!)],
        _ => throw new ToolArgumentException($"The argument '{name}' must be a list of strings."),
    };

    public int? OptionalInt(string name, int min, int max)
    {
        var value = Find(name);
        if (value is null)
        {
            return null;
        }
        // Models write 5, 5.0 and "5".
        var isNumber = value.Value.ValueKind switch
        {
            JsonValueKind.Number => value.Value.TryGetDouble(out _),
            JsonValueKind.String => double.TryParse(value.Value.GetString(), out _),
            _ => false,
        };
        var number = !isNumber ? double.NaN
            : value.Value.ValueKind == JsonValueKind.Number ? value.Value.GetDouble() : double.Parse(value.Value.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        return number >= min && number <= max
            ? (int)number
            : throw new ToolArgumentException($"The argument '{name}' must be a number from {min} to {max}.");
    }

    public bool OptionalBool(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text when bool.TryParse(text.GetString(), out var parsed) => parsed,
        _ => throw new ToolArgumentException($"The argument '{name}' must be true or false."),
    };
}
