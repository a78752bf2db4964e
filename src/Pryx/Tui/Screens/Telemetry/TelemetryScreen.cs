using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>What happened, when, and at what price.</summary>
internal sealed class TelemetryScreen(ScreenHost host) : TabbedScreen(new Turns(host), new Costs(host), new Budgets(host))
{
    public override string Name => "Telemetry";
}
