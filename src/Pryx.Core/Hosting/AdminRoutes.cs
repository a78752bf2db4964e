using Pryx.Core.Agents;
using Pryx.Core.Audit;
using Pryx.Core.Cloud;
using Pryx.Core.Configuration;
using Pryx.Core.Costs;
using Pryx.Core.Health.Doctoring;
using Pryx.Core.Hooks;
using Pryx.Core.Http;
using Pryx.Core.Models;
using Pryx.Core.OAuth;
using Pryx.Core.Policies;
using Pryx.Core.Preferences;
using Pryx.Core.Skills;
using Pryx.Core.Tools;
using Pryx.Core.Workspaces;

namespace Pryx.Core.Hosting;

/// <summary>The slices by which the user looks after this Pryx: policies, folders, configuration, providers, audit, costs.</summary>
internal static class AdminRoutes
{
    public static void Map(ApiRoutes routes, PryxCore core, CoreStore store, GatewayOptions options)
    {
        var time = core.Options.Time;
        var audit = new AuditLog(store.Database);
        var explanation = new PolicyExplanation(core.Policies(store), core.Tools, store.Sessions, store.Trust.IsTrustedAsync, options.WorkingDirectory, time);
        new PolicyEndpoints(store.Grants, store.Sessions, explanation, core.Policies(store).Files, time).Map(routes);
        new PinEndpoints(store.Pins, store.Sessions).Map(routes);
        new PolicyFileEndpoints(core.Policies(store).Files, explanation, new PolicySimulation(store.Database, explanation), time).Map(routes);
        new WorkspaceEndpoints(store.Workspaces, store.Trust, audit).Map(routes);
        new AuditEndpoints(audit, new AuditTrail(store.Database)).Map(routes);
        MapCosts(routes, core, store, audit);
        new ConfigEndpoints(() => core.Config, core.ReloadConfig, name => core.Catalog.Directory.Providers.Find(name) is not null, new ConfigWriter(core.Options.Paths, time), audit).Map(routes);
        MapProviders(routes, core, store, audit, options.WorkingDirectory);
        new SkillEndpoints(core.Abilities.SkillDesk(), store.Trust.IsTrustedAsync, options.WorkingDirectory, audit).Map(routes);
        new AgentEndpoints(core.Agents(store, options.WorkingDirectory), core.Abilities.Delegation.Builder(store, options.WorkingDirectory), core.Abilities.Delegation.Shelf.List, store.Sessions, store.Trust.IsTrustedAsync).Map(routes);
        new HookEndpoints(core.Abilities.Hooks.Shelf, core.Abilities.Hooks.Process, store.Trust.IsTrustedAsync, name => core.Tools.Find(name) is { } tool ? tool.Definition : core.Tools.Tools.Select(static known => known.Definition).FirstOrDefault(definition => FamiliarTools.Means(name, definition)), audit, core.Options.Paths.ToolOutput, time).Map(routes);
        new CloudEndpoints(new CloudLogin(core.Cloud.Client, core.Cloud.Tokens, time), core.Cloud.Tokens, () => core.Config.Text("cloud_api_url").Trim(), audit).Map(routes);
        new BackupParts(core, store).Map(routes, audit);
        new OpenApiEndpoints(routes).Map();
    }

    private static void MapProviders(ApiRoutes routes, PryxCore core, CoreStore store, AuditLog audit, string folder)
    {
        var desk = new ProviderDesk(core.Models, core.Secrets, core.Signins.Supports, core.Traffic.HealthOf, () => core.Config, core.ReloadConfig, new ConfigWriter(core.Options.Paths, core.Options.Time));
        new ProviderSetupEndpoints(desk, core.Models, core.Catalog, audit, core.Options.Time).Map(routes);
        new DoctorEndpoints(new Doctor(DoctorProbes.Of(core, store, desk), core.Options.Time), new SupportBundle(core.Options.Paths, core.Log.Path, Product.Version)).Map(routes);
        SetupHost.Of(core, store, desk, folder).Map(routes);
        new ModelEndpoints(core.Models, core.Catalog).Map(routes);
        new KeyEndpoints(core.Models, core.Secrets, audit).Map(routes);
        new OllamaEndpoints(core.Models, core.Hardware, audit).Map(routes);
        new OAuthEndpoints(core.SigninDesk, core.Signins, desk.AddSignedInAsync, audit).Map(routes);
    }

    private static void MapCosts(ApiRoutes routes, PryxCore core, CoreStore store, AuditLog audit)
    {
        var time = core.Options.Time;
        var budgets = new BudgetReports(store.Database, () => BudgetOptions.From(core.Config));
        new CostEndpoints(new UsageReports(store.Database), budgets, new CostAdvisor(model => core.Catalog.Directory.Find(model), provider => core.Catalog.Directory.Of(provider)), part => PriceList.Of(core.Catalog.Directory, part), time).Map(routes);
        new BudgetEndpoints(budgets, new ConfigWriter(core.Options.Paths, time), core.ReloadConfig, audit).Map(routes);
    }
}
