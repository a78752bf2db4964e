using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Settings;

/// <summary>The configuration, how the terminal looks, what is told to whom, and whether all is well.</summary>
internal sealed class SettingsScreen(ScreenHost host) : TabbedScreen(new ConfigKeys(host), new Appearance(host), new Sending(host), new Doctor(host))
{
    public override string Name => "Settings";
}
