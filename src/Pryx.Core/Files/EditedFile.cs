using System.Text;

namespace Pryx.Core.Files;

/// <summary>A file with all edits applied in memory, ready to be written.</summary>
internal sealed record EditedFile(string Before, string After, byte[] Bytes, FileStamp Stamp, IReadOnlyList<string> Notes)
{
    private const int MaxShownLines = 200, Around = 3;

    /// <summary>Why nothing may be written.</summary>
    public string? Failure { get; init; }

    /// <exception cref="FileNotFoundException">No such file, and no edit that would begin one.</exception>
    public static EditedFile Prepare(Disk disk, WorkspacePath path, IReadOnlyList<TextEdit> edits)
    {
        if (edits is [{ Old: "" } creation] && disk.Look(path.Canonical) is null)
        {
            return new("", creation.New, FileText.EncodeUtf8(creation.New), FileStamp.Absent, []);
        }
        var content = disk.Read(path.Canonical);
        if (FileText.Decode(content.Bytes) is not { } file)
        {
            return Failed($"it is not text but {FileSignature.Describe(content.Bytes)}.");
        }
        var text = file.Text;
        var notes = new List<string>();
        for (var i = 0; i < edits.Count; i++)
        {
            var which = edits.Count == 1 ? "" : $"edit {i + 1} of {edits.Count}: ";
            var outcome = edits[i].Apply(text);
            if (outcome.Text is null)
            {
                return Failed($"{which}{outcome.Failure}{(edits.Count == 1 ? "" : "\nNone of the edits was applied.")}");
            }
            text = outcome.Text;
            if (outcome.Note is not null)
            {
                notes.Add(which + outcome.Note);
            }
        }
        return new(file.Text, text, file.Encode(text), content.Facts.Stamp, notes);
    }

    /// <summary>The changed lines as they are now, numbered, with a few around them.</summary>
    public string ChangedRegion()
    {
        var right = UnifiedDiff.Split(After);
        var output = new StringBuilder();
        var shown = 0;
        foreach (var hunk in UnifiedDiff.Hunks(UnifiedDiff.Split(Before), right, Around))
        {
            if (shown >= MaxShownLines)
            {
                output.Append("…\n");
                break;
            }
            var end = Math.Min(hunk.Right.End, hunk.Right.Start + MaxShownLines - shown);
            shown += end - hunk.Right.Start;
            output.Append(output.Length == 0 ? "" : "…\n").Append(ClosestLines.Numbered(right, hunk.Right.Start, end - 1)).Append('\n');
        }
        return output.ToString().TrimEnd('\n');
    }

    private static EditedFile Failed(string failure) => new("", "", [], default, []) { Failure = failure };
}
