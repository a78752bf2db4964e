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
    private const string SigninPrefix = "oauth_";
    private const string ExpiresSuffix = "_expires";

    /// <summary>In place of the time, once the provider has ended a sign-in: the person is told instead of being silently billed to another key.</summary>
    public const string SigninEnded = "ended";

    public const string CloudAccess = "pryx:cloud_access_token";
    public const string CloudRefresh = "pryx:cloud_refresh_token";

    /// <summary>Seconds since 1970 at which the cloud's access token ends.</summary>
    public const string CloudExpires = "pryx:cloud_expires_at";

    public static string Provider(string provider) => $"pryx:provider:{provider.Trim().ToLowerInvariant()}";

    public static string Access(string provider) => $"{SigninPrefix}{provider}_access";
    public static string Refresh(string provider) => $"{SigninPrefix}{provider}_refresh";

    /// <summary>Of the person's own application at the provider.</summary>
    public static string ClientId(string provider) => $"{SigninPrefix}{provider}_client_id";
    public static string ClientSecret(string provider) => $"{SigninPrefix}{provider}_client_secret";

    /// <summary>Written last: what has it is a whole sign-in.</summary>
    public static string Expires(string provider) => SigninPrefix + provider + ExpiresSuffix;

    /// <summary>The account an MCP server is used with.</summary>
    public static string McpSignin(string server) => $"mcp_oauth_{server}";

    /// <summary>Of the person's own application at an MCP server.</summary>
    public static string McpClientSecret(string server) => $"mcp_client_{server}_secret";

    /// <summary>The provider whose sign-in the name belongs to; null when it is another kind of secret.</summary>
    public static string? SignedInProvider(string name) =>
        name.StartsWith(SigninPrefix, StringComparison.Ordinal) && name.EndsWith(ExpiresSuffix, StringComparison.Ordinal) && name.Length > SigninPrefix.Length + ExpiresSuffix.Length
            ? name[SigninPrefix.Length..^ExpiresSuffix.Length] : null;
}
