using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Core.Secrets;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Models;

/// <summary>For commands that use this Core: its keys and base URLs count, not theirs, and they say so where that makes a difference.</summary>
public sealed class EnvironmentEndpoints(string version, Settings settings, Func<ISecretStore> secrets, Func<ProviderDirectory> providers)
{
    public void Map(ApiRoutes routes) => routes.Add(
        new("GET", "/api/v1/environment", "Which providers this Core has keys for, and salted hashes of the base URLs in its environment")
        { Scope = Scopes.Admin, Response = ProviderEnvironmentJson.Default.ProviderEnvironment }, GetAsync);

    private async Task GetAsync(HttpContext http) =>
        await http.WriteAsync(await ProviderEnvironment.OfAsync(version, settings, secrets(), providers(), http.RequestAborted), ProviderEnvironmentJson.Default.ProviderEnvironment);
}
