using Pryx.Core.Configuration;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Secrets;

/// <summary>
/// Finds a provider's key: this process's environment, then the vault, then an account signed in to, then the working folder's .env
/// (docs/decisions/0003-key-order.md).
/// </summary>
/// <param name="providers">Who can be named; null for those that Pryx brings.</param>
public sealed class ProviderKeys(Settings settings, ISecretStore secrets, ProviderDirectory? providers = null)
{
    private const string Prefix = "pryx:provider:";

    private ProviderDirectory Known => providers ?? ProviderDirectory.Bundled;

    /// <summary>The look-up for one turn; the vault is opened once, and not at all where a variable answers. One that does not open is an exception, not a missing key.</summary>
    /// <param name="only">The provider that will be asked for; null when any may be.</param>
    public async Task<KeyRing> OpenAsync(string? only, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var signedIn = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (only is not null && (Known.Find(only)?.KeyVariables ?? []).Any(variable => settings.FromEnvironment(variable) is not null))
        {
            return new(settings, Known, stored, signedIn);
        }
        foreach (var name in await secrets.ListAsync(cancellationToken))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && await secrets.GetAsync(name, cancellationToken) is { } key)
            {
                stored[name[Prefix.Length..]] = key;
            }
            else if (SecretNames.SignedInProvider(name) is { } provider)
            {
                signedIn.Add(provider);
            }
        }
        return new(settings, Known, stored, signedIn);
    }

    /// <summary>As <see cref="OpenAsync"/>, for those who only want keys.</summary>
    public async Task<Func<string, string?>> ReadAsync(string? only, CancellationToken cancellationToken) => (await OpenAsync(only, cancellationToken)).KeyOf;
}
