using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;

namespace Pryx.Core.OAuth;

/// <summary>
/// The providers one can sign in to: Google, and those of the configuration that bring an <c>oauth</c> block. Pryx has no application of
/// its own at any of them, so the person's is used: from the environment, from the configuration, or given once and kept in the vault.
/// </summary>
/// <param name="config">As it holds now.</param>
public sealed class OAuthApps(Func<PryxConfig> config, Settings settings, ISecretStore secrets)
{
    private static readonly OAuthApp Google = new("google", "Google Gemini", "https://oauth2.googleapis.com/token", "")
    {
        AuthorizeUrl = "https://accounts.google.com/o/oauth2/v2/auth",
        Scopes = ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/generative-language.retriever"],
        // Without both Google gives a refresh token the first time only.
        Extra = [new("access_type", "offline"), new("prompt", "consent")],
    };

    public bool Supports(string provider) => provider == Google.Provider || Configured(provider) is not null;

    /// <exception cref="PryxException">OAUTH_UNSUPPORTED, OAUTH_NO_CLIENT, OAUTH_INVALID (an address in the configuration that no secret may be sent to).</exception>
    public async Task<OAuthApp> FindAsync(string provider, CancellationToken cancellationToken)
    {
        var known = (provider == Google.Provider ? Google : null, Configured(provider)) switch
        {
            (null, null) => throw new PryxException("OAUTH_UNSUPPORTED", $"Provider '{provider}' does not support OAuth.", $"use an API key: pryx provider set-key {provider}"),
            (var builtIn, null) => builtIn!,
            (null, { } own) => own,
            ({ } builtIn, { } own) => Merge(builtIn, own),
        };
        var prefix = provider.ToUpperInvariant().Replace('-', '_').Replace('.', '_') + "_OAUTH_";
        var app = known with
        {
            TokenUrl = settings.FromEnvironment(prefix + "TOKEN_URL") ?? known.TokenUrl,
            AuthorizeUrl = settings.FromEnvironment(prefix + "AUTHORIZE_URL") ?? known.AuthorizeUrl,
            DeviceUrl = settings.FromEnvironment(prefix + "DEVICE_URL") ?? known.DeviceUrl,
            ClientId = settings.FromEnvironment(prefix + "CLIENT_ID") ?? await secrets.GetAsync(SecretNames.ClientId(provider), cancellationToken) ?? known.ClientId,
            ClientSecret = settings.FromEnvironment(prefix + "CLIENT_SECRET") ?? await secrets.GetAsync(SecretNames.ClientSecret(provider), cancellationToken),
        };
        if (app.ClientId.Length == 0)
        {
            throw new PryxException(
                "OAUTH_NO_CLIENT",
                $"Pryx has no application of its own at {app.Name}, so signing in needs yours.",
                provider == Google.Provider
                    ? "at console.cloud.google.com/apis/credentials create an OAuth client of the type 'Desktop app', enable the Generative Language API, download the JSON, then: pryx provider oauth google --client FILE.json (or set GOOGLE_OAUTH_CLIENT_ID and GOOGLE_OAUTH_CLIENT_SECRET). An API key is simpler: pryx provider set-key google"
                    : $"set {prefix}CLIENT_ID, or client_id in the provider's oauth block of config.yaml");
        }
        foreach (var url in (string?[])[app.AuthorizeUrl, app.TokenUrl, app.DeviceUrl])
        {
            if (url is not null && !IsSafe(url))
            {
                throw new PryxException("OAUTH_INVALID", $"The OAuth address '{url}' of {app.Name} is not https.", "correct it in config.yaml; http is for this machine alone");
            }
        }
        return app;
    }

    /// <summary>Remembers the person's application.</summary>
    /// <exception cref="PryxException">OAUTH_UNSUPPORTED, SECRET_INVALID, VAULT_…</exception>
    public async Task KeepClientAsync(string provider, string id, string? secret, CancellationToken cancellationToken)
    {
        if (!Supports(provider))
        {
            throw new PryxException("OAUTH_UNSUPPORTED", $"Provider '{provider}' does not support OAuth.", $"use an API key: pryx provider set-key {provider}");
        }
        await secrets.SetAsync(SecretNames.ClientId(provider), id, cancellationToken);
        if (secret is { Length: > 0 })
        {
            await secrets.SetAsync(SecretNames.ClientSecret(provider), secret, cancellationToken);
        }
        else
        {
            await secrets.DeleteAsync(SecretNames.ClientSecret(provider), cancellationToken);
        }
    }

    private static OAuthApp Merge(OAuthApp builtIn, OAuthApp own) => builtIn with
    {
        ClientId = own.ClientId,
        TokenUrl = own.TokenUrl.Length > 0 ? own.TokenUrl : builtIn.TokenUrl,
        AuthorizeUrl = own.AuthorizeUrl ?? builtIn.AuthorizeUrl,
        DeviceUrl = own.DeviceUrl ?? builtIn.DeviceUrl,
        Scopes = own.Scopes.Count > 0 ? own.Scopes : builtIn.Scopes,
    };

    private static bool IsSafe(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.UserInfo.Length == 0 && (parsed.Scheme == "https" || (parsed.Scheme == "http" && parsed.IsLoopback));

    // providers: { mine: { oauth: { authorize_url, token_url, device_url, client_id, scopes } } }
    private OAuthApp? Configured(string provider)
    {
        if (ConfigKeys.Find("providers") is null || config().Text("providers") is not { Length: > 0 } json)
        {
            return null;
        }
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(provider, out var entry) || entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("oauth", out var oauth) || oauth.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        return new(provider, Text(entry, "name") ?? provider, Text(oauth, "token_url") ?? "", Text(oauth, "client_id") ?? "")
        {
            AuthorizeUrl = Text(oauth, "authorize_url"),
            DeviceUrl = Text(oauth, "device_url"),
            Scopes = oauth.TryGetProperty("scopes", out var scopes) && scopes.ValueKind == JsonValueKind.Array
                ? [.. scopes.EnumerateArray().Where(static scope => scope.ValueKind == JsonValueKind.String).Select(static scope => scope.GetString()!)]
                : Text(oauth, "scopes")?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
    }

    private static string? Text(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()?.Trim() is { Length: > 0 } text ? text : null;
}
