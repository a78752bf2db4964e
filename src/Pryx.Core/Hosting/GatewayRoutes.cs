using Pryx.Core.Http;

namespace Pryx.Core.Hosting;

/// <summary>Which slices the gateway shows, one line each.</summary>
internal static class GatewayRoutes
{
    public static void Map(ApiRoutes routes, PryxCore core, CoreStore store, GatewayOptions options)
    {
        new HealthEndpoints(core.Options.Time).Map(routes);
        AdminRoutes.Map(routes, core, store, options);
    }
}
