using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Mcp;
using Pryx.Core.Models;
using Pryx.Core.Sessions;
using Pryx.Core.Setup;

namespace Pryx.Core.Hosting;

/// <summary>Puts setup together: it looks at nearly everything, and nothing needs it.</summary>
internal static class SetupHost
{
    /// <summary>The skills that are proposed, at most.</summary>
    private const int OfferedSkills = 5;

    /// <param name="store">Of the core, open.</param>
    /// <param name="providers">Of the core.</param>
    /// <param name="folder">Of those who name none.</param>
    public static SetupEndpoints Of(PryxCore core, CoreStore store, ProviderDesk providers, string folder)
    {
        var steps = new SetupStore(store.Database);
        var writer = new ConfigWriter(core.Options.Paths, core.Options.Time);
        var search = new ProviderSearch(core.Models, core.Secrets, () => core.Config, core.Options.Settings, core.Options.Time);
        var facts = Facts(core, store, folder);
        var provider = new ProviderStep(core.Models, providers, core.Secrets, writer, core.ReloadConfig, new AuditLog(store.Database));
        var desk = new SetupDesk(steps, search, facts);
        return new(desk, new SetupActs(steps, desk, provider, search, facts, writer, core.ReloadConfig), provider, steps);
    }

    private static SetupFacts Facts(PryxCore core, CoreStore store, string folder) => new()
    {
        IsSignedInAsync = _ => Task.FromResult(core.Presence.IsSignedInToCloud),
        HasCloud = () => core.Config.Text("cloud_api_url").Trim().Length > 0,
        ReadAbilitiesAsync = token => Task.FromResult<(IReadOnlyList<string>, IReadOnlyList<string>)>((
            [.. core.Abilities.Mcp.Definitions.For(null).Servers.Where(static server => server.Origin == McpOrigin.Home && server.IsEnabled).Select(static server => server.Name)],
            [.. core.Abilities.Skills.List(null, token).Skills.Where(static skill => skill.IsUsable).Select(static skill => skill.Skill.Id)])),
        ReadOfferedSkillsAsync = token => Task.FromResult<IReadOnlyList<(string, string)>>(
            [.. core.Abilities.Skills.List(null, token).Skills.Where(static skill => !skill.IsEnabled && skill.IsEligible).Take(OfferedSkills).Select(static skill => (skill.Skill.Id, skill.Skill.Description))]),
        Mode = () => core.Config.Text("policy"),
        CheckMode = mode => core.Policies(store).FindDocument(mode),
        IsWithin = (narrow, wide) => core.Policies(store).IsWithin(narrow, wide),
        IsTrustedAsync = store.Trust.IsTrustedAsync,
        AddFolderAsync = (path, token) => store.Workspaces.AddAsync(path, token),
        IsBroad = path => path == Path.GetPathRoot(path) || path == CanonicalPath.Of(core.Options.Paths.Home),
        Folder = folder,
    };
}
