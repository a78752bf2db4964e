using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Definitions;
using Pryx.Core.Sandbox;
using Pryx.Core.Tools;

namespace Pryx.Core.Hosting;

/// <summary>What a user adds to Pryx without rebuilding it: MCP servers, skills. Each part is made when it is first needed.</summary>
public sealed class Abilities(PryxCore core) : IAsyncDisposable
{
    private McpDesk? _mcp;

    /// <summary>In the order in which their tools are declared.</summary>
    internal IReadOnlyList<IToolSource> Sources => field ??= [Mcp];

    public PryxCore Core { get; } = core;

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
