using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Preferences;

/// <summary>
/// <c>/api/v1/config</c>: the configuration as it holds, without secrets, and the few keys that may be changed from elsewhere than the
/// machine's own shell. A change holds from the next turn on.
/// </summary>
/// <param name="config">As it holds now.</param>
/// <param name="reload">Has <paramref name="config"/> read the files again.</param>
/// <param name="isProvider">Whether a provider of that name can be called.</param>
public sealed class ConfigEndpoints(Func<PryxConfig> config, Action reload, Func<string, bool> isProvider, ConfigWriter writer, AuditLog audit)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/config", "Every key and its value, without secrets and maps") { Response = ConfigJson.Default.DictionaryStringJsonElement }, GetAsync);
        routes.Add(new("GET", "/api/v1/config/keys", "Every key with its value as one would type it, what it takes, where the value comes from, and whether it may be changed over HTTP; without secrets and maps") { Response = ConfigJson.Default.ConfigKeyList }, ListAsync);
        routes.Add(new("PATCH", "/api/v1/config", "Changes model_provider, model_name, ollama_endpoint and the other keys that may be changed over HTTP: all or none")
        { Scope = Scopes.Admin, Request = ConfigJson.Default.DictionaryStringJsonElement, Response = ConfigJson.Default.ConfigChanged }, ChangeAsync);
        routes.Add(new("POST", "/api/v1/config/reload", "Reads config.yaml again after somebody at the machine has changed it") { Scope = Scopes.Admin, Status = 204 }, ReloadAsync);
    }

    private async Task ReloadAsync(HttpContext http)
    {
        reload();
        await audit.AppendAsync(new("config.reloaded", "config", "config.yaml", $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), http.RequestAborted);
        await http.NoContent();
    }

    private async Task GetAsync(HttpContext http)
    {
        var now = config();
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var key in ConfigKeys.All)
        {
            if (!key.IsSecret && key.Kind != ConfigKind.Map)
            {
                values[key.Name] = ConfigBodies.Of(key, now);
            }
        }
        await http.WriteAsync(values, ConfigJson.Default.DictionaryStringJsonElement);
    }

    private async Task ListAsync(HttpContext http)
    {
        var now = config();
        await http.WriteAsync(new ConfigKeyList([.. ConfigKeys.All.Where(static key => !key.IsSecret && key.Kind != ConfigKind.Map).Select(key => ConfigBodies.KeyOf(key, now))]), ConfigJson.Default.ConfigKeyList);
    }

    private async Task ChangeAsync(HttpContext http)
    {
        using var document = await http.ReadDocumentAsync();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new PryxException("VALIDATION_ERROR", "body: a JSON object of keys and values is expected");
        }
        var changes = new List<KeyValuePair<string, string>>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null)
            {
                changes.Add(ConfigChange.Check(property.Name, property.Value, isProvider));
            }
        }
        if (changes.Count > 0)
        {
            await writer.SetAsync(changes, http.RequestAborted);
            reload();
            var details = JsonSerializer.Serialize(changes.ToDictionary(change => change.Key, change => change.Value), ConfigJson.Default.DictionaryStringString);
            await audit.AppendAsync(new("config.changed", "config", "config.yaml", $"{http.Surface()}:{Caller.Of(http).Name}", details, "ok"), http.RequestAborted);
        }
        string[] overridden = [.. changes.Select(change => change.Key).Where(name => config().Get(name).Source == ConfigSource.Environment)];
        await http.WriteAsync(new ConfigChanged(true) { Overridden = overridden.Length == 0 ? null : overridden }, ConfigJson.Default.ConfigChanged);
    }
}

public sealed record ConfigChanged(bool Ok)
{
    /// <summary>Stored, but a variable of Core's environment says otherwise; null when there is none.</summary>
    public IReadOnlyList<string>? Overridden { get; init; }
}

/// <summary>One key of config.yaml as it holds now.</summary>
/// <param name="Kind">text, bool, whole, number, duration or list.</param>
/// <param name="Expected">What it takes, in words.</param>
/// <param name="Value">As one would type it; lists with commas.</param>
/// <param name="Source">default, config.json, config.yaml or environment.</param>
/// <param name="Open">It may be changed over HTTP; the others only at the machine.</param>
public sealed record ConfigKeyBody(string Name, string Kind, string Expected, string Value, string Source, string Default, bool Open)
{
    /// <summary>The environment variable that stands before config.yaml; null for none.</summary>
    public string? Variable { get; init; }
}

public sealed record ConfigKeyList(IReadOnlyList<ConfigKeyBody> Keys);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigKeyList))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(ConfigChanged))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class ConfigJson : JsonSerializerContext;
