using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>Numbers as bars, in eighths of a cell.</summary>
internal static class Bars
{
    private const string Across = " ▏▎▍▌▋▊▉█";
    private const string Up = " ▁▂▃▄▅▆▇█";

    /// <summary>How much of a whole is done.</summary>
    /// <param name="share">0 to 1.</param>
    public static StyledLine Progress(double share, int width, Ink ink = Ink.Accent)
    {
        var (full, rest) = Eighths(Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1), width);
        var bar = new string('█', full) + (rest > 0 ? Across[rest].ToString() : "");
        return new([new(bar, ink), new(new string('░', Math.Max(0, width - bar.Length)), Ink.Faint)]);
    }

    /// <summary>The last values, one column each, the highest as high as the row.</summary>
    public static StyledLine Spark(IReadOnlyList<double> values, int width, Ink ink = Ink.Accent)
    {
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToList();
        var most = shown.Count == 0 ? 0 : shown.Max();
        return new(string.Concat(shown.Select(value => most <= 0 || value <= 0 ? Up[0] : Up[Math.Clamp((int)Math.Ceiling(value / most * 8), 1, 8)])), ink);
    }

    /// <summary>One step of a timeline: when it began and how long it took, of a whole.</summary>
    public static StyledLine Gantt(TimeSpan start, TimeSpan length, TimeSpan total, int width, Ink ink = Ink.Accent)
    {
        if (total <= TimeSpan.Zero || width <= 0)
        {
            return StyledLine.Empty;
        }
        var from = (int)Math.Clamp(start / total * width, 0, width - 1);
        var columns = Math.Clamp((int)Math.Round(length / total * width), 1, width - from);
        return new([new(new string('·', from), Ink.Faint), new(length / total * width < 0.5 ? "▏" : new string('━', columns), ink), new(new string('·', width - from - columns), Ink.Faint)]);
    }

    /// <summary>Parts of a whole beside each other, each in its ink: what fills a context window.</summary>
    public static StyledLine Stack(IReadOnlyList<(double Value, Ink Ink)> parts, double whole, int width)
    {
        var spans = new List<Span>();
        var (sum, used) = (0.0, 0);
        foreach (var (value, ink) in parts)
        {
            sum += Math.Max(0, value);
            var end = whole <= 0 ? 0 : (int)Math.Min(width, Math.Round(sum / whole * width));
            if (end > used)
            {
                spans.Add(new(new string('█', end - used), ink));
                used = end;
            }
        }
        spans.Add(new(new string('░', width - used), Ink.Faint));
        return new(spans);
    }

    private static (int Full, int More) Eighths(double share, int width)
    {
        var eighths = (int)Math.Round(share * width * 8);
        return (eighths / 8, eighths % 8);
    }
}
