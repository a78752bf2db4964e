using Pryx.Testing;
using Pryx.Tui.Screens;
using Pryx.Tui.Screens.Agents;
using Pryx.Tui.Screens.Mcp;
using Pryx.Tui.Screens.Models;
using Pryx.Tui.Screens.Policies;
using Pryx.Tui.Screens.Settings;
using Pryx.Tui.Screens.Skills;
using Pryx.Tui.Screens.Telemetry;

namespace Pryx.Tests.Tui.Screens;

/// <summary>Every list of every screen as a terminal shows it, at the three sizes that are promised.</summary>
public sealed class ScreenFrameTests
{
    private static readonly (int Width, int Height)[] _sizes = [(60, 15), (80, 24), (160, 50)];

    public static TheoryData<string, string> Lists => new(
        ("skills", ""), ("mcp", ""), ("agents", "At work"), ("agents", "Can be called"), ("agents", "Processes"), ("telemetry", "Timeline"), ("telemetry", "Costs"), ("telemetry", "Budgets"),
        ("policies", "Waiting"), ("policies", "Modes"), ("policies", "Grants"), ("policies", "Pins"), ("policies", "History"), ("models", "Providers"), ("models", "Models"),
        ("settings", "Configuration"), ("settings", "Appearance"), ("settings", "Telemetry"), ("settings", "Doctor"));

    [Theory]
    [Requirement("TUI4", "browse")]
    [MemberData(nameof(Lists))]
    public void A_screen_reads_well_at_every_size(string screen, string tab)
    {
        foreach (var (width, height) in _sizes)
        {
            using var bench = new ScreenBench(ScreenScripts.All(), host => Make(screen, host), width, height);
            if (tab.Length > 0)
            {
                bench.To(tab);
            }
            Assert.Empty(bench.Failed);
            bench.Snapshot($"{screen}{(tab.Length > 0 ? "-" + tab.ToLowerInvariant().Replace(' ', '-') : "")}-{width}x{height}");
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_screen_without_anything_on_it_says_what_to_type(string screen, string tab)
    {
        var link = ScreenScripts.All()
            .Answers("GET /api/v1/skills", """{"skills":[],"broken":[]}""").Answers("GET /api/v1/mcp/servers", """{"servers":[],"config":"/home/you/.pryx/mcp/servers.json"}""")
            .Answers("GET /api/v1/agents", """{"agents":[]}""").Answers("GET /api/v1/agents/definitions", """{"agents":[],"broken":[]}""").Answers("GET /api/v1/processes", """{"processes":[]}""")
            .Answers("GET /api/v1/traces", """{"traces":[]}""").Answers("GET /api/v1/approvals/pending", """{"approvals":[],"count":0}""").Answers("GET /api/v1/approvals", """{"approvals":[],"count":0}""")
            .Answers("GET /api/v1/policies/grants", """{"grants":[]}""").Answers("GET /api/v1/pins", """{"pins":[]}""").Answers("GET /api/v1/telemetry/export", """{"events":[]}""");
        using var bench = new ScreenBench(link, host => Make(screen, host), 60, 15);
        if (tab.Length > 0)
        {
            bench.To(tab);
        }
        if (tab is not ("Costs" or "Budgets" or "Modes" or "Providers" or "Models" or "Configuration" or "Appearance" or "Doctor"))
        {
            bench.Snapshot($"{screen}{(tab.Length > 0 ? "-" + tab.ToLowerInvariant().Replace(' ', '-') : "")}-empty");
        }
    }

    [Fact]
    public void A_small_window_shows_details_behind_Enter_and_Esc_leads_back()
    {
        using var bench = new ScreenBench(ScreenScripts.All(), static host => new SkillsScreen(host), 60, 15);
        var list = bench.Frame;
        bench.Press(Pryx.Tui.Input.Key.Enter).Snapshot("skills-open-60x15");
        Assert.Equal(list, bench.Press(Pryx.Tui.Input.Key.Escape).Frame);
    }

    private static IScreen Make(string screen, ScreenHost host) => screen switch
    {
        "skills" => new SkillsScreen(host),
        "mcp" => new McpScreen(host),
        "agents" => new AgentsScreen(host),
        "telemetry" => new TelemetryScreen(host),
        "policies" => new PoliciesScreen(host),
        "models" => new ModelsScreen(host),
        _ => new SettingsScreen(host),
    };
}
