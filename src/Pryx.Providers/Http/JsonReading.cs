using System.Text.Json;

namespace Pryx.Providers.Http;

/// <summary>Reads what is there and of the expected kind; everything else is null. Providers add fields and leave them out.</summary>
internal static class JsonReading
{
    public static JsonElement? Child(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind is not JsonValueKind.Null ? value : null;

    public static JsonElement? Child(this JsonElement? element, ReadOnlySpan<byte> name) => element?.Child(name);

    public static string? Text(this JsonElement element, ReadOnlySpan<byte> name) => element.Child(name).AsText();

    public static string? Text(this JsonElement? element, ReadOnlySpan<byte> name) => element?.Text(name);

    public static string? AsText(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static long? Number(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Number } number
            ? number.TryGetInt64(out var value) ? value : (long)number.GetDouble()
            : null;

    public static long? Number(this JsonElement? element, ReadOnlySpan<byte> name) => element?.Number(name);

    /// <summary>An amount of money in USD; null for what can be none.</summary>
    public static decimal? Usd(this JsonElement? element, ReadOnlySpan<byte> name) =>
        element?.Child(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var amount) && amount is >= 0 and < 1_000_000 ? amount : null;

    public static bool IsTrue(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.Child(name) is { ValueKind: JsonValueKind.True };

    /// <summary>The elements of an array; nothing when it is missing or no array.</summary>
    public static JsonElement.ArrayEnumerator Items(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;
}
