namespace Pryx.Core.Files;

/// <summary>Puts the hunks of one file in their places: exactly, else but for white space; never where two places would do.</summary>
internal static class HunkPlace
{
    public static TextEditOutcome Apply(string content, IReadOnlyList<PatchHunk> hunks)
    {
        var notes = new List<string>();
        var (cursor, shift) = (0, 0);
        for (var i = 0; i < hunks.Count; i++)
        {
            var which = hunks.Count == 1 ? "the hunk" : $"hunk {i + 1} of {hunks.Count}";
            var text = new LineFeedText(content);
            var lines = Lines(text.Text);
            if (Find(text.Text, lines, hunks[i], cursor, shift, out var isNear, out var failure) is not { } place)
            {
                return new(null) { Failure = $"{which} {failure}" };
            }
            var old = string.Join('\n', hunks[i].Old);
            var changed = string.Join('\n', hunks[i].New);
            var (start, end, replacement) = isNear ? NearMiss.Rewrite(text.Text, place, old, changed) : Exact(text.Text, place, hunks[i], changed);
            if (isNear)
            {
                notes.Add($"{which} matched line {LineOf(text.Text, place.Start) + 1} and following except for white space; the file's own indentation was kept.");
            }
            var startLine = LineOf(text.Text, start);
            shift = hunks[i].Line is { } line ? startLine - (Math.Max(1, line) - 1) + hunks[i].New.Count - hunks[i].Old.Count : shift;
            cursor = startLine + LineOf(replacement, replacement.Length) + (replacement.Length == 0 || replacement.EndsWith('\n') ? 0 : 1);
            content = EndAsSaid(text.Splice(start, end, replacement), hunks[i], i == hunks.Count - 1);
        }
        return new(content) { Note = notes.Count == 0 ? null : string.Join(' ', notes) };
    }

    private static (int Start, int End)? Find(string text, string[] lines, PatchHunk hunk, int cursor, int shift, out bool isNear, out string failure)
    {
        isNear = false;
        failure = "";
        var until = lines.Length;
        foreach (var anchor in hunk.Anchors)
        {
            var found = Enumerable.Range(cursor, Math.Max(0, until - cursor)).Where(i => lines[i].Trim() == anchor).ToList();
            if (found.Count != 1)
            {
                failure = found.Count == 0 ? $"comes after the line '{anchor}', which was not found." : $"comes after the line '{anchor}', which stands in {found.Count} places (lines {Numbers(found)}). Add an outer @@ line before it.";
                return null;
            }
            cursor = found[0] + 1;
            until = EndOfBlock(lines, found[0]);
        }
        if (hunk.Old.Count == 0)
        {
            var at = hunk.Line is { } after ? Math.Clamp(after + shift, 0, lines.Length) : hunk.Anchors.Count > 0 ? cursor : lines.Length;
            return (OffsetOf(text, at), OffsetOf(text, at));
        }
        var exact = Enumerable.Range(cursor, Math.Max(0, lines.Length - hunk.Old.Count - cursor + 1)).Where(at => IsAt(lines, hunk.Old, at)).ToList();
        if (hunk.IsAtEnd)
        {
            exact.RemoveAll(at => at + hunk.Old.Count != lines.Length);
        }
        if (exact.Count > 1 && hunk.Anchors.Count > 0 && exact.Exists(at => at < until))
        {
            exact.RemoveAll(at => at >= until);
        }
        if (exact.Count > 1 && hunk.Line is { } line && exact.Contains(line - 1 + shift))
        {
            exact = [line - 1 + shift];
        }
        if (exact.Count == 1)
        {
            return (OffsetOf(text, exact[0]), OffsetOf(text, exact[0] + hunk.Old.Count));
        }
        if (exact.Count > 1)
        {
            failure = $"fits in {exact.Count} places (lines {Numbers(exact)}). Add context lines, or an @@ line that names the function.";
            return null;
        }
        var from = OffsetOf(text, cursor);
        var quoted = string.Join('\n', hunk.Old);
        var near = NearMiss.Find(text[from..], quoted)
            .ConvertAll(place => (Start: place.Start + from, End: place.End + from))
            .FindAll(place => IsWholeLines(text, place) && (!hunk.IsAtEnd || string.IsNullOrWhiteSpace(text[place.End..])));
        if (near.Count == 1)
        {
            isNear = true;
            return near[0];
        }
        failure = near.Count > 1
            ? $"was not found as quoted, and {near.Count} places differ from it in white space only (lines {Numbers(near.ConvertAll(place => LineOf(text, place.Start)))}). Quote the context exactly."
            : ClosestLines.Find(text, quoted) is { } closest ? $"was not found. The closest lines are:\n{closest}" : "was not found, nor anything like it. Read the file again.";
        return null;
    }

    private static (int Start, int End, string Text) Exact(string text, (int Start, int End) place, PatchHunk hunk, string changed)
    {
        if (hunk.New.Count == 0)
        {
            return (place.Start, place.End, "");
        }
        var startsOpen = place.Start > 0 && text[place.Start - 1] != '\n';
        var endsOpen = place.End > place.Start && text[place.End - 1] != '\n';
        return (place.Start, place.End, (startsOpen ? "\n" : "") + changed + (endsOpen ? "" : "\n"));
    }

    private static string EndAsSaid(string content, PatchHunk hunk, bool isLast) => (isLast ? hunk.EndsOpen : null) switch
    {
        true => content.EndsWith("\r\n", StringComparison.Ordinal) ? content[..^2] : content.EndsWith('\n') ? content[..^1] : content,
        false when content.Length > 0 && !content.EndsWith('\n') => content + "\n",
        _ => content,
    };

    /// <summary>The first line after an anchor that is no longer part of what the anchor begins, going by indentation.</summary>
    private static int EndOfBlock(string[] lines, int anchor)
    {
        var indentation = Indentation.Of(lines[anchor]).Length;
        for (var i = anchor + 1; i < lines.Length; i++)
        {
            var body = lines[i].TrimStart();
            if (body.Length > 0 && lines[i].Length - body.Length <= indentation && body[0] is not ('{' or '}' or ')' or ']'))
            {
                return i;
            }
        }
        return lines.Length;
    }

    private static bool IsAt(string[] lines, IReadOnlyList<string> old, int at)
    {
        for (var i = 0; i < old.Count; i++)
        {
            if (lines[at + i] != old[i])
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsWholeLines(string text, (int Start, int End) place)
    {
        var lineStart = place.Start == 0 ? 0 : text.LastIndexOf('\n', place.Start - 1) + 1;
        var lineEnd = text.IndexOf('\n', place.End) is var feed and >= 0 ? feed : text.Length;
        return string.IsNullOrWhiteSpace(text[lineStart..place.Start]) && string.IsNullOrWhiteSpace(text[place.End..lineEnd]);
    }

    private static string[] Lines(string text)
    {
        var lines = text.Split('\n');
        return text.EndsWith('\n') || text.Length == 0 ? lines[..^1] : lines;
    }

    private static int LineOf(string text, int offset) => text.AsSpan(0, offset).Count('\n');

    private static int OffsetOf(string text, int line)
    {
        var offset = 0;
        for (; line > 0 && offset < text.Length; line--)
        {
            offset = text.IndexOf('\n', offset) is var feed and >= 0 ? feed + 1 : text.Length;
        }
        return offset;
    }

    private static string Numbers(List<int> lines) => string.Join(", ", lines.Take(10).Select(line => line + 1)) + (lines.Count > 10 ? ", …" : "");
}
