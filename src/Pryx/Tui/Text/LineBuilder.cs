using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>Gathers pieces of one line; neighbours of one style become one span.</summary>
internal sealed class LineBuilder
{
    private readonly List<Span> _spans = [];

    public bool IsEmpty => _spans.Count == 0;

    public LineBuilder Add(string text, TextStyle style = default, string? link = null)
    {
        if (text.Length == 0)
        {
            return this;
        }
        if (_spans is [.., var last] && last.Style == style && last.Link == link)
        {
            _spans[^1] = last with { Text = last.Text + text };
        }
        else
        {
            _spans.Add(new Span(text, style, link));
        }
        return this;
    }

    public LineBuilder Add(IEnumerable<Span> spans)
    {
        foreach (var span in spans)
        {
            Add(span.Text, span.Style, span.Link);
        }
        return this;
    }

    public StyledLine Build(Paper fill = Paper.Default) => new([.. _spans]) { Fill = fill };
}
