using Pryx.Core.Access;
using Pryx.Core.Approvals;
using Pryx.Core.Archive;
using Pryx.Core.Audit;
using Pryx.Core.Checkpoints;
using Pryx.Core.Commands;
using Pryx.Core.Configuration;
using Pryx.Core.Conversations;
using Pryx.Core.Health;
using Pryx.Core.Http;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Auth;
using Pryx.Core.Mcp.Discovery;
using Pryx.Core.Mcp.Serving;
using Pryx.Core.Memory;
using Pryx.Core.Metrics;
using Pryx.Core.Models;
using Pryx.Core.Planning;
using Pryx.Core.Secrets;
using Pryx.Core.Sessions;
using Pryx.Core.Streams;
using Pryx.Core.Telemetry;
using Pryx.Core.Tracing;
using Pryx.Core.Turns;
using Pryx.Providers.Catalog;

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
        new SessionEndpoints(store.Sessions, store.SessionPages, store.Workspaces, options.WorkingDirectory, async (name, token) => (await core.Models.LookUpAsync(name, token)).ToString(), (model, folder, token) => core.CheckModelAsync(model, folder, token), core.DeleteSessionAsync).Map(routes);
        core.CodeCheck.Map(routes, store, options.WorkingDirectory);
        new PlanEndpoints(core.Plans(store)).Map(routes);
        new ArchiveEndpoints(store.Archive, store.Sessions, turns, new AuditLog(store.Database), () => core.Config.Text("titles") == "model", time).Map(routes);
        new TurnEndpoints(store.Sessions, store.Turns, turns).Map(routes);
        new UndoEndpoints(core.Undo(store).Desk).Map(routes);
        new EstimateEndpoints(turns.Preparation, options.WorkingDirectory).Map(routes);
        new ContextEndpoints(core.MeasureAsync, turns).Map(routes);
        new EventStreamEndpoints(store.Events).Map(routes);
        new EnvironmentEndpoints(Product.Version, core.Options.Settings, () => core.Secrets, () => core.Catalog.Directory.Providers).Map(routes);
        new ApprovalEndpoints(store.Desk, store.Approvals).Map(routes);
        new SocketEndpoints(store.Events, store.Sessions, store.Turns, turns, store.Desk, store.Approvals, core.Agents(store, options.WorkingDirectory).StopAllAsync, new SocketLimits(() => core.Connections, () => core.Config), options.WorkingDirectory, onUnexpected).Map(routes);
        new MemoryEndpoints(core.Abilities.Memory.Desk, store.Trust.IsTrustedAsync, options.WorkingDirectory, new AuditLog(store.Database)).Map(routes);
        new CommandEndpoints(core.Abilities.Commands.Places, () => core.Abilities.Expansions, store.Trust.IsTrustedAsync, options.WorkingDirectory).Map(routes);
        MapConversations(routes, core, store, options);
        MapObservation(routes, core, store);
        MapMcp(routes, core, store, turns, options);
        AdminRoutes.Map(routes, core, store, options);
    }

    private static void MapMcp(ApiRoutes routes, PryxCore core, CoreStore store, SessionTurns turns, GatewayOptions options)
    {
        var (mcp, audit) = (core.Abilities.Mcp, new AuditLog(store.Database));
        var served = new ServedCalls(store.Sessions, turns, store.Events, store.Approvals);
        core.Background.Map(routes, served, options.WorkingDirectory);
        new McpServerEndpoints(mcp, audit).Map(routes);
        new McpToolEndpoints(mcp, served, name => core.Bundled.Names.Contains(name) ? core.Bundled.Find(name) : null, options.WorkingDirectory).Map(routes);
        new McpPromptEndpoints(mcp).Map(routes);
        new McpAuthEndpoints(mcp.Signins, (name, _) => Task.FromResult(mcp.Require(name)), mcp.ReconnectAsync, audit).Map(routes);
        new McpDiscoveryEndpoints(new McpCustomStore(Path.Combine(core.Options.Paths.Data, "mcp", "custom.json")), core.Options.Time).Map(routes);
        new ServeEndpoints(server => server is null ? core.Tools : core.Bundled.Find(server), served, core.Served, options.WorkingDirectory, Product.Version).Map(routes);
    }

    private static void MapObservation(ApiRoutes routes, PryxCore core, CoreStore store)
    {
        var (time, paths, observation) = (core.Options.Time, core.Options.Paths, core.Observe(store));
        new HealthEndpoints(
            store.Database, new HealthProbe(store.Database, VaultOptions.From(paths, core.Options.Settings), time), core.Presence,
            core.Traffic.ReadCircuits, () => observation.IsReady || !core.Options.IsDaemon, Product.Version, observation.StartedAt, time).Map(routes);
        new DiagnosticsEndpoints(store.Database, store.Events, core.Log, paths, core.DescribeIsolationAsync, async () => (await core.SandboxStateAsync()).ToString(), core.Secrets.DescribeAsync, () => core.Catalog.State, core.Traffic.ReadCircuits, Product.Version, observation.StartedAt, time).Map(routes);
        new TraceEndpoints(store.Spans).Map(routes);
        new MetricsEndpoints(() => observation.Metrics, core.Traffic.ReadCircuits, store.Database, time).Map(routes);
        new TelemetryEndpoints(observation.Desk, observation.Telemetry, observation.Exporter, time).Map(routes);
    }

    private static void MapConversations(ApiRoutes routes, PryxCore core, CoreStore store, GatewayOptions options)
    {
        var conversations = new ConversationStore(store.Database, store.Events, () => ConversationModel.Of(core.Config.ChosenModel ?? "ollama/llama3", null, FindProvider), FindProvider);
        new ConversationEndpoints(
            conversations, store.Sessions, options.WorkingDirectory,
            (model, folder, cancellationToken) => core.CheckModelAsync(model.Reference, folder, cancellationToken, model.Api), core.DeleteSessionAsync).Map(routes);
        new ConversationTurnEndpoints(
            store.Sessions, store.History, store.Turns, core.TurnsAsync, new ConversationFeed(store.Events, core.Options.Time), model => core.Models.Directory.Find(model)?.ContextWindow, FindProvider,
            () => core.Options.Settings.With(DotEnv.Load(options.WorkingDirectory, isTrusted: false)), core.Options.Time).Map(routes);

        ProviderInfo? FindProvider(string id) => core.Catalog.Directory.Providers.Find(id);
    }
}
