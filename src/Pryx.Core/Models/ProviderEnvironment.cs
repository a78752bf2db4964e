using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Models;

/// <summary>What decides whom a process asks and with which keys, so that another process can tell whether its own would differ. No value of a key is in it.</summary>
/// <param name="Version">Of the product.</param>
/// <param name="Providers">Those with a key, in the environment or the vault.</param>
/// <param name="BaseUrls">Variables that are set, with the salted hash of their values.</param>
/// <param name="Own">The user's own providers and those that only a fetched catalog knows: the process that asks need not have read them.</param>
/// <param name="Salt">Another one each time.</param>
public sealed record ProviderEnvironment(string Version, IReadOnlyList<string> Providers, IReadOnlyDictionary<string, string> BaseUrls, string Salt, IReadOnlyList<NamedProvider>? Own = null)
{
    public static async Task<ProviderEnvironment> OfAsync(string version, Settings settings, ISecretStore secrets, ProviderDirectory directory, CancellationToken cancellationToken)
    {
        var salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var stored = (await secrets.ListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        List<ProviderInfo> all = [.. directory.All];
        var providers = all.Where(provider => stored.Contains(SecretNames.Provider(provider.Id)) || stored.Contains(SecretNames.Expires(provider.Id)) || provider.KeyVariables.Any(name => settings.FromEnvironment(name) is not null));
        var own = all.Where(static provider => KnownProviders.Find(provider.Id) is not { } known || !known.KeyVariables.SequenceEqual(provider.KeyVariables) || !known.BaseUrlVariables.SequenceEqual(provider.BaseUrlVariables));
        return new(version, [.. providers.Select(static provider => provider.Id)], BaseUrlsOf(settings, all.SelectMany(static provider => provider.BaseUrlVariables), salt), salt,
            [.. own.Select(static provider => new NamedProvider(provider.Id, provider.KeyVariables, provider.BaseUrlVariables))]);
    }

    /// <exception cref="JsonException">It is none.</exception>
    public static async Task<ProviderEnvironment?> ReadAsync(Stream json, CancellationToken cancellationToken) =>
        await JsonSerializer.DeserializeAsync(json, ProviderEnvironmentJson.Default.ProviderEnvironment, cancellationToken);

    /// <summary>What is set in the environment of <paramref name="mine"/> and would act otherwise there; each in words that fit into a list.</summary>
    public IReadOnlyList<string> DifferencesFrom(Settings mine)
    {
        var differences = new List<string>();
        var own = Own ?? [];
        var known = KnownProviders.All.Where(provider => !own.Any(other => other.Id == provider.Id)).Select(static provider => new NamedProvider(provider.Id, provider.KeyVariables, provider.BaseUrlVariables));
        List<NamedProvider> all = [.. known, .. own];
        foreach (var provider in all)
        {
            if (!Providers.Contains(provider.Id) && provider.KeyVariables.FirstOrDefault(name => mine.FromEnvironment(name) is not null) is { } key)
            {
                differences.Add($"{key} is set only here");
            }
        }
        var ours = BaseUrlsOf(mine, all.SelectMany(static provider => provider.BaseUrlVariables), Salt);
        foreach (var name in ours.Keys.Union(BaseUrls.Keys).Order(StringComparer.Ordinal))
        {
            if (ours.GetValueOrDefault(name) != BaseUrls.GetValueOrDefault(name))
            {
                differences.Add(!BaseUrls.ContainsKey(name) ? $"{name} is set only here" : !ours.ContainsKey(name) ? $"{name} is set only there" : $"{name} is another one there");
            }
        }
        return differences;
    }

    private static SortedDictionary<string, string> BaseUrlsOf(Settings settings, IEnumerable<string> variables, string salt)
    {
        var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in variables)
        {
            if (settings.FromEnvironment(name) is { } value)
            {
                set[name] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(salt + value.TrimEnd('/'))));
            }
        }
        return set;
    }
}

/// <summary>A provider with the variables that it is set by.</summary>
public sealed record NamedProvider(string Id, IReadOnlyList<string> KeyVariables, IReadOnlyList<string> BaseUrlVariables);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProviderEnvironment))]
internal sealed partial class ProviderEnvironmentJson : JsonSerializerContext;
