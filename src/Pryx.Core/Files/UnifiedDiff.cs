using System.Globalization;
using System.Text;

namespace Pryx.Core.Files;

/// <summary>Differences of two texts as <c>diff -u</c> writes them.</summary>
public static class UnifiedDiff
{
    private const int MaxLines = 500, MaxLineLength = 500;

    /// <param name="before">Null for a new file.</param>
    /// <param name="after">Null for a deleted one.</param>
    /// <returns>Empty when nothing differs; cut after 500 lines with a count of the rest.</returns>
    public static string OfFile(string name, string? before, string? after, string? newName = null)
    {
        if (before == after && newName is null)
        {
            return "";
        }
        var output = new StringBuilder();
        output.Append("--- ").Append(before is null ? "/dev/null" : $"a/{name}").Append('\n');
        output.Append("+++ ").Append(after is null ? "/dev/null" : $"b/{newName ?? name}").Append('\n');
        var left = Split(before ?? "");
        var right = Split(after ?? "");
        var shown = 0;
        var rest = 0;
        foreach (var hunk in Hunks(left, right))
        {
            if (shown < MaxLines)
            {
                output.Append(CultureInfo.InvariantCulture, $"@@ -{Range(hunk.Left)} +{Range(hunk.Right)} @@\n");
            }
            foreach (var (mark, line) in Lines(left, right, hunk))
            {
                if (++shown > MaxLines)
                {
                    rest++;
                    continue;
                }
                output.Append(mark).Append(TextLines.Cut(line.TrimEnd('\n').Replace("\r", "␍", StringComparison.Ordinal), MaxLineLength)).Append('\n');
                if (!line.EndsWith('\n'))
                {
                    output.Append("\\ No newline at end of file\n");
                }
            }
        }
        if (rest > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"… {rest} more lines\n");
        }
        return output.ToString();
    }

    /// <summary>Lines with their ends.</summary>
    internal static string[] Split(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is var found and >= 0 ? found + 1 : text.Length;
            lines.Add(text[start..end]);
            start = end;
        }
        return [.. lines];
    }

    /// <param name="Left">From 0, end excluded; context included.</param>
    internal readonly record struct Hunk(LineRange Left, LineRange Right, IReadOnlyList<LineChange> Changes);

    internal readonly record struct LineRange(int Start, int End);

    internal static IEnumerable<Hunk> Hunks(string[] left, string[] right, int context = 3)
    {
        var changes = LineChanges.Between(left, right);
        for (var i = 0; i < changes.Count;)
        {
            var j = i;
            while (j + 1 < changes.Count && changes[j + 1].LeftStart - changes[j].LeftEnd <= 2 * context)
            {
                j++;
            }
            var before = Math.Min(context, changes[i].LeftStart);
            var after = Math.Min(context, left.Length - changes[j].LeftEnd);
            yield return new(
                new(changes[i].LeftStart - before, changes[j].LeftEnd + after),
                new(changes[i].RightStart - before, changes[j].RightEnd + after),
                changes.GetRange(i, j - i + 1));
            i = j + 1;
        }
    }

    private static IEnumerable<(char Mark, string Line)> Lines(string[] left, string[] right, Hunk hunk)
    {
        var at = hunk.Left.Start;
        foreach (var change in hunk.Changes)
        {
            for (; at < change.LeftStart; at++)
            {
                yield return (' ', left[at]);
            }
            for (; at < change.LeftEnd; at++)
            {
                yield return ('-', left[at]);
            }
            for (var j = change.RightStart; j < change.RightEnd; j++)
            {
                yield return ('+', right[j]);
            }
        }
        for (; at < hunk.Left.End; at++)
        {
            yield return (' ', left[at]);
        }
    }

    // An empty range is written with the line before it, as diff does.
    private static string Range(LineRange range) => (range.End - range.Start) switch
    {
        0 => $"{range.Start},0",
        1 => $"{range.Start + 1}",
        var length => $"{range.Start + 1},{length}",
    };
}
