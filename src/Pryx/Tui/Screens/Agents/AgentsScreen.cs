using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Agents;

/// <summary>Who works beside the person: agents, those that can be called, and processes in the background.</summary>
internal sealed class AgentsScreen(ScreenHost host) : TabbedScreen(new RunningAgents(host), new DefinedAgents(host), new Processes(host))
{
    public override string Name => "Agents";
}
