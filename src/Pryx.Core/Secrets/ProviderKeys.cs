using Pryx.Core.Configuration;

namespace Pryx.Core.Secrets;

/// <param name="Source">Where it came from, as <c>provider list</c> prints it: explicit, env: NAME, vault, .env: NAME.</param>
public sealed record ProviderKey(string Value, string Source)
{
    // A record prints its members; this one must not.
    public override string ToString() => $"key from {Source}";
}

/// <summary>
/// Finds a provider's key: the one given for this call, then this process's environment, then the vault, then the working folder's .env
/// (docs/decisions/0003-key-order.md).
/// </summary>
public sealed class ProviderKeys(Settings settings, ISecretStore secrets)
{
    /// <summary>The variables that may hold the provider's key, the usual one first.</summary>
    public static IReadOnlyList<string> VariablesOf(string provider) => provider.Trim().ToLowerInvariant() switch
    {
        "google" or "gemini" => ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        "glm" or "zhipu" => ["GLM_API_KEY", "ZHIPU_API_KEY"],
        "lmstudio" or "ollama" or "demo" => [],
        var name => [$"{name.Replace('-', '_').ToUpperInvariant()}_API_KEY"],
    };

    /// <summary>Null when there is none. A vault that does not open is an exception, not a missing key.</summary>
    public async Task<ProviderKey?> FindAsync(string provider, string? explicitKey, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(explicitKey))
        {
            return new(explicitKey.Trim(), "explicit");
        }
        var variables = VariablesOf(provider);
        foreach (var variable in variables)
        {
            if (settings.FromEnvironment(variable) is { } key)
            {
                return new(key, $"env: {variable}");
            }
        }
        if (await secrets.GetAsync(SecretNames.Provider(provider), cancellationToken) is { } stored)
        {
            return new(stored, "vault");
        }
        foreach (var variable in variables)
        {
            if (settings.FromDotEnv(variable) is { } key)
            {
                return new(key, $".env: {variable}");
            }
        }
        return null;
    }
}
