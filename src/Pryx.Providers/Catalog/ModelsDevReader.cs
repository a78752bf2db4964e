using System.Globalization;
using System.Text.Json;

namespace Pryx.Providers.Catalog;

/// <summary>
/// Reads a catalog of the shape of models.dev's api.json (<c>{provider: {id, name, env, npm, api, models: {…}}}</c>) or of the cache file
/// (<c>{models: {…}, providers: {…}, fetched_at, cached_at}</c>), in one pass over its bytes. It is taken whole or not at all.
/// </summary>
public sealed class ModelsDevReader
{
    // About; what is reserved need not be moved while it grows.
    private const int BytesOfAModel = 400;
    private readonly Dictionary<string, CatalogProvider> _providers = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Provider, string Model), ModelsDevModel> _models = [];
    private readonly ModelsDevModelReader _reader = new();
    private readonly CatalogPlace _place = new();
    private DateTimeOffset? _fetchedAt;

    /// <exception cref="CatalogException">It is broken or hostile; the message says where.</exception>
    public static CatalogContent Read(ReadOnlySpan<byte> json)
    {
        var reading = new ModelsDevReader();
        reading._models.EnsureCapacity(Math.Min(json.Length / BytesOfAModel, 10_000));
        CatalogJson.Read(json, (ref Utf8JsonReader reader) =>
            CatalogJson.Each(ref reader, "the catalog", "", (ref Utf8JsonReader value, string name) => reading.ReadRoot(ref value, name), isStrict: true));
        return reading.Content();
    }

    private void ReadRoot(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "fetched_at" or "cached_at" when reader.TokenType != JsonTokenType.StartObject:
                var time = Time(ref reader, name);
                _fetchedAt = name == "fetched_at" ? time ?? _fetchedAt : _fetchedAt ?? time;
                break;
            case "providers" when reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null:
                ReadProviders(ref reader);
                break;
            case "models" when reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null:
                ReadFlatModels(ref reader);
                break;
            default:
                ReadProvider(ref reader, name);
                break;
        }
    }

    private void ReadProviders(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Null)
        {
            CatalogJson.Each(ref reader, "providers", "", (ref Utf8JsonReader value, string id) => ReadProvider(ref value, id), isStrict: true);
        }
    }

    private void ReadProvider(ref Utf8JsonReader reader, string key)
    {
        var id = ProviderId(key);
        string? name = null, npm = null, api = null;
        var env = new List<string>();
        CatalogJson.Each(ref reader, id, "", (ref Utf8JsonReader value, string property) =>
        {
            switch (property)
            {
                case "id":
                    if (CatalogJson.Text(ref value, id, "id", CatalogLimits.Id) is { } own && !own.Equals(key, StringComparison.Ordinal))
                    {
                        throw new CatalogException($"{id}: its id is \"{CatalogJson.Shown(own)}\"");
                    }
                    break;
                case "name":
                    name = CatalogJson.Text(ref value, id, "name");
                    break;
                case "npm":
                    npm = CatalogJson.Text(ref value, id, "npm");
                    break;
                case "api":
                    api = Address(CatalogJson.Text(ref value, id, "api", CatalogLimits.Url), id);
                    break;
                case "env":
                    CatalogJson.EachOf(ref value, id, "env", (ref Utf8JsonReader variable) => env.Add(Variable(CatalogJson.Text(ref variable, id, "env"), id)));
                    break;
                case "models":
                    CatalogJson.Each(ref value, id, "models", (ref Utf8JsonReader model, string modelId) => ReadModel(ref model, id, modelId));
                    break;
                default:
                    value.Skip();
                    break;
            }
        });
        if (_providers.Count >= CatalogLimits.Providers)
        {
            throw new CatalogException($"it has more than {CatalogLimits.Providers:N0} providers");
        }
        if (!_providers.TryAdd(id, new(id, name ?? id, npm ?? "", api ?? "", env)))
        {
            throw new CatalogException($"\"{id}\" is there twice");
        }
    }

    private void ReadModel(ref Utf8JsonReader reader, string provider, string id)
    {
        CheckModel(id, provider);
        Add(provider, id, _reader.Read(ref reader, _place));
    }

    private void ReadFlatModels(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }
        CatalogJson.Each(ref reader, "models", "", (ref Utf8JsonReader value, string key) =>
        {
            CheckModel(key, "models");
            var model = _reader.Read(ref value, _place);
            var (provider, id) = (model.Provider, model.Id ?? key);
            if (provider is null && key.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
            {
                (provider, id) = (key[..slash], model.Id is { } own && !own.StartsWith(key[..(slash + 1)], StringComparison.Ordinal) ? own : key[(slash + 1)..]);
            }
            if (provider is null || id.Length == 0)
            {
                throw new CatalogException($"{_place}: it does not say whose it is");
            }
            provider = ProviderId(provider);
            // Where both are there the id may repeat the provider.
            if (id.StartsWith(provider + "/", StringComparison.Ordinal) && key == id && model.Provider is not null)
            {
                id = id[(provider.Length + 1)..];
            }
            CheckModel(id, provider);
            Add(provider, id, model);
        }, isStrict: true);
    }

    private void Add(string provider, string id, ModelsDevModel model)
    {
        if (_models.Count >= CatalogLimits.Models)
        {
            throw new CatalogException($"it has more than {CatalogLimits.Models:N0} models");
        }
        if (!_models.TryAdd((provider, id), model))
        {
            throw new CatalogException($"{provider}/{CatalogJson.Shown(id)} is there twice");
        }
    }

    private CatalogContent Content()
    {
        if (_models.Count == 0)
        {
            throw new CatalogException("there is no model in it");
        }
        // Only a few are asked for, and among thousands of others.
        var named = _models.Values.Select(static model => model.Base).OfType<string>().Select(Tail).ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        var alike = new Lazy<ILookup<string, ModelsDevModel>>(() => _models.Where(entry => entry.Value.IsWhole && named.Contains(TailOf(entry.Key.Model))).ToLookup(entry => Tail(entry.Key.Model), entry => entry.Value, StringComparer.OrdinalIgnoreCase));
        foreach (var (key, model) in _models)
        {
            // The model it is like may itself be like another.
            var from = model;
            for (var depth = 0; depth < 4 && from.Base is { } name; depth++)
            {
                // One that is only named has been described by others who serve it; what most of them say of its window is most likely true.
                var other = Based(name) is { } based && based != from ? based
                    : alike.Value[Tail(name)].GroupBy(same => same.Context).OrderByDescending(same => same.Count()).ThenByDescending(same => same.Key).FirstOrDefault()?.First();
                if (other is null || other == model)
                {
                    break;
                }
                model.Complete(other);
                from = other;
            }
            _providers.TryAdd(key.Provider, new(key.Provider, key.Provider));
        }
        return new([.. _providers.Values], [.. _models.Select(entry => entry.Value.ToInfo(new(entry.Key.Provider, entry.Key.Model)))]) { FetchedAt = _fetchedAt };
    }

    private static string Tail(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static ReadOnlySpan<char> TailOf(string name) => name.AsSpan(name.LastIndexOf('/') + 1);

    private ModelsDevModel? Based(string name) =>
        name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? _models.GetValueOrDefault((name[..slash], name[(slash + 1)..])) : null;

    private static string ProviderId(string id)
    {
        var lower = id.ToLowerInvariant();
        return lower.Length is > 0 and <= 100 && lower.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? lower
            : throw new CatalogException($"\"{CatalogJson.Shown(id)}\" is no id of a provider");
    }

    private void CheckModel(string id, string provider)
    {
        (_place.Provider, _place.Model) = (provider, id);
        CatalogJson.Checked(id, _place, "", CatalogLimits.Id);
        if (id.Length == 0 || (id.AsSpan().ContainsAnyExceptInRange('!', '~') && id.Any(char.IsWhiteSpace)))
        {
            throw new CatalogException($"{_place}: that is no id of a model");
        }
    }

    private static string Variable(string? name, string provider) =>
        name is { Length: > 0 } && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : throw new CatalogException($"{provider}.env: a name of a variable is expected");

    // An account in it is filled in later. Only a server on this machine needs no TLS.
    private static string? Address(string? url, string provider)
    {
        if (url is null or { Length: 0 } || url.StartsWith("${", StringComparison.Ordinal))
        {
            return url;
        }
        return Uri.TryCreate(url.Replace("${", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), UriKind.Absolute, out var parsed) && parsed.UserInfo.Length == 0
            && parsed.Host.Length > 0 && (parsed.Scheme == "https" || (parsed.Scheme == "http" && parsed.IsLoopback))
            ? url
            : throw new CatalogException($"{provider}.api: an https address is expected");
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader reader, string where) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetDecimal(out var seconds) && seconds is >= 0 and < 253_402_300_800m => DateTimeOffset.FromUnixTimeSeconds((long)seconds),
        JsonTokenType.Number when reader.TryGetInt64(out var milliseconds) && milliseconds is >= 0 and < 253_402_300_800_000 => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        JsonTokenType.String when DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => throw new CatalogException($"{where}: a time is expected"),
    };
}
