namespace Pryx.Core.Files;

/// <summary>
/// Puts a change in a place that differs from what the model quoted in white space only. Lines that the change keeps stay
/// as the file has them, byte for byte; new lines take the file's indentation.
/// </summary>
internal static class NearMiss
{
    /// <summary>Where the quoted text stands but for white space: first with indentation and blank lines counting, then without.</summary>
    public static List<(int Start, int End)> Find(string content, string quoted)
    {
        var strict = SquashedText.WithoutTrailing(content).Find(SquashedText.WithoutTrailing(quoted));
        return strict.Count > 0 ? strict : SquashedText.WithoutAny(content).Find(SquashedText.WithoutAny(quoted));
    }

    /// <returns>The part of the content to replace, and what to put there.</returns>
    public static (int Start, int End, string Text) Rewrite(string content, (int Start, int End) place, string quoted, string changed)
    {
        var (start, end) = Trim(content, place);
        var lineStart = start == 0 ? 0 : content.LastIndexOf('\n', start - 1) + 1;
        var startsLine = string.IsNullOrWhiteSpace(content[lineStart..start]);
        start = startsLine ? lineStart : start;
        var lineEnd = content.IndexOf('\n', end) is var feed and >= 0 ? feed : content.Length;
        var endsLine = string.IsNullOrWhiteSpace(content[end..lineEnd]);
        end = endsLine ? lineEnd : end;

        var ours = Lines(content[start..end]);
        var theirs = Lines(quoted);
        var wanted = Lines(changed);
        if (wanted.Count == 0)
        {
            // Whole lines quoted with their end, replaced by nothing: the end goes too.
            var takesEnd = startsLine && endsLine && quoted.EndsWith('\n') && lineEnd < content.Length;
            return (start, takesEnd ? lineEnd + 1 : end, "");
        }
        var pairs = theirs.Zip(ours, (their, our) => (Indentation.Of(their.Text), Indentation.Of(our.Text))).ToList();
        if (!startsLine)
        {
            // The first line begins within a line of the file: that line's indentation is what later lines go by.
            pairs[0] = (Indentation.Of(theirs[0].Text), Indentation.Of(content[lineStart..]));
        }
        var indentation = new Indentation(pairs, theirs.Concat(wanted).Select(line => line.Text), content.Split('\n'));
        var kept = Align(theirs, wanted);
        var output = new List<string>();
        var (previous, surplus) = (-1, 0);
        for (var i = 0; i < wanted.Count; i++)
        {
            var (known, isSame) = kept[i];
            var blanks = wanted[i].BlanksBefore.Count;
            if (i > 0 && kept[i - 1].Known >= 0)
            {
                surplus = Surplus(previous, kept.Skip(i).Select(line => line.Known).FirstOrDefault(line => line >= 0, previous));
            }
            // Blank lines that the model made up or left out are not part of its change: fewer at once, more where the known line goes on.
            var correction = surplus < 0 ? -Math.Min(blanks, -surplus) : known >= 0 ? surplus : 0;
            blanks += correction;
            surplus -= correction;
            if (known > previous && previous >= 0)
            {
                var own = ours[known].BlanksBefore.Take(blanks).ToList();
                output.AddRange(own);
                blanks -= own.Count;
            }
            output.AddRange(Enumerable.Repeat("", i == 0 ? 0 : blanks));
            previous = known >= 0 ? known : previous;
            output.Add(Line(i, known, isSame));
        }
        return (start, end, Ends(quoted, changed, head: true) + string.Join('\n', output) + Ends(quoted, changed, head: false));

        // How many more blank lines the file has than the quotation, between two lines of both.
        int Surplus(int from, int to) =>
            Enumerable.Range(from + 1, to - from).Sum(line => ours[line].BlanksBefore.Count - theirs[line].BlanksBefore.Count);

        string Line(int i, int known, bool isSame)
        {
            var text = wanted[i].Text;
            var isIndentedAlike = known >= 0 && Indentation.Of(text) == Indentation.Of(theirs[known].Text);
            if (isSame && (isIndentedAlike || (i == 0 && !startsLine)))
            {
                return ours[known].Text;
            }
            var body = (isSame ? ours[known].Text : text).Trim();
            return i == 0 && !startsLine ? body : indentation.Map(Indentation.Of(text), known >= 0 ? known : previous) + body;
        }
    }

    /// <summary>For each wanted line the quoted line it stands for (-1: none) and whether it says the same.</summary>
    private static List<(int Known, bool IsSame)> Align(List<TextLine> quoted, List<TextLine> wanted)
    {
        var aligned = new List<(int, bool)>();
        var changes = LineChanges.Between([.. quoted.Select(line => line.Text.Trim())], [.. wanted.Select(line => line.Text.Trim())]);
        var (left, right) = (0, 0);
        foreach (var change in changes.Append(new(quoted.Count, quoted.Count, wanted.Count, wanted.Count)))
        {
            for (; right < change.RightStart; left++, right++)
            {
                aligned.Add((left, true));
            }
            for (; right < change.RightEnd; right++)
            {
                aligned.Add((left < change.LeftEnd ? left++ : -1, false));
            }
            left = change.LeftEnd;
        }
        return aligned;
    }

    /// <summary>Line breaks at an end of the change that the quoted text does not have there.</summary>
    private static string Ends(string quoted, string changed, bool head)
    {
        static int Breaks(string text, bool head) =>
            (head ? text.AsSpan(0, text.Length - text.AsSpan().TrimStart().Length) : text.AsSpan(text.AsSpan().TrimEnd().Length)).Count('\n');
        return new('\n', Math.Max(0, Breaks(changed, head) - Breaks(quoted, head)));
    }

    private static (int Start, int End) Trim(string content, (int Start, int End) place)
    {
        var (start, end) = place;
        while (start < end && char.IsWhiteSpace(content[start]))
        {
            start++;
        }
        while (end > start && char.IsWhiteSpace(content[end - 1]))
        {
            end--;
        }
        return (start, end);
    }

    private sealed record TextLine(string Text, List<string> BlanksBefore);

    /// <summary>The lines that say something, each with the blank ones before it.</summary>
    private static List<TextLine> Lines(string text)
    {
        var lines = new List<TextLine>();
        var blanks = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                blanks.Add(line);
                continue;
            }
            lines.Add(new(line, blanks));
            blanks = [];
        }
        return lines;
    }
}
