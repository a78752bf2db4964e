using Pryx.Core.Access;
using Pryx.Core.Audit;
using Pryx.Core.Approvals;
using Pryx.Core.Configuration;
using Pryx.Core.Conversations;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Streams;
using Pryx.Core.Tracing;
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
        var time = core.Options.Time;
        Pages.Map(routes);
        new SigninEndpoints(core.Access, time).Map(routes);
        new TokenEndpoints(core.Access, time).Map(routes);
        new RemoteEndpoints(core.Access, new ConfigWriter(core.Options.Paths, time), core.ReloadConfig, new AuditLog(store.Database)).Map(routes);
        new HealthEndpoints(time).Map(routes);
        new SessionEndpoints(store.Sessions, store.SessionPages, store.Workspaces, options.WorkingDirectory, (model, folder, token) => core.CheckModelAsync(model, folder, token), core.DeleteSessionAsync).Map(routes);
        new TurnEndpoints(store.Sessions, store.Turns, turns).Map(routes);
        new EventStreamEndpoints(store.Events).Map(routes);
        new ApprovalEndpoints(store.Desk, store.Approvals).Map(routes);
        new SocketEndpoints(store.Events, store.Sessions, store.Turns, turns, store.Desk, store.Approvals, new SocketLimits(() => core.Config, time), options.WorkingDirectory, onUnexpected).Map(routes);
        MapConversations(routes, core, store, options);
        new TraceEndpoints(store.Spans).Map(routes);
        AdminRoutes.Map(routes, core, store, options);
    }

    private static void MapConversations(ApiRoutes routes, PryxCore core, CoreStore store, GatewayOptions options)
    {
        var conversations = new ConversationStore(store.Database, store.Events, () => ConversationModel.Of($"{core.Config.Text("model_provider")}/{core.Config.Text("model_name")}", null));
        new ConversationEndpoints(
            conversations, store.Sessions, options.WorkingDirectory,
            (model, folder, cancellationToken) => core.CheckModelAsync(model.Reference, folder, cancellationToken, model.Api), core.DeleteSessionAsync).Map(routes);
        new ConversationTurnEndpoints(
            store.Sessions, store.History, store.Turns, core.TurnsAsync, new ConversationFeed(store.Events, core.Options.Time),
            () => core.Options.Settings.With(DotEnv.Load(options.WorkingDirectory, isTrusted: false)), core.Options.Time).Map(routes);
    }
}
