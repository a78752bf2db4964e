namespace Pryx.Tui.Rendering;

/// <summary>A piece of one line in one style.</summary>
/// <param name="Text">Without line feeds; what could move the cursor or hide text is made harmless where it is drawn.</param>
/// <param name="Link">An http, https or file address that the text leads to (OSC 8); null for none.</param>
internal readonly record struct Span(string Text, TextStyle Style = default, string? Link = null);

/// <summary>One line of text in styles: what Markdown, code, diffs and cards become before they are drawn.</summary>
internal sealed class StyledLine(IReadOnlyList<Span> spans)
{
    public static StyledLine Empty { get; } = new([]);

    public StyledLine(string text, TextStyle style = default)
        : this([new Span(text, style)])
    {
    }

    public IReadOnlyList<Span> Spans { get; } = spans;

    /// <summary>Paints the rest of the row behind the text; Default leaves it as it is.</summary>
    public Paper Fill { get; init; }

    public string Text => string.Concat(Spans.Select(static span => span.Text));
}
