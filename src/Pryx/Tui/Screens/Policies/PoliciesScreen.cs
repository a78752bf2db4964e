using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Policies;

/// <summary>What waits for an answer, what runs unasked, and why.</summary>
internal sealed class PoliciesScreen(ScreenHost host) : TabbedScreen(new Waiting(host), new Modes(host), new Grants(host), new Pins(host), new Answered(host))
{
    public override string Name => "Policies";
}
