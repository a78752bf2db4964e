using Pryx.Core.Access;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Streams;
using Pryx.Core.Turns;

namespace Pryx.Core.Hosting;

/// <summary>Which slices the gateway shows, one line each.</summary>
internal static class GatewayRoutes
{
    /// <param name="store">Of the core, open.</param>
    /// <param name="turns">Of the core.</param>
    public static void Map(ApiRoutes routes, PryxCore core, CoreStore store, SessionTurns turns, GatewayOptions options)
    {
        var time = core.Options.Time;
        Pages.Map(routes);
        new SigninEndpoints(core.Access, time).Map(routes);
        new TokenEndpoints(core.Access, time).Map(routes);
        new RemoteEndpoints(core.Access, core.Options.Paths, () => PryxConfig.Load(core.Options.Paths, core.Options.Settings), store.Database).Map(routes);
        new HealthEndpoints(time).Map(routes);
        new SessionEndpoints(store.Sessions, store.SessionPages, store.Workspaces, options.WorkingDirectory, core.CheckModelAsync, store.Sessions.DeleteAsync).Map(routes);
        new TurnEndpoints(store.Sessions, store.Turns, turns).Map(routes);
        new EventStreamEndpoints(store.Events).Map(routes);
    }
}
