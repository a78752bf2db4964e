namespace Pryx.Core.Workspaces;

/// <summary>Finds AGENTS.md and CLAUDE.md: those that hold for the working folder, and those further down.</summary>
public static class InstructionFiles
{
    public static IReadOnlyList<string> Names { get; } = ["AGENTS.md", "CLAUDE.md"];

    // A search must not turn the start of a turn in a home folder into a walk over the disk.
    private const int MaxFolders = 2_000;
    private const int MaxNested = 50;
    private const int MaxDepth = 6;

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase) { "node_modules", "bin", "obj", "target", "dist", "build", "vendor", "artifacts", "__pycache__", "venv" };

    /// <summary>The repository's root (the nearest folder upward with .git), or the folder itself where there is none.</summary>
    public static string RootOf(string workspace)
    {
        for (var folder = new DirectoryInfo(workspace); folder is not null; folder = folder.Parent)
        {
            if (Path.Exists(Path.Combine(folder.FullName, ".git")))
            {
                return folder.FullName;
            }
        }
        return workspace;
    }

    /// <summary>From the root down to the working folder, the nearest last. A link that leads out of the root is not followed.</summary>
    public static IReadOnlyList<string> OnPath(string workspace)
    {
        var root = RootOf(workspace);
        var folders = new List<string>();
        for (var folder = new DirectoryInfo(workspace); folder is not null; folder = folder.Parent)
        {
            folders.Add(folder.FullName);
            if (folder.FullName == root)
            {
                break;
            }
        }
        folders.Reverse();
        return [.. from folder in folders from name in Names let path = Path.Combine(folder, name) where IsOwnFile(path, root) select path];
    }

    /// <summary>Paths below the working folder, relative to it, sorted; their text is left for the model to read.</summary>
    public static IReadOnlyList<string> Below(string workspace, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var waiting = new Queue<(DirectoryInfo Folder, int Depth)>();
        waiting.Enqueue((new(workspace), 0));
        for (var seen = 0; waiting.TryDequeue(out var next) && seen < MaxFolders && found.Count < MaxNested; seen++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var folder in Folders(next.Folder))
            {
                found.AddRange(Names.Select(name => Path.Combine(folder.FullName, name)).Where(File.Exists).Select(path => Path.GetRelativePath(workspace, path)));
                if (next.Depth + 1 < MaxDepth)
                {
                    waiting.Enqueue((folder, next.Depth + 1));
                }
            }
        }
        found.Sort(StringComparer.Ordinal);
        return found.Count > MaxNested ? found[..MaxNested] : found;
    }

    private static List<DirectoryInfo> Folders(DirectoryInfo folder)
    {
        try
        {
            return [.. folder.EnumerateDirectories().Where(child => child.LinkTarget is null && !child.Name.StartsWith('.') && !Skipped.Contains(child.Name)).OrderBy(child => child.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder nobody may list brings nothing.
            return [];
        }
    }

    private static bool IsOwnFile(string path, string root)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return false;
        }
        if (file.LinkTarget is null)
        {
            return true;
        }
        var target = file.ResolveLinkTarget(returnFinalTarget: true);
        return target is { Exists: true } && target.FullName.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
