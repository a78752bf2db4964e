using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;

namespace Pryx.Core.Models;

/// <summary><c>/api/v1/providers/{id}/key</c>: whether there is a key, a new one, none. A key goes in and never comes out.</summary>
public sealed class KeyEndpoints(ModelDesk models, ISecretStore secrets, AuditLog audit)
{
    private const int KeyLimit = 4096;
    private const string Path = "/api/v1/providers/{id}/key";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Path, "Whether the provider has a key, from the environment or the vault") { Response = ModelJson.Default.KeyState }, GetAsync);
        routes.Add(new("POST", Path, "Stores the provider's key in the vault, instead of the one it had; it counts from the next turn on")
        { Scope = Scopes.Admin, Request = ProvidersJson.Default.KeyInput, Response = ProvidersJson.Default.KeyStored }, SetAsync);
        routes.Add(new("DELETE", Path, "Removes the provider's key from the vault; 204 also when there was none") { Scope = Scopes.Admin, Status = 204 }, DeleteAsync);
    }

    private async Task GetAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        await http.WriteAsync(new KeyState(provider.Id, await models.HasKeyAsync(provider, http.RequestAborted)), ModelJson.Default.KeyState);
    }

    private async Task SetAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        var input = await http.ReadAsync(ProvidersJson.Default.KeyInput);
        await secrets.SetAsync(SecretNames.Provider(provider.Id), Checked(input.ApiKey ?? input.Key), http.RequestAborted);
        await AuditAsync(http, "provider.key_set", provider.Id);
        var inForce = (await models.ReadKeysAsync(provider.Id, http.RequestAborted)).OriginOf(provider.Id);
        await http.WriteAsync(new KeyStored(true, provider.Id, $"the {secrets.Description}") { HiddenBy = inForce?.Variable }, ProvidersJson.Default.KeyStored);
    }

    /// <exception cref="PryxException">VALIDATION_ERROR: it is empty, or no key looks like this.</exception>
    internal static string Checked(string? text)
    {
        var key = text?.Trim();
        return string.IsNullOrEmpty(key) ? throw new PryxException("VALIDATION_ERROR", "api_key: the key is empty")
            : key.Length > KeyLimit || key.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? throw new PryxException("VALIDATION_ERROR", $"api_key: at most {KeyLimit:N0} characters without spaces are expected")
            : key;
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        if (await secrets.DeleteAsync(SecretNames.Provider(provider.Id), http.RequestAborted))
        {
            await AuditAsync(http, "provider.key_deleted", provider.Id);
        }
        await http.NoContent();
    }

    private Task AuditAsync(HttpContext http, string action, string provider) =>
        audit.AppendAsync(new(action, "provider", provider, $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), http.RequestAborted);
}
