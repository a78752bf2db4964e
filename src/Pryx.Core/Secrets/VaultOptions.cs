namespace Pryx.Core.Secrets;

/// <param name="Path">The encrypted file.</param>
/// <param name="KeyPath">The key file (0600), used when there is no passphrase.</param>
/// <param name="ReferencesPath">keychain.json: the names that exist, never a value.</param>
public sealed record VaultOptions(string Path, string KeyPath, string ReferencesPath)
{
    /// <summary>From PRYX_VAULT_PASSPHRASE; null for the key file.</summary>
    public string? Passphrase { get; init; }
}
