using Pryx.Core.Http;
using Pryx.Core.Tracing;
using Pryx.Core.Turns;

namespace Pryx.Core.Hosting;

/// <summary>Which slices the gateway shows, one line each.</summary>
internal static class GatewayRoutes
{
    /// <param name="store">Of the core, open.</param>
    /// <param name="turns">Of the core.</param>
    public static void Map(ApiRoutes routes, PryxCore core, CoreStore store, SessionTurns turns, GatewayOptions options)
    {
        new HealthEndpoints(core.Options.Time).Map(routes);
        new TraceEndpoints(store.Spans).Map(routes);
    }
}
