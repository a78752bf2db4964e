using Pryx.Agent.Tools;
using Pryx.Core.Browser;
using Pryx.Core.Desktop;
using Pryx.Core.Files;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Web;

namespace Pryx.Core.Hosting;

/// <summary>The tools that reach beyond folder and shell: the browser, the desktop, web search. Each is declared to models only where it was switched on.</summary>
internal sealed class OutsideTools(PryxCore core) : IAsyncDisposable
{
    private BrowserDesk? _browsers;
    private DesktopPrograms? _programs;

    private IReadOnlyDictionary<string, string> Environment => field ??= ChildEnvironment.Build(core.OwnEnvironment(), new Dictionary<string, string>(), null);

    private string? BrowserPath => BrowserProgram.Find(core.Config.Text("browser_path"), Environment.GetValueOrDefault("PATH"));

    private BrowserTool Browser => field ??= new(_browsers = new(
        new(BrowserPath, core.Spawner, new SandboxProfiles(core.Options.Paths.Home, core.Options.Paths.Data, core.OwnFolder), core.SandboxFolder, Environment) { Network = core.Options.BrowserNetwork }, core.Options.Time), Disk.Local);

    private DesktopPrograms Programs => _programs ??= new(core.Spawner, Environment, core.Options.Time);

    /// <summary>To every turn.</summary>
    public IEnumerable<ITool> Declared()
    {
        if (SearchOptions.From(core.Config.Text("search_provider"), core.Config.Text("search_url")) is { } search)
        {
            // The user has named this engine, and it may be one of their own network.
            var http = new GuardedHttp(new GuardedHttpOptions { IsAllowed = static _ => true });
            yield return new WebSearchTool(http, search, async token => core.Options.Settings.FromEnvironment("BRAVE_API_KEY") ?? await core.Secrets.GetAsync("brave", token));
        }
        if (core.Config.Text("browser").Trim().ToLowerInvariant() is "on" or "true" && BrowserPath is not null)
        {
            yield return Browser;
        }
    }

    /// <summary>As bundled MCP servers.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ITool>> Servers() => new Dictionary<string, IReadOnlyList<ITool>>(StringComparer.Ordinal)
    {
        ["browser"] = BrowserNames.Of(Browser),
        ["clipboard"] = DesktopTools.Clipboard(Programs),
        ["notifications"] = DesktopTools.Notifications(Programs),
        ["screen-capture"] = DesktopTools.Screen(Programs),
        ["desktop-automation"] = DesktopTools.Automation(Programs),
    };

    public async ValueTask DisposeAsync()
    {
        if (_browsers is not null)
        {
            await _browsers.DisposeAsync();
        }
        if (_programs is not null)
        {
            await _programs.DisposeAsync();
        }
    }
}
