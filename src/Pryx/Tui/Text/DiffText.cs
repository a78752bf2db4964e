using System.Globalization;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Text;

/// <summary>A unified diff in colours: line numbers where hunks say them, and what changed within a line on paper of its own.</summary>
internal static class DiffText
{
    public static IReadOnlyList<StyledLine> Lines(string diff, bool withNumbers = true)
    {
        var lines = new List<StyledLine>();
        var removed = new List<string>();
        var added = new List<string>();
        var (oldLine, newLine) = (0, 0);
        var digits = withNumbers ? DigitsOf(diff) : 0;
        foreach (var raw in diff.TrimEnd('\n', '\r').Split('\n'))
        {
            var line = raw.TrimEnd('\r').Replace("\t", "    ", StringComparison.Ordinal);
            if (line.StartsWith('-') && !line.StartsWith("--- ", StringComparison.Ordinal))
            {
                if (added.Count > 0)
                {
                    Flush();
                }
                removed.Add(line[1..]);
            }
            else if (line.StartsWith('+') && !line.StartsWith("+++ ", StringComparison.Ordinal))
            {
                added.Add(line[1..]);
            }
            else
            {
                Flush();
                Other(line);
            }
        }
        Flush();
        return lines;

        void Other(string line)
        {
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                (oldLine, newLine) = StartsOf(line);
                lines.Add(new StyledLine(line, Ink.DiffHunk));
            }
            else if (line.StartsWith("--- ", StringComparison.Ordinal) || line.StartsWith("+++ ", StringComparison.Ordinal) || line.StartsWith("diff ", StringComparison.Ordinal) || line.StartsWith("index ", StringComparison.Ordinal))
            {
                lines.Add(new StyledLine(line, new TextStyle(Ink.Muted).With(Effects.Bold)));
            }
            else
            {
                lines.Add(new LineBuilder().Add(Number(newLine, digits), Ink.Faint).Add($"  {(line.StartsWith(' ') ? line[1..] : line)}", Ink.DiffContext).Build());
                (oldLine, newLine) = (oldLine + (oldLine > 0 ? 1 : 0), newLine + (newLine > 0 ? 1 : 0));
            }
        }

        void Flush()
        {
            // Lines that stand opposite each other are compared word by word; the rest is new or gone as a whole.
            for (var i = 0; i < removed.Count; i++)
            {
                lines.Add(Changed('-', removed[i], i < added.Count ? added[i] : null, oldLine, digits));
                oldLine += oldLine > 0 ? 1 : 0;
            }
            for (var i = 0; i < added.Count; i++)
            {
                lines.Add(Changed('+', added[i], i < removed.Count ? removed[i] : null, newLine, digits));
                newLine += newLine > 0 ? 1 : 0;
            }
            removed.Clear();
            added.Clear();
        }
    }

    private static StyledLine Changed(char sign, string text, string? other, int number, int digits)
    {
        var ink = sign == '+' ? Ink.DiffAdded : Ink.DiffRemoved;
        var paper = sign == '+' ? Paper.DiffAdded : Paper.DiffRemoved;
        var built = new LineBuilder().Add(Number(number, digits), Ink.Faint).Add($"{sign} ", new TextStyle(ink).With(Effects.Bold));
        var (from, to) = other is null ? (0, 0) : Difference(text, other);
        if (to <= from || to - from > text.Length * 3 / 4)
        {
            return built.Add(text, ink).Build();
        }
        return built.Add(text[..from], ink).Add(text[from..to], new TextStyle(ink, paper, Effects.Bold)).Add(text[to..], ink).Build();
    }

    /// <summary>What lies between the beginning and the end that both have, to the borders of words.</summary>
    private static (int From, int To) Difference(string text, string other)
    {
        var from = 0;
        while (from < text.Length && from < other.Length && text[from] == other[from])
        {
            from++;
        }
        var end = 0;
        while (end < text.Length - from && end < other.Length - from && text[^(end + 1)] == other[^(end + 1)])
        {
            end++;
        }
        var to = text.Length - end;
        while (from > 0 && char.IsLetterOrDigit(text[from - 1]))
        {
            from--;
        }
        while (to < text.Length && char.IsLetterOrDigit(text[to]))
        {
            to++;
        }
        return (from, to);
    }

    private static string Number(int number, int digits) => digits == 0 ? "" : (number > 0 ? number.ToString(CultureInfo.InvariantCulture) : "").PadLeft(digits) + " ";

    private static int DigitsOf(string diff)
    {
        var highest = 0;
        foreach (var line in diff.Split('\n').Where(static line => line.StartsWith("@@", StringComparison.Ordinal)))
        {
            highest = Math.Max(highest, StartsOf(line).New + 200);
        }
        return highest == 0 ? 0 : highest.ToString(CultureInfo.InvariantCulture).Length;
    }

    /// <summary>@@ -12,5 +14,6 @@ begins at 12 and 14.</summary>
    private static (int Old, int New) StartsOf(string hunk)
    {
        return (After('-'), After('+'));

        int After(char sign)
        {
            var at = hunk.IndexOf(sign) + 1;
            var end = at;
            while (at > 0 && end < hunk.Length && char.IsAsciiDigit(hunk[end]))
            {
                end++;
            }
            return at > 0 && int.TryParse(hunk.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
    }
}
