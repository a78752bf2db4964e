using Pryx.Tui.Rendering;

namespace Pryx.Tui.Screens.Lists;

/// <summary>A screen that can also be one of several under tabs, which then show its hints with their own.</summary>
internal interface IPart : IScreen
{
    /// <summary>Without the row of hints.</summary>
    void DrawBody(Canvas canvas);
}
