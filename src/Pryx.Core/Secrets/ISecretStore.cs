namespace Pryx.Core.Secrets;

/// <summary>Where secrets live: the OS keychain, or the encrypted file where there is none. Names look like <c>pryx:provider:openai</c>.</summary>
public interface ISecretStore
{
    /// <summary>What <c>doctor</c> and <c>provider list</c> call it, such as <c>vault ~/.pryx/vault.json</c>.</summary>
    string Description { get; }

    /// <summary>Null when there is none of this name. A store that can not be opened is a PryxException, never a null.</summary>
    Task<string?> GetAsync(string name, CancellationToken cancellationToken);

    Task SetAsync(string name, string value, CancellationToken cancellationToken);

    /// <summary>False when there was none.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Names only, sorted.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);
}

public static class SecretNames
{
    public static string Provider(string provider) => $"pryx:provider:{provider.Trim().ToLowerInvariant()}";
}
