using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>Which keys do what here; the last ones are left out where there is no room.</summary>
internal static class KeyHints
{
    public static StyledLine Line(int width, params ReadOnlySpan<(string Key, string What)> hints)
    {
        var spans = new List<Span>();
        var used = 0;
        foreach (var (key, what) in hints)
        {
            var size = TextWidth.Of(key) + 1 + TextWidth.Of(what) + (spans.Count > 0 ? 3 : 0);
            if (used + size > width)
            {
                break;
            }
            if (spans.Count > 0)
            {
                spans.Add(new(" · ", Ink.Faint));
            }
            spans.Add(new(key, Ink.Accent));
            spans.Add(new(" " + what, Ink.Muted));
            used += size;
        }
        return new(spans);
    }
}
