namespace Pryx.Providers.Catalog;

/// <summary>
/// Every provider that can be named: those of the user's configuration, those Pryx knows, and those that only a fetched catalog tells of.
/// What a fetched catalog says of a provider that Pryx or the user knows is never used: whoever writes the catalog must not be able to
/// have a key sent elsewhere.
/// </summary>
/// <param name="own">The user's; one with the id of a known provider takes its place.</param>
/// <param name="fetched">Null where no catalog was fetched. Its addresses are pinned.</param>
public sealed class ProviderDirectory(IReadOnlyList<ProviderInfo> own, CatalogTable? fetched)
{
    /// <summary>What Pryx brings and nothing else.</summary>
    public static ProviderDirectory Bundled { get; } = new([], null);

    /// <summary>The popular ones, the user's, the others.</summary>
    public IEnumerable<ProviderInfo> All
    {
        get
        {
            var ids = new HashSet<string>(StringComparer.Ordinal);
            foreach (var provider in Known().Concat(Fetched()))
            {
                if (ids.Add(provider.Id))
                {
                    yield return provider;
                }
            }
        }
    }

    /// <summary>The order in which a key is looked for where nobody chose: the popular ones, then the user's.</summary>
    public IEnumerable<ProviderInfo> Popular => KnownProviders.Popular.Select(OwnOr).Concat(own.Where(provider => !KnownProviders.Popular.Any(known => known.Id == provider.Id)));

    /// <summary>By id or another name in use; null when nobody knows it.</summary>
    public ProviderInfo? Find(string id)
    {
        foreach (var provider in own)
        {
            if (provider.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                return provider;
            }
        }
        return KnownProviders.Find(id) is { } known ? OwnOr(known) : fetched?.FindProvider(id) is { } told ? Read(told) : null;
    }

    private IEnumerable<ProviderInfo> Known() => Popular.Concat(KnownProviders.All.Select(OwnOr));

    private IEnumerable<ProviderInfo> Fetched()
    {
        foreach (var told in fetched?.Providers ?? [])
        {
            if (KnownProviders.Find(told.Id) is null && Read(told) is { } provider)
            {
                yield return provider;
            }
        }
    }

    private ProviderInfo OwnOr(ProviderInfo known) => own.FirstOrDefault(provider => provider.Id == known.Id) ?? known;

    /// <summary>Null where we have no wire, or no whole address: a variable in the address of somebody we do not know could be any secret.</summary>
    private static ProviderInfo? Read(CatalogProvider told)
    {
        if (told.Wire is not { } wire || told.Api.Length == 0 || told.Api.Contains("${", StringComparison.Ordinal))
        {
            return null;
        }
        var prefix = VariablePrefix(told.Id);
        var isLocal = told.Api.StartsWith("http://", StringComparison.Ordinal);
        return new(told.Id, told.Name, wire, told.Api)
        {
            // Of the environment nothing but what bears its name: the catalog may ask for any variable.
            KeyVariables = [$"{prefix}_API_KEY"],
            BaseUrlVariables = [$"{prefix}_BASE_URL"],
            IsLocal = isLocal,
            NeedsKey = !isLocal,
            IsFetched = true,
        };
    }

    /// <summary>How the variables of a provider begin that has no names of its own for them.</summary>
    internal static string VariablePrefix(string id) => id.ToUpperInvariant().Replace('-', '_').Replace('.', '_');
}
