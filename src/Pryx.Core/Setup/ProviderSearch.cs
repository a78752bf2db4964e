using Pryx.Core.Configuration;
using Pryx.Core.Models;
using Pryx.Core.Secrets;
using Pryx.Protocol.Models;
using Pryx.Protocol.Setup;
using Pryx.Providers;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Setup;

/// <summary>
/// Looks for what is there already: keys by the names they are kept under (none is opened), accounts, and servers of models that answer on
/// this machine. It asks nobody beyond loopback, and at most every two seconds.
/// </summary>
/// <param name="config">As it holds now.</param>
/// <param name="settings">The environment alone.</param>
internal sealed class ProviderSearch(ModelDesk models, ISecretStore secrets, Func<PryxConfig> config, Settings settings, TimeProvider time)
{
    private const string KeyPrefix = "pryx:provider:";
    private static readonly TimeSpan LocalPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);
    private (long At, string Folder, ProviderFindings Findings)? _last;

    /// <summary>What was found before does not count any more.</summary>
    public void Forget() => _last = null;

    /// <param name="folder">Whose .env may hold a key.</param>
    /// <param name="isTrusted">Whether what it brings counts.</param>
    public async Task<ProviderFindings> FindAsync(string folder, bool isTrusted, CancellationToken cancellationToken)
    {
        if (_last is { } last && last.Folder == folder && time.GetElapsedTime(last.At) < Freshness)
        {
            return last.Findings;
        }
        var here = settings.With(DotEnv.Load(folder, isTrusted));
        var ring = await NamesAsync(here, cancellationToken);
        var registry = models.RegistryOf(here, ring);
        var served = (await Task.WhenAll(LocalProviders.On(registry, models.Directory.Providers).Select(async provider => (Provider: provider, Models: await LocalProviders.ModelsAsync(registry, provider, LocalPatience, cancellationToken)))))
            .Where(static one => one.Models is { Count: > 0 }).ToDictionary(static one => one.Provider.Id, static one => one.Models!);
        var now = config();
        var chosen = now.ChosenModel is { } text && ModelRef.TryParse(text, out var model) ? model : (ModelRef?)null;
        var found = models.Directory.Providers.All.Select(provider => FoundOf(provider, ring, registry, served)).OfType<SetupFound>().ToList();
        var findings = Judge(found, chosen, registry, served);
        _last = (time.GetTimestamp(), folder, findings);
        return findings;
    }

    private ProviderFindings Judge(List<SetupFound> found, ModelRef? chosen, ProviderRegistry registry, Dictionary<string, IReadOnlyList<string>> served)
    {
        if (chosen is { } model && models.Directory.Providers.Find(model.Provider) is { } provider)
        {
            var rest = found.Where(one => one.Id != provider.Id);
            var own = found.FirstOrDefault(one => one.Id == provider.Id);
            List<SetupFound> ordered = own is null ? [.. rest] : [own with { Active = true, Model = model.Model }, .. rest];
            return provider.Wire == ProviderWire.Demo ? new(ordered, null, "The demo tour is chosen, which is no AI.", "pryx setup")
                : provider.NeedsKey && own is null ? new(ordered, null, $"{provider.Name} is chosen and has no key.", $"pryx setup --provider {provider.Id}")
                : provider.IsLocal && own is null && LocalProviders.IsHere(registry, provider) ? new(ordered, null, $"{provider.Name} is chosen and does not answer at {registry.BaseUrlOf(provider)}.", provider.Id == "ollama" ? "ollama serve" : "pryx setup")
                : new(ordered, model.ToString());
        }
        // As a turn would choose: the first popular one with a key, then what runs here.
        var byItself = models.Directory.Providers.Popular.Where(static one => one is { NeedsKey: true, DefaultModel: not null })
            .Select(one => found.FirstOrDefault(entry => entry.Id == one.Id)).OfType<SetupFound>()
            .Concat(LocalProviders.ChosenByThemselves.Where(served.ContainsKey).Select(id => found.First(entry => entry.Id == id))).FirstOrDefault();
        return byItself is not null ? new([byItself with { Active = true }, .. found.Where(one => one.Id != byItself.Id)], $"{byItself.Id}/{byItself.Model}")
            : found.Count > 0 ? new(found, null, $"{found[0].Name} could answer, and is not chosen.", $"pryx setup --provider {found[0].Id}")
            : new(found, null, "There is no key of a provider and no model on this machine.", "pryx setup");
    }

    private SetupFound? FoundOf(ProviderInfo provider, KeyRing ring, ProviderRegistry registry, Dictionary<string, IReadOnlyList<string>> served)
    {
        var usual = UsualModel.Of(provider, served.GetValueOrDefault(provider.Id), models.Directory, wanted: null);
        if (served.TryGetValue(provider.Id, out var offered))
        {
            return new("server", provider.Id, provider.Name) { Url = registry.BaseUrlOf(provider), Models = offered, Model = usual, About = $"answers here, with {offered.Count} model{(offered.Count == 1 ? "" : "s")}" };
        }
        // A key for a server that does not answer is of no use.
        return provider.IsLocal || provider.Wire == ProviderWire.Demo ? null : ring.OriginOf(provider.Id) switch
        {
            { Source: KeySource.Environment, Variable: { } variable } => new("key", provider.Id, provider.Name) { Source = "env", Variable = variable, Model = usual, About = $"key in {variable}" },
            { Source: KeySource.DotEnv, Variable: { } variable } => new("key", provider.Id, provider.Name) { Source = ".env", Variable = variable, Model = usual, About = $"key in the folder's .env ({variable})" },
            { Source: KeySource.Keychain } => new("key", provider.Id, provider.Name) { Source = "keychain", Model = usual, About = "stored key" },
            { Source: KeySource.OAuth } => new("account", provider.Id, provider.Name) { Source = "oauth", Model = usual, About = "signed in" },
            _ => null,
        };
    }

    // Which keys there are, not what they are: no keychain has to be unlocked for that.
    private async Task<KeyRing> NamesAsync(Settings here, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var signedIn = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in await secrets.ListAsync(cancellationToken))
        {
            if (name.StartsWith(KeyPrefix, StringComparison.Ordinal))
            {
                stored[name[KeyPrefix.Length..]] = "";
            }
            else if (SecretNames.SignedInProvider(name) is { } provider)
            {
                signedIn.Add(provider);
            }
        }
        return new(here, models.Directory.Providers, stored, signedIn);
    }
}
