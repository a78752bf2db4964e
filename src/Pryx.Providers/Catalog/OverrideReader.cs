using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Providers.OpenAIChat;

namespace Pryx.Providers.Catalog;

/// <summary>
/// Reads the configuration's <c>models</c> and <c>providers</c>, as JSON. Their types were checked where they were read; what is left here
/// is what they mean, and what means nothing is left out with a warning.
/// </summary>
public sealed class OverrideReader
{
    private readonly Dictionary<ModelRef, ModelOverride> _models = [];
    private readonly Dictionary<string, ModelRef> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ProviderInfo> _providers = [];
    private readonly List<string> _warnings = [];

    /// <param name="models">A map from <c>provider/model</c>; empty for none.</param>
    /// <param name="providers">A map from a provider's id; empty for none.</param>
    /// <param name="onWarning">Told what was left out, and why.</param>
    public static CatalogOverrides Read(string models, string providers, Action<string> onWarning)
    {
        if (models.Length == 0 && providers.Length == 0)
        {
            return CatalogOverrides.None;
        }
        var reading = new OverrideReader();
        reading.Entries(providers, "providers", reading.ReadProvider);
        reading.Entries(models, "models", (name, fields) => reading.ReadModel(name, fields, $"models.{name}"));
        reading._warnings.ForEach(onWarning);
        return new(reading._models, reading._aliases, reading._providers);
    }

    private void Entries(string json, string what, Action<string, JsonElement> read)
    {
        if (json.Length == 0)
        {
            return;
        }
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                if (entry.Value.ValueKind == JsonValueKind.Object)
                {
                    read(entry.Name, entry.Value);
                }
                else
                {
                    _warnings.Add($"{what}.{entry.Name} must be a map; it was ignored.");
                }
            }
        }
        catch (JsonException)
        {
            _warnings.Add($"{what} is not valid; it was ignored.");
        }
    }

    private void ReadModel(string name, JsonElement fields, string where)
    {
        if (!ModelRef.TryParse(name, out var model))
        {
            _warnings.Add($"{where}: a model is written as provider/model; it was ignored.");
            return;
        }
        _models[model] = new()
        {
            Name = Text(fields, "name"),
            Context = Whole(fields, "context", "context_window"),
            MaxInput = Whole(fields, "max_input"),
            MaxOutput = Whole(fields, "max_output"),
            InputPrice = Amount(fields, "input_price"),
            OutputPrice = Amount(fields, "output_price"),
            CacheReadPrice = Amount(fields, "cache_read_price"),
            CacheWritePrice = Amount(fields, "cache_write_price"),
            Tools = Bool(fields, "tools"),
            Images = Bool(fields, "images"),
            Reasoning = Bool(fields, "reasoning"),
            Streaming = Bool(fields, "streaming"),
            Tokenizer = Text(fields, "tokenizer"),
            CacheControlTtl = Text(fields, "cache_control_ttl", "cacheControlTtl") is { } ttl ? Ttl(ttl, where) : null,
            Rpm = (int?)Whole(fields, "rpm"),
            Rph = (int?)Whole(fields, "rph"),
            MaxTools = (int?)Whole(fields, "max_tools"),
            MaxParallelToolCalls = (int?)Whole(fields, "max_parallel_tool_calls"),
            MaxImages = (int?)Whole(fields, "max_images"),
        };
        foreach (var alias in List(fields, "aliases"))
        {
            _aliases[alias] = model;
        }
    }

    private void ReadProvider(string id, JsonElement fields)
    {
        var where = $"providers.{id}";
        if (id.Length is 0 or > 100 || !id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            _warnings.Add($"{where}: an id has letters, digits, '-', '_' and '.'; it was ignored.");
            return;
        }
        id = id.ToLowerInvariant();
        var known = KnownProviders.Find(id);
        var url = Text(fields, "base_url") ?? known?.BaseUrl;
        if (url is null)
        {
            _warnings.Add($"{where}: it needs a base_url; it was ignored.");
            return;
        }
        var wire = Text(fields, "wire") is { } word ? WireOf(word) : known?.Wire ?? ProviderWire.Chat;
        if (wire is null)
        {
            _warnings.Add($"{where}.wire must be one of {string.Join(", ", Wires.Keys)}; the provider was ignored.");
            return;
        }
        var isLocal = Bool(fields, "local") ?? (known?.IsLocal == true || wire == ProviderWire.Ollama || (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.IsLoopback));
        var prefix = ProviderDirectory.VariablePrefix(id);
        _providers.Add((known ?? new ProviderInfo(id, id, wire.Value, url)) with
        {
            Id = known?.Id ?? id,
            Name = Text(fields, "name") ?? known?.Name ?? id,
            Wire = wire.Value,
            BaseUrl = url,
            KeyVariables = List(fields, "key_env") is { Count: > 0 } variables ? variables : known?.KeyVariables ?? [$"{prefix}_API_KEY"],
            BaseUrlVariables = known?.BaseUrlVariables ?? [$"{prefix}_BASE_URL"],
            NeedsKey = Bool(fields, "needs_key") ?? (known?.NeedsKey ?? !isLocal),
            IsLocal = isLocal,
            DefaultModel = Text(fields, "default_model") ?? known?.DefaultModel,
            Dialect = known is null ? ChatDialect.Compatible : known.Dialect,
            IsOwn = true,
        });
        if (fields.TryGetProperty("models", out var models))
        {
            foreach (var (name, model) in models.ValueKind switch
            {
                JsonValueKind.Object => models.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Object).Select(entry => (entry.Name, entry.Value)),
                JsonValueKind.Array => models.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.String).Select(entry => (entry.GetString()!, default(JsonElement))),
                _ => [],
            })
            {
                if (name.Length > 0)
                {
                    ReadModel($"{id}/{name}", model, $"{where}.models.{name}");
                }
            }
        }
    }

    /// <summary>What <c>wire</c> may say.</summary>
    public static IEnumerable<string> WireNames => Wires.Keys;

    private static readonly Dictionary<string, ProviderWire> Wires = new(StringComparer.OrdinalIgnoreCase)
    {
        ["chat"] = ProviderWire.Chat,
        ["responses"] = ProviderWire.Responses,
        ["messages"] = ProviderWire.Messages,
        ["gemini"] = ProviderWire.Gemini,
        ["ollama"] = ProviderWire.Ollama,
    };

    private static ProviderWire? WireOf(string word) => Wires.TryGetValue(word, out var wire) ? wire : null;

    private string? Ttl(string text, string where)
    {
        if (text is "5m" or "1h")
        {
            return text;
        }
        _warnings.Add($"{where}.cache_control_ttl must be 5m or 1h; it was ignored.");
        return null;
    }

    private static JsonElement? Field(JsonElement fields, params ReadOnlySpan<string> names)
    {
        if (fields.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in names)
            {
                if (fields.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                {
                    return value;
                }
            }
        }
        return null;
    }

    private static string? Text(JsonElement fields, params ReadOnlySpan<string> names) =>
        Field(fields, names) is { ValueKind: JsonValueKind.String } value && value.GetString()!.Trim() is { Length: > 0 } text ? text : null;

    private static long? Whole(JsonElement fields, params ReadOnlySpan<string> names) =>
        Field(fields, names) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number is > 0 and <= int.MaxValue ? number : null;

    private static decimal? Amount(JsonElement fields, string name) =>
        Field(fields, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDecimal(out var amount) && amount is >= 0 and <= CatalogLimits.Price ? amount : null;

    private static bool? Bool(JsonElement fields, string name) => Field(fields, name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    private static List<string> List(JsonElement fields, string name) => Field(fields, name) switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!)],
        _ => [],
    };
}
