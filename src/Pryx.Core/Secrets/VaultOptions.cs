using Pryx.Core.Configuration;

namespace Pryx.Core.Secrets;

/// <param name="Path">The encrypted file.</param>
/// <param name="KeyPath">The key file (0600), used when there is no passphrase.</param>
/// <param name="ReferencesPath">keychain.json: the names that exist, never a value.</param>
public sealed record VaultOptions(string Path, string KeyPath, string ReferencesPath)
{
    /// <summary>From PRYX_VAULT_PASSPHRASE; null for the key file.</summary>
    public string? Passphrase { get; init; }

    /// <summary>PRYX_KEYCHAIN_FILE puts the vault elsewhere, its key file beside it.</summary>
    public static VaultOptions From(PryxPaths paths, Settings settings)
    {
        var elsewhere = settings.FromEnvironment("PRYX_KEYCHAIN_FILE") is { } chosen ? System.IO.Path.GetFullPath(PryxPaths.Expand(chosen, paths.Home)) : null;
        return new(elsewhere ?? paths.Vault, elsewhere is null ? paths.VaultKey : elsewhere + ".key", paths.SecretReferences)
        {
            Passphrase = settings.FromEnvironment("PRYX_VAULT_PASSPHRASE"),
        };
    }

    // A record prints its members; the passphrase must not be among them.
    public override string ToString() => $"vault {Path}";
}
