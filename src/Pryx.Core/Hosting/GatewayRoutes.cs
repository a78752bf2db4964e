using Pryx.Core.Approvals;
using Pryx.Core.Http;
using Pryx.Core.Streams;
using Pryx.Core.Turns;

namespace Pryx.Core.Hosting;

/// <summary>Which slices the gateway shows, one line each.</summary>
internal static class GatewayRoutes
{
    /// <param name="store">Of the core, open.</param>
    /// <param name="turns">Of the core.</param>
    /// <param name="onUnexpected">Gets a trace id and a failure that nobody expected.</param>
    public static void Map(ApiRoutes routes, PryxCore core, CoreStore store, SessionTurns turns, GatewayOptions options, Action<string, Exception> onUnexpected)
    {
        new HealthEndpoints(core.Options.Time).Map(routes);
        new ApprovalEndpoints(store.Desk, store.Approvals).Map(routes);
        new SocketEndpoints(
            store.Events, store.Sessions, store.Turns, turns, store.Desk, store.Approvals, new SocketLimits(() => core.Config, core.Options.Time), options.WorkingDirectory, onUnexpected).Map(routes);
    }
}
