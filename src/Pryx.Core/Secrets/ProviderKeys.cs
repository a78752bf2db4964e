using Pryx.Core.Configuration;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Secrets;

/// <summary>
/// Finds a provider's key: this process's environment, then the vault, then the working folder's .env
/// (docs/decisions/0003-key-order.md).
/// </summary>
/// <param name="providers">Who can be named; null for those that Pryx brings.</param>
public sealed class ProviderKeys(Settings settings, ISecretStore secrets, ProviderDirectory? providers = null)
{
    private const string Prefix = "pryx:provider:";

    /// <summary>The look-up for one turn; the vault is opened once, and not at all where a variable answers. One that does not open is an exception, not a missing key.</summary>
    /// <param name="only">The provider that will be asked for; null when any may be.</param>
    public async Task<Func<string, string?>> ReadAsync(string? only, CancellationToken cancellationToken)
    {
        if (only is not null && First(only, settings.FromEnvironment) is not null)
        {
            return provider => First(provider, settings.FromEnvironment);
        }
        var stored = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in await secrets.ListAsync(cancellationToken))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && await secrets.GetAsync(name, cancellationToken) is { } key)
            {
                stored[name[Prefix.Length..]] = key;
            }
        }
        return provider => First(provider, settings.FromEnvironment) ?? stored.GetValueOrDefault(provider) ?? First(provider, settings.FromDotEnv);
    }

    private string? First(string provider, Func<string, string?> variable) =>
        ((providers ?? ProviderDirectory.Bundled).Find(provider)?.KeyVariables ?? []).Select(variable).FirstOrDefault(value => value is not null);
}
