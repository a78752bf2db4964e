namespace Pryx.Core.Checkpoints;

/// <summary>Puts paths back in an order in which each can be: away with what goes, the deepest first; folders; what is in them; and modes at last, for some forbid the rest.</summary>
internal sealed class Restorer(Tree tree)
{
    private readonly Dictionary<string, PathState> _opened = [];

    /// <param name="paths">From and to. What is neither any more is left alone, and reported.</param>
    /// <returns>What could not be put back, and why.</returns>
    public IReadOnlyDictionary<string, string> Run(IReadOnlyList<(string Path, PathState From, PathState To)> paths)
    {
        var failed = new Dictionary<string, string>();
        void Try(string path, Action action)
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failed[path] = e.Message;
            }
        }

        var open = new List<(string Path, PathState From, PathState To)>();
        foreach (var step in paths)
        {
            Try(step.Path, () =>
            {
                var now = tree.See(step.Path, Look.Content);
                if (now.Same(step.To))
                {
                    return; // Done by the process that began.
                }
                if (!now.Same(step.From))
                {
                    failed[step.Path] = "it was changed in the meantime";
                    return;
                }
                open.Add(step);
            });
        }
        foreach (var (path, from, _) in open.Where(static step => step.From.Kind != PathKind.Absent && (step.To.Kind == PathKind.Absent || (step.From.Kind != step.To.Kind && (step.From.Kind == PathKind.Folder || step.To.Kind == PathKind.Folder)))).OrderByDescending(static step => step.Path.Length))
        {
            Try(path, () => Opened(path, () => tree.Remove(path, from.Kind)));
        }
        foreach (var (path, _, to) in open.Where(static step => step.To.Kind == PathKind.Folder && step.From.Kind != PathKind.Folder).OrderBy(static step => step.Path.Length))
        {
            Try(path, () => Opened(path, () => tree.MakeFolder(path, to)));
        }
        foreach (var (path, from, to) in open.Where(step => step.To.Kind is PathKind.File or PathKind.Link && !failed.ContainsKey(step.Path)))
        {
            Try(path, () => Opened(path, () =>
            {
                if (from.Kind == PathKind.File && to.Kind == PathKind.File && from.Content == to.Content)
                {
                    tree.SetMode(path, to);
                }
                else
                {
                    tree.Put(path, to);
                }
            }));
        }
        foreach (var (path, mode) in _opened)
        {
            Try(path, () =>
            {
                if (tree.See(path, Look.Facts).Kind == PathKind.Folder)
                {
                    tree.SetMode(path, mode);
                }
            });
        }
        foreach (var (path, _, to) in open.Where(step => step.To.Kind == PathKind.Folder && !failed.ContainsKey(step.Path)).OrderByDescending(static step => step.Path.Length))
        {
            Try(path, () => tree.SetMode(path, to));
        }
        return failed;
    }

    // A folder that nothing may be written into lets us in for as long as it takes.
    private void Opened(string path, Action action)
    {
        try
        {
            action();
        }
        catch (UnauthorizedAccessException) when (Path.GetDirectoryName(path) is { } folder && tree.See(folder, Look.Facts) is { Kind: PathKind.Folder } state && (state.Mode & 0xC0) != 0xC0)
        {
            tree.SetMode(folder, state with { Mode = state.Mode | 0x1C0 });
            _ = _opened.TryAdd(folder, state);
            action();
        }
    }
}
