using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pryx.Providers.Catalog;

/// <summary>Values of somebody else's JSON, each checked: what is not of its type or beyond measure ends the reading.</summary>
internal static class CatalogJson
{
    private const int MaxName = 24;
    private const int MaxPooled = 40;
    private const int NameSlots = 256;

    // A whole catalog has a hundred thousand of these few.
    private static readonly string[] Names =
    [
        "id", "name", "family", "release_date", "last_updated", "status", "attachment", "reasoning", "temperature", "tool_call", "structured_output", "knowledge", "open_weights", "reasoning_options",
        "type", "values", "min", "max", "cost", "input", "output", "cache_read", "cache_write", "tiers", "tier", "size", "limit", "context", "modalities", "models", "interleaved", "field", "provider", "base_model",
        "env", "npm", "api", "doc", "input_audio", "output_audio", "experimental", "base_model_omit", "context_over_200k",
    ];
    private static readonly KnownName?[] NamesBySlot = Spread(Names);
    private static readonly JsonReaderOptions Options = new() { MaxDepth = CatalogLimits.Depth };

    /// <summary>Reads a whole document with a function that is called at its first token.</summary>
    /// <exception cref="CatalogException">It is no JSON object, cut off, too deep or too large.</exception>
    public static void Read(ReadOnlySpan<byte> json, CatalogReading read)
    {
        if (json.Length > CatalogLimits.File)
        {
            throw new CatalogException($"it is larger than {CatalogLimits.File / 1024 / 1024} MB");
        }
        if (json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            json = json[3..];
        }
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new CatalogException("it is no JSON object");
            }
            read(ref reader);
            reader.Read(); // Whatever follows its end is a JsonException.
        }
        catch (JsonException e)
        {
            throw new CatalogException(string.Create(CultureInfo.InvariantCulture, $"it is no valid JSON (byte {reader.BytesConsumed:N0}): cut off, malformed or nested more than {CatalogLimits.Depth} deep"), e);
        }
        catch (InvalidOperationException e)
        {
            throw new CatalogException("a text in it is no valid Unicode", e);
        }
    }

    /// <summary>Calls the function at each value of the object that the reader stands at.</summary>
    /// <param name="at">What the reader stands in: its text is for errors, and only made for them.</param>
    /// <param name="field">Of it; empty for itself.</param>
    /// <param name="isStrict">A name twice ends the reading.</param>
    public static void Each(ref Utf8JsonReader reader, object at, string field, CatalogProperty read, bool isStrict = false)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new CatalogException($"{At(at, field)}: an object is expected");
        }
        var names = isStrict ? new HashSet<string>(StringComparer.Ordinal) : null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(ref reader);
            if (names?.Add(name) == false)
            {
                throw new CatalogException($"{At(at, field)}: \"{Shown(name)}\" is there twice");
            }
            reader.Read();
            read(ref reader, name);
        }
    }

    private static string NameOf(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped && !reader.HasValueSequence && reader.ValueSpan is { Length: > 0 and <= MaxName } name)
        {
            for (var slot = SlotOf(name); NamesBySlot[slot] is { } known; slot = (slot + 1) % NameSlots)
            {
                if (name.SequenceEqual(known.Utf8))
                {
                    return known.Text;
                }
            }
        }
        return reader.GetString()!;
    }

    private static int SlotOf(ReadOnlySpan<byte> name) => ((name.Length * 33) ^ (name[0] * 7) ^ (name[^1] * 13)) % NameSlots;

    private static KnownName?[] Spread(string[] names)
    {
        var slots = new KnownName?[NameSlots];
        foreach (var text in names)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            var slot = SlotOf(utf8);
            while (slots[slot] is not null)
            {
                slot = (slot + 1) % NameSlots;
            }
            slots[slot] = new(utf8, text);
        }
        return slots;
    }

    private sealed record KnownName(byte[] Utf8, string Text);

    public static void EachOf(ref Utf8JsonReader reader, object at, string field, CatalogReading read)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new CatalogException($"{At(at, field)}: a list is expected");
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            read(ref reader);
        }
    }

    /// <param name="pool">Holds the texts that are there many times, once.</param>
    public static string? Text(ref Utf8JsonReader reader, object at, string field, int limit = CatalogLimits.Name, HashSet<string>? pool = null)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new CatalogException($"{At(at, field)}: a text is expected");
        }
        if (pool is not null && Pooled(ref reader, pool) is { } known)
        {
            return known;
        }
        // The one sloppiness that real catalogs have: a tab pasted into a name.
        var text = Checked(reader.GetString()!.Replace('\t', ' ').Trim(), at, field, limit);
        pool?.Add(text);
        return text;
    }

    // What is in the pool has been checked.
    private static string? Pooled(ref Utf8JsonReader reader, HashSet<string> pool)
    {
        Span<char> text = stackalloc char[MaxPooled];
        return !reader.ValueIsEscaped && !reader.HasValueSequence && reader.ValueSpan.Length <= MaxPooled
            && pool.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..reader.CopyString(text)], out var known) ? known : null;
    }

    /// <summary>A name of a model or provider, or another text of one line.</summary>
    public static string Checked(string text, object at, string field, int limit)
    {
        if (text.Length > limit)
        {
            throw new CatalogException($"{At(at, field)}: longer than {limit} characters");
        }
        // Nearly all are plain.
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }
        foreach (var c in text)
        {
            // Controls, line ends, and what turns the direction of the text around it.
            if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or (>= '\u200E' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
            {
                throw new CatalogException($"{At(at, field)}: it has a control character (U+{(int)c:X4})");
            }
        }
        return text;
    }

    public static bool? Bool(ref Utf8JsonReader reader, object at, string field) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new CatalogException($"{At(at, field)}: true or false is expected"),
    };

    /// <param name="takesNone">-1 is how it says that there is no bound.</param>
    public static long? Tokens(ref Utf8JsonReader reader, object at, string field, bool takesNone = false) =>
        Number(ref reader, at, field) is not { } number || (takesNone && number == -1) ? null
        : number is >= 0 and <= CatalogLimits.Tokens && decimal.Truncate(number) == number ? (long)number
        : throw new CatalogException($"{At(at, field)}: {number.ToString(CultureInfo.InvariantCulture)} is no number of tokens");

    public static decimal? Price(ref Utf8JsonReader reader, object at, string field) =>
        Number(ref reader, at, field) is not { } number ? null
        : number is >= 0 and <= CatalogLimits.Price ? number
        : throw new CatalogException($"{At(at, field)}: {number.ToString(CultureInfo.InvariantCulture)} is no price");

    private static string At(object at, string field) => field.Length == 0 ? $"{at}" : $"{at}.{field}";

    /// <summary>A word for an error text: nothing of it can reach further than that.</summary>
    public static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, 80)))
        {
            shown.Append(c is >= ' ' and <= '~' ? c : '?');
        }
        return shown.ToString();
    }

    private static decimal? Number(ref Utf8JsonReader reader, object at, string field) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetDecimal(out var number) => number,
        _ => throw new CatalogException($"{At(at, field)}: a number is expected"),
    };
}

internal delegate void CatalogReading(ref Utf8JsonReader reader);

internal delegate void CatalogProperty(ref Utf8JsonReader reader, string name);
