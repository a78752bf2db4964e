using System.Text.RegularExpressions;
using Pryx.Agent.Tools;

namespace Pryx.Core.Files;

/// <summary>Reads a patch: <c>*** Begin Patch</c> with file sections, or a unified diff as git writes it.</summary>
public static partial class PatchText
{
    /// <exception cref="ToolArgumentException">Neither of both, or a file named twice.</exception>
    public static IReadOnlyList<FilePatch> Parse(string patch)
    {
        var lines = LineFeedText.Of(patch).Trim('\n').Split('\n');
        var begin = Array.FindIndex(lines, line => line.TrimEnd() == "*** Begin Patch");
        var files = begin >= 0 ? ParseSections(lines, begin + 1) : ParseUnified(lines);
        if (files.Count == 0)
        {
            throw Bad("it names no file. Start with '*** Begin Patch' and '*** Update File: path', or with '--- a/path' and '+++ b/path'");
        }
        var twice = files.SelectMany(file => file.MoveTo is null ? [file.Path] : new[] { file.Path, file.MoveTo }).GroupBy(path => path).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? files : throw Bad($"it has several sections for {twice.Key}; put all hunks of a file into one");
    }

    private static List<FilePatch> ParseSections(string[] lines, int at)
    {
        var files = new List<FilePatch>();
        while (at < lines.Length && lines[at].TrimEnd() != "*** End Patch")
        {
            var line = lines[at++];
            if (Rest(line, "*** Add File: ") is { } added)
            {
                var content = Body(lines, ref at);
                if (content.Find(text => text.Length > 0 && text[0] != '+') is { } wrong)
                {
                    throw Bad($"in the new file {added} every line must start with '+': {TextLines.Cut(wrong, 80)}");
                }
                files.Add(new(PatchAction.Add, added, null, [new([], content.ConvertAll(text => text.Length == 0 ? "" : text[1..]))]));
            }
            else if (Rest(line, "*** Delete File: ") is { } deleted)
            {
                files.Add(new(PatchAction.Delete, deleted, null, []));
            }
            else if (Rest(line, "*** Update File: ") is { } updated)
            {
                var moveTo = at < lines.Length ? Rest(lines[at], "*** Move to: ") : null;
                at += moveTo is null ? 0 : 1;
                var hunks = SectionHunks(lines, ref at, updated);
                if (hunks.Count == 0 && moveTo is null)
                {
                    throw Bad($"it changes nothing in {updated}");
                }
                files.Add(new(PatchAction.Update, updated, moveTo, hunks));
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                throw Bad($"a section must start with '*** Add File: ', '*** Update File: ' or '*** Delete File: ', not with: {TextLines.Cut(line, 80)}");
            }
        }
        return files;
    }

    private static List<PatchHunk> SectionHunks(string[] lines, ref int at, string path)
    {
        var hunks = new List<PatchHunk>();
        var anchors = new List<string>();
        var body = new List<string>();
        void Finish(bool isAtEnd)
        {
            if (body.Count > 0)
            {
                hunks.Add(Hunk(body, path) with { Anchors = [.. anchors], IsAtEnd = isAtEnd });
                anchors.Clear();
            }
            body.Clear();
        }
        for (; at < lines.Length; at++)
        {
            var line = lines[at];
            if (line.TrimEnd() == "*** End of File")
            {
                Finish(isAtEnd: true);
            }
            else if (line.StartsWith("*** ", StringComparison.Ordinal))
            {
                break;
            }
            else if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                Finish(isAtEnd: false);
                // "@@ -1,2 +1,2 @@ text" is a habit from the other format; the numbers are not reliable here.
                var anchor = HunkHeader().Match(line) is { Success: true } header ? header.Groups["text"].Value.Trim() : line[2..].Trim();
                if (anchor.Length > 0)
                {
                    anchors.Add(anchor);
                }
            }
            else
            {
                body.Add(line);
            }
        }
        Finish(isAtEnd: false);
        return hunks;
    }

    private static List<FilePatch> ParseUnified(string[] lines)
    {
        var files = new List<FilePatch>();
        string? renamedFrom = null;
        for (var at = 0; at < lines.Length;)
        {
            var line = lines[at];
            if (Rest(line, "rename from ") is { } from)
            {
                renamedFrom = from;
                at++;
            }
            else if (renamedFrom is not null && Rest(line, "rename to ") is { } to)
            {
                at++;
                var hunks = IsFileHeader(lines, at) ? UnifiedHunks(lines, ref at, to) : [];
                files.Add(new(PatchAction.Update, renamedFrom, to, hunks));
                renamedFrom = null;
            }
            else if (IsFileHeader(lines, at))
            {
                var (old, changed) = (Name(lines[at][4..]), Name(lines[at + 1][4..]));
                var path = changed ?? old ?? throw Bad("both sides of a file are /dev/null");
                var hunks = UnifiedHunks(lines, ref at, path);
                files.Add(
                    old is null ? new(PatchAction.Add, path, null, [new([], [.. hunks.SelectMany(hunk => hunk.New)]) { EndsOpen = hunks.LastOrDefault()?.EndsOpen }])
                    : changed is null ? new(PatchAction.Delete, path, null, [])
                    : new(PatchAction.Update, old, old == changed ? null : changed, hunks));
            }
            else if (line.StartsWith("GIT binary patch", StringComparison.Ordinal) || line.StartsWith("old mode ", StringComparison.Ordinal))
            {
                throw Bad("binary contents and mode changes can not be applied; use a shell command for those");
            }
            else if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                throw Bad("a hunk comes before the '--- a/path' and '+++ b/path' lines of its file");
            }
            else
            {
                at++;
            }
        }
        return files;
    }

    /// <summary>From the header of the file on.</summary>
    private static List<PatchHunk> UnifiedHunks(string[] lines, ref int at, string path)
    {
        at += 2;
        var hunks = new List<PatchHunk>();
        while (at < lines.Length && HunkHeader().Match(lines[at]) is { Success: true } header)
        {
            var oldLeft = Count(header.Groups["oldCount"]);
            var newLeft = Count(header.Groups["newCount"]);
            var body = new List<string>();
            bool? endsOpen = null;
            for (at++; at < lines.Length; at++)
            {
                var line = lines[at];
                if (line.StartsWith('\\'))
                {
                    // It speaks of the line before; after a removed one it says nothing about the new file yet.
                    endsOpen = body.Count > 0 && body[^1].StartsWith('-') ? endsOpen ?? false : true;
                    continue;
                }
                // Counts are used only where a removed "-- x" looks like a header: models count badly.
                var isHeader = line.StartsWith("@@ ", StringComparison.Ordinal) || line.StartsWith("diff --git ", StringComparison.Ordinal) || (IsFileHeader(lines, at) && (oldLeft <= 0 || newLeft <= 0));
                if (isHeader)
                {
                    break;
                }
                oldLeft -= line.StartsWith('+') ? 0 : 1;
                newLeft -= line.StartsWith('-') ? 0 : 1;
                body.Add(line);
            }
            hunks.Add(Hunk(body, path) with { Line = int.Parse(header.Groups["line"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), EndsOpen = endsOpen });
        }
        return hunks.Count > 0 ? hunks : throw Bad($"{path} has no hunk that starts with '@@ -line,count +line,count @@'");

        static int Count(Group group) => group.Success && int.TryParse(group.ValueSpan, out var count) ? count : 1;
    }

    private static PatchHunk Hunk(List<string> body, string path)
    {
        // Blank lines between sections are no context.
        var length = body.FindLastIndex(line => line.Length > 0) + 1;
        var (old, changed) = (new List<string>(), new List<string>());
        foreach (var line in body.Take(length))
        {
            // An empty line is a blank context line whose leading space was lost.
            var text = line.Length == 0 ? "" : line[1..];
            switch (line.Length == 0 ? ' ' : line[0])
            {
                case ' ':
                    old.Add(text);
                    changed.Add(text);
                    break;
                case '-':
                    old.Add(text);
                    break;
                case '+':
                    changed.Add(text);
                    break;
                default:
                    throw Bad($"in {path} a line starts with none of ' ', '+', '-': {TextLines.Cut(line, 80)}");
            }
        }
        return new(old, changed);
    }

    private static List<string> Body(string[] lines, ref int at)
    {
        var body = new List<string>();
        for (; at < lines.Length && !lines[at].StartsWith("*** ", StringComparison.Ordinal); at++)
        {
            body.Add(lines[at]);
        }
        body.RemoveRange(body.FindLastIndex(line => line.Length > 0) + 1, body.Count - body.FindLastIndex(line => line.Length > 0) - 1);
        return body;
    }

    private static bool IsFileHeader(string[] lines, int at) =>
        at + 1 < lines.Length && lines[at].StartsWith("--- ", StringComparison.Ordinal) && lines[at + 1].StartsWith("+++ ", StringComparison.Ordinal);

    private static string? Name(string header)
    {
        var name = header.Split('\t')[0].TrimEnd();
        return name == "/dev/null" ? null : name.StartsWith("a/", StringComparison.Ordinal) || name.StartsWith("b/", StringComparison.Ordinal) ? name[2..] : name;
    }

    private static string? Rest(string line, string start) => line.StartsWith(start, StringComparison.Ordinal) && line.Length > start.Length ? line[start.Length..].Trim() : null;

    private static ToolArgumentException Bad(string why) => new($"The patch can not be read: {why}.");

    [GeneratedRegex(@"^@@ -(?<line>\d{1,9})(,(?<oldCount>\d{1,9}))? \+\d{1,9}(,(?<newCount>\d{1,9}))? @@(?<text>.*)$")]
    private static partial Regex HunkHeader();
}
