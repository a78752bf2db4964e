using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Models;

/// <summary>Which models there are and what they cost, and the providers that serve them with their keys.</summary>
internal sealed class ModelsScreen(ScreenHost host) : TabbedScreen(new Providers(host), new ModelCatalog(host))
{
    public override string Name => "Models";
}
