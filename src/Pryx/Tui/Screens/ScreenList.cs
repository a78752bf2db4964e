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

    public static IEnumerable<IScreen> Of(TuiContext ui, Func<IReadOnlyList<IScreen>> all) =>
    [
        SessionsScreen.Of(ui),
        new Setup.SetupScreen(ui),
        new HelpScreen(all),
    ];

    /// <summary>Null for a screen that only names lead to.</summary>
    public static char? DigitOf(IScreen screen) => _digits.TryGetValue(screen.Name, out var digit) ? digit : null;
}
