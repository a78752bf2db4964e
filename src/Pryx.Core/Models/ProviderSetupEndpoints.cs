using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Catalog;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;

namespace Pryx.Core.Models;

/// <summary>What changes which providers the user works with, and the call that tries one.</summary>
public sealed class ProviderSetupEndpoints(ProviderDesk desk, ModelDesk models, CatalogDesk catalog, AuditLog audit, TimeProvider time)
{
    private const string Path = "/api/v1/providers/{id}";
    private static readonly TimeSpan TestPatience = TimeSpan.FromSeconds(15);

    // Somebody waits with a key in hand: what takes longer is stored unproven.
    private static readonly TimeSpan NewKeyPatience = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan RefreshPatience = TimeSpan.FromSeconds(5);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/providers", "Every provider that can be named, the popular ones first: whether a call could be sent, where its key comes from, which one is active")
        { Query = [new("refresh", "true: fetches the catalog first when it is older than a day; the list comes also when that fails, with a warning", "boolean")], Response = ProvidersJson.Default.ProviderList }, ListAsync);
        routes.Add(new("PUT", Path, "Puts the provider into configured_providers; nothing changes when it is there") { Scope = Scopes.Admin, Response = ProvidersJson.Default.ProviderBody }, AddAsync);
        routes.Add(new("DELETE", Path, "Removes the provider's key, its sign-in and its place in the configuration; what is not there is no error")
        { Scope = Scopes.Admin, Response = ProvidersJson.Default.ProviderRemoved }, RemoveAsync);
        routes.Add(new("POST", Path + "/use", "Makes the provider the active one, with the named model or its usual one; a missing key is 409")
        { Scope = Scopes.Admin, Request = ProvidersJson.Default.UseProvider, Response = ProvidersJson.Default.ProviderUsed }, UseAsync);
        routes.Add(new("POST", Path + "/test", "Makes one real call, the cheapest there is, with the key in force or one that is tried and not stored; up to 15 s")
        { Scope = Scopes.Admin, Request = ProvidersJson.Default.TestProvider, Response = ProvidersJson.Default.ProviderTest }, TestAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var warning = http.QueryFlag("refresh") ? await RefreshAsync(http.RequestAborted) : catalog.State.Warning;
        await http.WriteAsync(await desk.ListAsync(http.RequestAborted) with { Warning = warning }, ProvidersJson.Default.ProviderList);
    }

    /// <returns>Why the list is an old one; null when it is not.</returns>
    private async Task<string?> RefreshAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(RefreshPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (catalog.Url is not null)
            {
                await catalog.RefreshAsync(onlyStale: true, withOpenRouter: false, either.Token);
            }
            return catalog.State.Warning;
        }
        catch (PryxException e)
        {
            return $"The models catalog could not be fetched: {e.Message} These are the configured providers and those that are known without it.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "The models catalog did not answer in time. These are the configured providers and those that are known without it.";
        }
    }

    private async Task AddAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        if (await desk.AddAsync(provider, http.RequestAborted))
        {
            await AuditAsync(http, "provider.added", provider.Id);
        }
        var list = await desk.ListAsync(http.RequestAborted);
        await http.WriteAsync(list.Providers.First(entry => entry.Id == provider.Id), ProvidersJson.Default.ProviderBody);
    }

    private async Task RemoveAsync(HttpContext http)
    {
        var id = http.RouteText("id");
        if (!ProviderIds.IsValid(id))
        {
            throw new PryxException("PROVIDER_INVALID", "invalid provider id");
        }
        // One that was configured and is in no catalog any more can be removed, too.
        id = models.Directory.Providers.Find(id)?.Id ?? id;
        var removed = await desk.RemoveAsync(id, http.RequestAborted);
        if (removed is not { WasConfigured: false, KeyRemoved: false, SignedOut: false, WasActive: false })
        {
            await AuditAsync(http, "provider.removed", id);
        }
        await http.WriteAsync(removed, ProvidersJson.Default.ProviderRemoved);
    }

    private async Task UseAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        var wanted = await http.ReadOrDefaultAsync(ProvidersJson.Default.UseProvider, static () => new UseProvider());
        var used = await desk.UseAsync(provider, wanted.Model?.Trim(), http.RequestAborted);
        await AuditAsync(http, "provider.used", provider.Id);
        await http.WriteAsync(used, ProvidersJson.Default.ProviderUsed);
    }

    private async Task TestAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        var key = (await http.ReadOrDefaultAsync(ProvidersJson.Default.TestProvider, static () => new TestProvider())).ApiKey;
        var test = await desk.TestAsync(provider, key is null ? null : KeyEndpoints.Checked(key), key is null ? TestPatience : NewKeyPatience, http.RequestAborted);
        await http.WriteAsync(test, ProvidersJson.Default.ProviderTest);
    }

    private Task AuditAsync(HttpContext http, string action, string provider) =>
        audit.AppendAsync(new(action, "provider", provider, $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), http.RequestAborted);
}
