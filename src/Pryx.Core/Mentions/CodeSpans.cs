namespace Pryx.Core.Mentions;

/// <summary>Where a text is code: between backticks, one or several, as Markdown has them.</summary>
internal sealed class CodeSpans
{
    private readonly List<(int From, int To)> _spans = [];

    public CodeSpans(string text)
    {
        for (var at = text.IndexOf('`'); at >= 0;)
        {
            var ticks = Run(text, at);
            var close = Close(text, at + ticks, ticks);
            if (close < 0 && ticks >= 3)
            {
                // A fence that nothing closes reaches to the end.
                _spans.Add((at, text.Length));
                return;
            }
            if (close >= 0)
            {
                _spans.Add((at, close));
            }
            var next = close < 0 ? at + ticks : close + ticks;
            at = next >= text.Length ? -1 : text.IndexOf('`', next);
        }
    }

    public bool Covers(int place) => _spans.Exists(span => place >= span.From && place < span.To);

    private static int Close(string text, int from, int ticks)
    {
        for (var at = from < text.Length ? text.IndexOf('`', from) : -1; at >= 0;)
        {
            var run = Run(text, at);
            if (run == ticks)
            {
                return at;
            }
            at = at + run >= text.Length ? -1 : text.IndexOf('`', at + run);
        }
        return -1;
    }

    private static int Run(string text, int at)
    {
        var end = at;
        while (end < text.Length && text[end] == '`')
        {
            end++;
        }
        return end - at;
    }
}
