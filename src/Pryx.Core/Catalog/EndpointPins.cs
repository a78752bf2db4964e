using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Catalog;

/// <summary>
/// Where the providers are that only a fetched catalog knows, as they were when they were first told of: a later catalog can not move one,
/// so a key that the user has given it can not be sent elsewhere. To use a provider that has moved, the user says so in the configuration.
/// </summary>
/// <param name="path">Not in the cache folder, which anybody may empty.</param>
internal sealed class EndpointPins(string path)
{
    /// <summary>The catalog with every address as it is pinned; new ones are pinned.</summary>
    /// <param name="onWarning">Told what was not believed.</param>
    public CatalogContent Apply(CatalogContent content, Action<string> onWarning)
    {
        var pinned = Read(onWarning);
        var (isNew, providers) = (false, new List<CatalogProvider>(content.Providers.Count));
        foreach (var told in content.Providers)
        {
            if (told.Api.Length == 0 || KnownProviders.Find(told.Id) is not null)
            {
                providers.Add(told);
            }
            else if (pinned is null)
            {
                providers.Add(told with { Api = "" });
            }
            else if (!pinned.TryGetValue(told.Id, out var pin))
            {
                pinned[told.Id] = new(told.Npm, told.Api);
                isNew = true;
                providers.Add(told);
            }
            else
            {
                if (pin.Api != told.Api || pin.Npm != told.Npm)
                {
                    onWarning($"The catalog says that {told.Name} is at {told.Api} now; the address it had before is used, {pin.Api}. If it has really moved, set providers.{told.Id}.base_url in config.yaml.");
                }
                providers.Add(told with { Api = pin.Api, Npm = pin.Npm });
            }
        }
        return (isNew && !Write(pinned!, onWarning) ? Without(content, providers) : content with { Providers = providers });
    }

    // What can not be pinned is not used.
    private static CatalogContent Without(CatalogContent content, List<CatalogProvider> providers) =>
        content with { Providers = [.. providers.Select(provider => KnownProviders.Find(provider.Id) is null ? provider with { Api = "" } : provider)] };

    private Dictionary<string, EndpointPin>? Read(Action<string> onWarning)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), PinJson.Default.DictionaryStringEndpointPin) ?? [] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            onWarning($"{path} can not be read ({e.Message}); providers that only the catalog knows can not be used until it is put right or removed.");
            return null;
        }
    }

    private bool Write(Dictionary<string, EndpointPin> pinned, Action<string> onWarning)
    {
        try
        {
            PryxPaths.CreatePrivate(Path.GetDirectoryName(path)!);
            PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(pinned, PinJson.Default.DictionaryStringEndpointPin));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            onWarning($"{path} can not be written ({e.Message}); providers that only the catalog knows can not be used.");
            return false;
        }
    }
}

internal sealed record EndpointPin(string Npm, string Api);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, EndpointPin>))]
internal sealed partial class PinJson : JsonSerializerContext;
