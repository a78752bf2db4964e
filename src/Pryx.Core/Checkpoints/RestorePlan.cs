namespace Pryx.Core.Checkpoints;

/// <summary>
/// What putting back would do, path by path. Where a path is not as the turn has left it, somebody else has changed it since: it is left
/// alone, unless somebody says that it shall be overwritten.
/// </summary>
internal sealed class RestorePlan
{
    private readonly Tree _tree;
    private readonly BlobStore _blobs;
    private readonly Func<string, bool> _overwrites;
    private readonly Dictionary<string, PlannedPath> _paths = new(StringComparer.Ordinal);

    private RestorePlan(Tree tree, BlobStore blobs, Func<string, bool> overwrites) => (_tree, _blobs, _overwrites) = (tree, blobs, overwrites);

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<PlannedPath> Paths => [.. _paths.Values.OrderBy(static path => path.Path, StringComparer.Ordinal)];

    /// <summary>What would be done.</summary>
    public IReadOnlyList<PlannedPath> Changes => [.. Paths.Where(static path => path.Trouble is null && !path.IsThere)];

    /// <summary>What would be left as it is.</summary>
    public IReadOnlyList<PlannedPath> Left => [.. Paths.Where(static path => path.Trouble is not null)];

    /// <summary>All that counts as taken back then.</summary>
    public IReadOnlyList<CheckpointPath> Covered => [.. _paths.Values.Where(static path => path.Trouble is null).SelectMany(static path => path.Covers)];

    /// <param name="entries">The newest first.</param>
    /// <param name="overwrites">Which paths are put back though somebody else has changed them since.</param>
    /// <param name="keep">True keeps the bytes of what is there now, so that they can come back.</param>
    public static RestorePlan Of(Tree tree, BlobStore blobs, IEnumerable<CheckpointPath> entries, Func<string, bool> overwrites, bool keep)
    {
        var plan = new RestorePlan(tree, blobs, overwrites);
        foreach (var entry in entries)
        {
            plan.Add(entry, keep);
        }
        plan.CheckFolders();
        return plan;
    }

    private void Add(CheckpointPath entry, bool keep)
    {
        if (!_paths.TryGetValue(entry.Path, out var path))
        {
            try
            {
                var present = _tree.See(entry.Path, keep ? Look.Keep : Look.Content);
                _paths[entry.Path] = path = new(entry.Path, present);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _paths[entry.Path] = path = new(entry.Path, new(PathKind.Other));
                path.Stop($"it can not be looked at ({e.Message})");
                return;
            }
        }
        if (path.IsClosed)
        {
            return;
        }
        var isOurs = path.Target.Same(entry.After);
        if (!isOurs && path.Target.Same(entry.Before))
        {
            path.Covers.Add(entry);
        }
        else if (!isOurs && !_overwrites(entry.Path))
        {
            path.Stop("it was changed since", isConflict: true);
        }
        else if (!isOurs && !path.Present.IsRestorable)
        {
            path.Stop("it was changed since, and is too large to be kept: move it away first");
        }
        else if (!entry.Before.IsRestorable)
        {
            path.Stop("how it was before was not remembered");
        }
        else if (entry.Before.Kind == PathKind.File && (entry.Before.Content is { } content ? !_blobs.Has(content) : path.Target.Kind != PathKind.File))
        {
            path.Stop("how it was before is not kept any more");
        }
        else
        {
            // Of a mode that was changed only the mode comes back.
            path.Target = entry.Before.Kind == PathKind.File && entry.Before.Content is null ? entry.Before with { Content = path.Target.Content, Size = path.Target.Size } : entry.Before;
            path.IsOverwritten |= !isOurs;
            path.Covers.Add(entry);
        }
    }

    private void CheckFolders()
    {
        // The deepest first: what stays keeps the folders above it.
        foreach (var path in _paths.Values.Where(static path => path.Trouble is null && path.Present.Kind == PathKind.Folder && path.Target.Kind != PathKind.Folder).OrderByDescending(static path => path.Path.Length).ToList())
        {
            if (Tree.Names(path.Path).FirstOrDefault(name => !(_paths.GetValueOrDefault(Path.Join(path.Path, name)) is { Trouble: null, Target.Kind: PathKind.Absent })) is { } other)
            {
                path.Trouble = $"{other} is in it, which stays";
            }
        }
        foreach (var path in _paths.Values.Where(static path => path.Trouble is null && path.Target.Kind != PathKind.Absent).OrderBy(static path => path.Path.Length).ToList())
        {
            var folder = Path.GetDirectoryName(path.Path)!;
            var kind = _paths.GetValueOrDefault(folder) is { Trouble: null } planned ? planned.Target.Kind : _tree.See(folder, Look.Facts).Kind;
            if (kind is not (PathKind.Folder or PathKind.Absent) || (kind == PathKind.Absent && _paths.GetValueOrDefault(folder) is { Trouble: null, Present.Kind: not PathKind.Absent }))
            {
                path.Trouble = "its folder is something else now";
            }
        }
    }
}

/// <summary>One path of a plan.</summary>
internal sealed class PlannedPath(string path, PathState present)
{
    public string Path => path;
    public PathState Present { get; } = present;
    public PathState Target { get; set; } = present;

    /// <summary>What counts as taken back when the target is reached.</summary>
    public List<CheckpointPath> Covers { get; } = [];

    /// <summary>Why it is left alone; null when it is not.</summary>
    public string? Trouble { get; set; }

    /// <summary>Somebody else has changed it since: it could be overwritten.</summary>
    public bool IsConflict { get; private set; }

    /// <summary>Somebody else's change is going to be overwritten, because that was said.</summary>
    public bool IsOverwritten { get; set; }

    /// <summary>Why it goes back a part of the way only; null when it goes all of it.</summary>
    public string? Under { get; private set; }

    /// <summary>Older changes are not looked at any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Nothing is to be done.</summary>
    public bool IsThere => Present.Same(Target);

    /// <summary>In a few words.</summary>
    public string Action => IsThere ? "keep"
        : Target.Kind == PathKind.Absent ? "remove"
        : Present.Kind == PathKind.Absent ? "bring back"
        : Present.Kind == Target.Kind && Present.Content == Target.Content && Present.Target == Target.Target ? "mode"
        : "restore";

    /// <summary>It goes no further back than here.</summary>
    public void Stop(string why, bool isConflict = false)
    {
        IsClosed = true;
        if (Covers.Count > 0)
        {
            Under = why;
        }
        else
        {
            (Trouble, IsConflict) = (why, isConflict);
        }
    }
}
