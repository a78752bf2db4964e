using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>A text whose matched letters stand out.</summary>
internal static class MatchedText
{
    public static StyledLine Of(string text, IReadOnlyList<int> positions, TextStyle style = default)
    {
        var spans = new List<Span>();
        var (at, next) = (0, 0);
        while (at < text.Length)
        {
            var isMatch = next < positions.Count && positions[next] == at;
            var start = at;
            while (at < text.Length && (next < positions.Count && positions[next] == at) == isMatch)
            {
                next += isMatch ? 1 : 0;
                at++;
            }
            spans.Add(new(text[start..at], isMatch ? (style with { Ink = Ink.Accent }).With(Effects.Bold) : style));
        }
        return new(spans);
    }
}
