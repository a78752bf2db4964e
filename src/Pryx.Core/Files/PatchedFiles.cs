namespace Pryx.Core.Files;

/// <summary>A patch with its paths resolved.</summary>
internal sealed record PlannedPatch(FilePatch Patch, WorkspacePath Path, WorkspacePath? MoveTo);

/// <summary>All files of a patch, changed in memory first: when one does not fit, none is written.</summary>
internal sealed class PatchedFiles
{
    private readonly List<Change> _changes = [];

    /// <param name="Before">Null for a file that is added.</param>
    /// <param name="After">Null for one that is deleted.</param>
    private sealed record Change(PlannedPatch Planned, FileContent? Before, string? BeforeText, string? After, byte[]? AfterBytes, string? Note);

    /// <summary>Why nothing may be written.</summary>
    public string? Failure { get; private set; }

    public static PatchedFiles Prepare(Disk disk, IReadOnlyList<PlannedPatch> patches)
    {
        var files = new PatchedFiles();
        foreach (var patch in patches)
        {
            try
            {
                files.Failure = files.Add(disk, patch) is { } failure ? $"{patch.Path.Display}: {failure}" : null;
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                files.Failure = e.Message;
            }
            if (files.Failure is not null)
            {
                return files;
            }
        }
        return files;
    }

    public string Diff() => string.Concat(_changes.Select(change =>
        UnifiedDiff.OfFile(change.Planned.Path.Display, change.BeforeText, change.After, change.Planned.MoveTo?.Display)));

    /// <exception cref="IOException">A file could not be written; those before it are as they were.</exception>
    public void Write(Disk disk)
    {
        var undo = new Stack<Action>();
        try
        {
            foreach (var change in _changes)
            {
                Write(disk, change, undo);
            }
        }
        catch
        {
            foreach (var step in undo)
            {
                step();
            }
            throw;
        }
    }

    public string Report() => string.Join('\n', _changes.Select(change => change switch
    {
        { Before: null } => $"Added {change.Planned.Path.Display}.",
        { After: null } => $"Deleted {change.Planned.Path.Display}.",
        { Planned.MoveTo: { } target } => $"Moved {change.Planned.Path.Display} to {target.Display}.",
        _ => $"Updated {change.Planned.Path.Display}.",
    } + (change.Note is null ? "" : $" Note: {change.Note}") + Region(change)));

    private string? Add(Disk disk, PlannedPatch planned)
    {
        var patch = planned.Patch;
        if (patch.Action == PatchAction.Add)
        {
            if (disk.Look(planned.Path.Canonical) is not null)
            {
                return "it exists already; update it instead of adding it.";
            }
            var added = string.Concat(patch.Hunks[0].New.Select(line => line + "\n"));
            added = patch.Hunks[0].EndsOpen == true && added.Length > 0 ? added[..^1] : added;
            _changes.Add(new(planned, null, null, added, FileText.EncodeUtf8(added), null));
            return null;
        }
        if (planned.MoveTo is { } target && disk.Look(target.Canonical) is not null)
        {
            return $"it can not be moved to {target.Display}, which exists already.";
        }
        var before = disk.Read(planned.Path.Canonical);
        var text = FileText.Decode(before.Bytes);
        if (patch.Action == PatchAction.Delete)
        {
            _changes.Add(new(planned, before, text?.Text, null, null, null));
            return null;
        }
        if (text is null)
        {
            return $"it is not text but {FileSignature.Describe(before.Bytes)}.";
        }
        var outcome = HunkPlace.Apply(text.Text, patch.Hunks);
        if (outcome.Text is not null)
        {
            _changes.Add(new(planned, before, text.Text, outcome.Text, text.Encode(outcome.Text), outcome.Note));
        }
        return outcome.Failure;
    }

    private static void Write(Disk disk, Change change, Stack<Action> undo)
    {
        var path = change.Planned.Path.Canonical;
        var target = change.Planned.MoveTo?.Canonical ?? path;
        var isNew = change.Before is null || target != path;
        if (change.AfterBytes is { } bytes)
        {
            disk.Write(target, bytes, isNew ? FileStamp.Absent : change.Before!.Facts.Stamp, change.Before?.Facts.Mode);
            undo.Push(isNew ? () => disk.Delete(target) : () => disk.Write(path, change.Before!.Bytes));
        }
        if (change.Before is { } before && (change.AfterBytes is null || target != path))
        {
            disk.Delete(path, before.Facts.Stamp);
            undo.Push(() => disk.Write(path, before.Bytes, FileStamp.Absent, before.Facts.Mode));
        }
    }

    private static string Region(Change change)
    {
        if (change.Before is null || change.After is null || change.After == change.BeforeText)
        {
            return "";
        }
        return "\n" + new EditedFile(change.BeforeText!, change.After, [], default, []).ChangedRegion();
    }
}
