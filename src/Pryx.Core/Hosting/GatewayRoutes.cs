using Pryx.Core.Access;
using Pryx.Core.Configuration;
using Pryx.Core.Http;

namespace Pryx.Core.Hosting;

/// <summary>Which slices the gateway shows, one line each.</summary>
internal static class GatewayRoutes
{
    public static void Map(ApiRoutes routes, PryxCore core, GatewayOptions options)
    {
        var time = core.Options.Time;
        Pages.Map(routes);
        new SigninEndpoints(core.Access, time).Map(routes);
        new TokenEndpoints(core.Access, time).Map(routes);
        new RemoteEndpoints(
            core.Access, core.Options.Paths, () => PryxConfig.Load(core.Options.Paths, core.Options.Settings),
            async cancellationToken => (await core.StoreAsync(cancellationToken)).Database, time).Map(routes);
        new HealthEndpoints(core.Options.Time).Map(routes);
    }
}
