using Pryx.Tui.Screens.Agents;
using Pryx.Tui.Screens.Mcp;
using Pryx.Tui.Screens.Models;
using Pryx.Tui.Screens.Policies;
using Pryx.Tui.Screens.Sessions;
using Pryx.Tui.Screens.Settings;
using Pryx.Tui.Screens.Skills;
using Pryx.Tui.Screens.Telemetry;
using Pryx.Tui.Shell;

namespace Pryx.Tui.Screens;

/// <summary>Which screens there are beside the chat, in the order of their tabs, and the digits that lead to them. Another one is added here.</summary>
internal static class ScreenList
{
    // 3 and 0 are kept for channels and devices.
    private static readonly Dictionary<string, char> _digits = new()
    {
        ["Chat"] = '1', ["Sessions"] = '2', ["Skills"] = '4', ["Settings"] = '5', ["MCP"] = '6', ["Telemetry"] = '7', ["Agents"] = '8', ["Policies"] = '9',
    };

    public static IEnumerable<IScreen> Of(TuiContext ui, ScreenHost host, Func<IReadOnlyList<IScreen>> all) =>
    [
        SessionsScreen.Of(ui),
        new SkillsScreen(host),
        new SettingsScreen(host),
        new McpScreen(host),
        new TelemetryScreen(host),
        new AgentsScreen(host),
        new PoliciesScreen(host),
        new ModelsScreen(host),
        new Setup.SetupScreen(ui),
        new HelpScreen(all),
    ];

    /// <summary>Null for a screen that only names lead to.</summary>
    public static char? DigitOf(IScreen screen) => _digits.TryGetValue(screen.Name, out var digit) ? digit : null;
}
