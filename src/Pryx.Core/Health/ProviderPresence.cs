using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Health;

/// <summary>
/// Which providers could be asked: those with a key in the environment or the keychain, and those without need of one that the user chose.
/// It looks at names only, so no keychain is opened, and at most every two seconds.
/// </summary>
/// <param name="providers">Who can be named.</param>
/// <param name="references">keychain.json: the names of the secrets there are.</param>
public sealed class ProviderPresence(Func<PryxConfig> config, Func<ProviderDirectory> providers, Settings settings, string references, TimeProvider time)
{
    private const string Prefix = "pryx:provider:";
    private const string CloudToken = SecretNames.CloudAccess;
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);
    private readonly Lazy<HashSet<string>> _fromEnvironment = new(() =>
        [.. providers().All.Where(provider => provider.NeedsKey && provider.KeyVariables.Any(variable => settings.FromEnvironment(variable) is not null)).Select(provider => provider.Id)]);
    private (long At, IReadOnlyList<string> Ids)? _cached;

    public IReadOnlyList<string> Ids()
    {
        if (_cached is { } cached && time.GetElapsedTime(cached.At) < Freshness)
        {
            return cached.Ids;
        }
        IReadOnlyList<string> ids = [.. _fromEnvironment.Value.Concat(InKeychain()).Concat(WithoutKey()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        _cached = (time.GetTimestamp(), ids);
        return ids;
    }

    /// <summary>The cloud's token is kept; whether the cloud still takes it shows when it is used.</summary>
    public bool IsSignedInToCloud => NamesInKeychain().Contains(CloudToken);

    private IEnumerable<string> WithoutKey()
    {
        var (now, chosen) = (config(), config().List("configured_providers"));
        return providers().Popular.Where(provider => !provider.NeedsKey && (
            (now.IsSet("model_provider") && now.Text("model_provider") == provider.Id) || chosen.Contains(provider.Id)
            || (provider.Id == "ollama" && (now.IsSet("ollama_endpoint") || settings.FromEnvironment("OLLAMA_HOST") is not null)))).Select(provider => provider.Id);
    }

    private IEnumerable<string> InKeychain() => NamesInKeychain()
        .Select(static name => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : SecretNames.SignedInProvider(name)).OfType<string>();

    private List<string> NamesInKeychain()
    {
        try
        {
            if (!File.Exists(references))
            {
                return [];
            }
            using var document = JsonDocument.Parse(File.ReadAllBytes(references));
            return [.. document.RootElement.GetProperty("references").EnumerateArray().Select(name => name.GetString() ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Somebody has written into it: the keys still work, only this list does not know them.
            return [];
        }
    }
}
