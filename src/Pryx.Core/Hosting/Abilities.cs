using Pryx.Core.Commands;
using Pryx.Core.Configuration;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Definitions;
using Pryx.Core.Mentions;
using Pryx.Core.Planning;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Skills;
using Pryx.Core.Tools;
using Pryx.Core.Web;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;

namespace Pryx.Core.Hosting;

/// <summary>What a user adds to Pryx without rebuilding it: MCP servers, skills. Each part is made when it is first needed.</summary>
public sealed class Abilities(PryxCore core) : IAsyncDisposable
{
    private McpDesk? _mcp;

    /// <summary>In the order in which their tools are declared.</summary>
    internal IReadOnlyList<IToolSource> Sources => field ??= [new SkillSource(Skills), Mcp];

    /// <summary>What a <c>/name</c> in a message may stand for, first come first.</summary>
    internal IReadOnlyList<IInputExpansion> Expansions => field ??= [new ChatWords(Words, () => Expansions), new PlanWords(), Commands, new SkillInvocation(Skills), Mcp.Prompts, new NearestWord(() => Expansions)];

    /// <summary>Pryx's own words in a chat; one is added here.</summary>
    private IReadOnlyList<ChatWord> Words => [ChatWords.Compact, .. Memory.Words, .. UndoParts.Words];

    internal MemoryHost Memory => field ??= new(core);

    /// <summary>The commands of the user and of trusted folders.</summary>
    internal CustomCommands Commands => field ??= new(new CommandPlaces(core.Options.Paths, core.HoldsSecrets), Mentions, KnowsModelAsync);

    /// <summary>What an @ in a message names.</summary>
    internal MentionFinder Mentions => field ??= new(core.HoldsSecrets);

    private async Task<bool> KnowsModelAsync(string model, ToolScope scope, CancellationToken cancellationToken)
    {
        try
        {
            return (await core.CheckModelAsync(model, scope.Workspace, cancellationToken)).Length > 0;
        }
        catch (Exception e) when (e is PryxException or ModelException)
        {
            return false;
        }
    }

    public PryxCore Core => core;

    /// <summary>All skills there are.</summary>
    public SkillShelf Skills => field ??= new(SkillPlaces, SkillState, SkillFit(), core.Options.Time);

    internal SkillPlaces SkillPlaces => field ??= new(core.Options.Paths, () => core.Config, new BundledSkills(core.Options.Paths, core.Options.Settings.FromEnvironment("PRYX_BUNDLED_SKILLS_DIR")));

    internal SkillState SkillState => field ??= new(
        core.Options.Settings.FromEnvironment("PRYX_SKILLS_CONFIG_PATH") is { } chosen ? Path.GetFullPath(PryxPaths.Expand(chosen, core.Options.Paths.Home)) : core.Options.Paths.SkillsState, core.Options.Time);

    /// <summary>Switching and installing them.</summary>
    internal SkillDesk SkillDesk()
    {
        var environment = core.OwnEnvironment();
        var http = new GuardedHttp(new GuardedHttpOptions { Timeout = TimeSpan.FromMinutes(5) });
        var fetch = new SkillFetch(core.Options.Paths, SkillPlaces.Bundled, core.Spawner, core.CommandSandbox(), http, environment, core.Options.Time);
        return new(Skills, SkillPlaces, SkillState, fetch, new SkillInstallers(core.Options.Paths, core.Spawner, core.CommandSandbox(), http, environment, core.Options.Time));
    }

    private SkillFit SkillFit()
    {
        var environment = core.OwnEnvironment();
        return new(
            bin => ExecutablePath.Find(bin, core.Options.Paths.Home, environment) is not null,
            name => core.Options.Settings.FromEnvironment(name) is not null || environment.GetValueOrDefault(name) is { Length: > 0 },
            key => ConfigKeys.Find(key) is not null && core.Config.IsSet(key) && core.Config.Text(key) is not ("" or "false"));
    }

    /// <summary>The MCP servers.</summary>
    public McpDesk Mcp => _mcp ??= new McpDesk(new McpOptions
    {
        Definitions = new McpDefinitions(Core.Options.Paths),
        Spawner = () => Core.Spawner,
        Profiles = () => new SandboxProfiles(Core.Options.Paths.Home, Core.Options.Paths.Data, Core.OwnFolder),
        Secrets = () => Core.Secrets,
        Environment = Core.OwnEnvironment,
        DatabaseAsync = async cancellationToken => (await Core.StoreAsync(cancellationToken)).Database,
        Folder = Core.SandboxFolder,
        Memory = Core.ServerMemory,
        IsEnabled = () => Core.Config.Bool("mcp_enabled"),
        ToolLimit = () => (int)Core.Config.Whole("mcp_tool_limit"),
        Version = Product.Version,
        Time = Core.Options.Time,
    });

    /// <summary>For the daemon, once it is ready: returns at once.</summary>
    public void StartInBackground() => Mcp.StartInBackground();

    public async ValueTask DisposeAsync()
    {
        if (_mcp is not null)
        {
            await _mcp.DisposeAsync();
        }
    }
}
