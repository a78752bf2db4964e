using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>Something at the left and something at the right of one row; the left gives way.</summary>
internal static class StatusLine
{
    public static StyledLine Of(int width, StyledLine left, StyledLine right)
    {
        var end = StyledText.Cut(right, width);
        var room = width - StyledText.Width(end);
        return new([.. StyledText.Pad(left, Math.Max(0, room - (end.Spans.Count > 0 ? 1 : 0))).Spans, .. room > 0 && end.Spans.Count > 0 ? [new Span(" ")] : Array.Empty<Span>(), .. end.Spans]) { Fill = left.Fill };
    }
}
