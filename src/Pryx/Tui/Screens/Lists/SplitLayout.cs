using Pryx.Tui.Layout;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Where a list and its details stand.</summary>
/// <param name="HasDetails">False in a small window: they take the list's place.</param>
/// <param name="IsBeside">Details at the right, not below.</param>
internal sealed record SplitLayout(Rect List, Rect Border, Rect Details, bool HasDetails, bool IsBeside)
{
    public static SplitLayout Of(Rect area, int wideFrom, int tallFrom)
    {
        if (area.Width >= wideFrom)
        {
            var parts = area.Columns(Math.Clamp(area.Width * 2 / 5, 40, 68), 1, Length.Flex());
            return new(parts[0], parts[1], parts[2].LeftCut(1), true, true);
        }
        if (area.Height >= tallFrom)
        {
            var parts = area.Rows(Math.Max(6, area.Height * 2 / 5), 1, Length.Flex());
            return new(parts[0], parts[1], parts[2].LeftCut(1), true, false);
        }
        return new(area, Rect.Empty, Rect.Empty, false, false);
    }
}
