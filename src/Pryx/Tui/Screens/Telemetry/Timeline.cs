using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>A turn's spans as bars over its time, and how long its models and tools took.</summary>
internal sealed class Timeline(IReadOnlyList<TraceSpan> spans, DateTimeOffset now)
{
    private const int TookWidth = 12;

    private DateTimeOffset Start => spans[0].StartedAt;
    private TimeSpan Whole => spans.Max(EndOf) - Start is { Ticks: > 0 } whole ? whole : TimeSpan.FromMilliseconds(1);

    public IReadOnlyList<StyledLine> Bars(int width)
    {
        if (spans.Count == 0)
        {
            return [];
        }
        var label = Math.Clamp(spans.Max(static span => TextWidth.Of(span.Label) + (span.Depth * 2)) + 1, 10, Math.Max(10, width * 2 / 5));
        var bar = width - label - TookWidth - 1;
        var rows = new List<StyledLine>();
        if (bar >= 12)
        {
            var half = Say.Took(Whole.TotalMilliseconds / 2);
            var end = Say.Took(Whole.TotalMilliseconds);
            var middle = Math.Max(1, (bar / 2) - 1);
            rows.Add(new(new string(' ', label) + "0".PadRight(middle) + half + end.PadLeft(Math.Max(1, bar - middle - half.Length)), Ink.Faint));
        }
        foreach (var span in spans)
        {
            var ink = InkOf(span);
            var name = StyledText.Pad(new([new(new string(' ', span.Depth * 2), Ink.Faint), new(span.Label, span.Kind is "turn" or "step" ? Ink.Muted : Ink.Default)]), label);
            var took = StyledText.Pad(new(span.Took is null ? Say.Took((now - span.StartedAt).TotalMilliseconds) + " …" : Say.Took(span.Took), span.Took is null ? Ink.Info : Ink.Muted), TookWidth, isRight: true);
            rows.Add(StyledText.Concat(name, bar < 4 ? StyledLine.Empty : Widgets.Bars.Gantt(span.StartedAt - Start, EndOf(span) - span.StartedAt, Whole, bar, ink), took));
            if (span.Error is { } error)
            {
                rows.Add(new(new string(' ', Math.Min(label, (span.Depth * 2) + 2)) + error, Ink.Error));
            }
        }
        return rows;
    }

    /// <summary>By name: how often, how long in the middle and at most.</summary>
    public Facts Latency(Facts facts)
    {
        foreach (var (kind, title) in (ReadOnlySpan<(string, string)>)[("model", "Models"), ("tool", "Tools"), ("approval", "You")])
        {
            var groups = spans.Where(span => span.Kind == kind && span.Took is not null).GroupBy(static span => span.Label).OrderByDescending(static group => group.Sum(static span => span.Took)).ToList();
            if (groups.Count == 0)
            {
                continue;
            }
            facts.Section(title);
            foreach (var group in groups)
            {
                var sorted = group.Select(static span => span.Took!.Value).Order().ToList();
                facts.Item("•", group.Key, InkOf(group.First()), $"{sorted.Count}× · median {Say.Took(sorted[sorted.Count / 2])} · longest {Say.Took(sorted[^1])} · {100 * sorted.Sum() / Whole.TotalMilliseconds:0} % of the turn");
            }
        }
        return facts;
    }

    private DateTimeOffset EndOf(TraceSpan span) => span.Took is { } took ? span.StartedAt.AddMilliseconds(took) : now > span.StartedAt ? now : span.StartedAt;

    private static Ink InkOf(TraceSpan span) => span switch
    {
        { Error: not null } => Ink.Error,
        { Kind: "model" } => Ink.Accent,
        { Kind: "tool" } => Ink.Success,
        { Kind: "approval" } => Ink.Warning,
        _ => Ink.Border,
    };
}
