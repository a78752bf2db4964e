namespace Pryx.Core.Files;

/// <param name="IsIgnored">By a .gitignore; such a folder is named and not entered.</param>
public sealed record WalkEntry(WorkspacePath Path, string Relative, FileKind Kind, int Depth, bool IsIgnored);

/// <summary>Everything below a folder, in the order of names. Links are named and never followed, .git is never entered.</summary>
public sealed class FolderWalk(Disk disk, WorkspacePath top, string workspace)
{
    public bool IncludesIgnored { get; init; }

    /// <summary>How deep to go: 1 is the folder's own entries.</summary>
    public int MaxDepth { get; init; } = int.MaxValue;

    /// <summary>True to name ignored entries at depth 1 instead of leaving them out.</summary>
    public bool NamesIgnoredAtTop { get; init; }

    /// <summary>Folders that could not be read, after the walk.</summary>
    public int Unreadable { get; private set; }

    /// <exception cref="IOException">The top itself can not be listed.</exception>
    public IEnumerable<WalkEntry> Entries(CancellationToken cancellationToken)
    {
        var scope = IncludesIgnored ? null : IgnoreScope.For(disk, top.Canonical, workspace);
        return Entries(disk.List(top.Canonical), "", 1, scope, cancellationToken);
    }

    private IEnumerable<WalkEntry> Entries(IReadOnlyList<FolderEntry> entries, string prefix, int depth, IgnoreScope? scope, CancellationToken cancellationToken)
    {
        foreach (var (name, kind) in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var relative = prefix + name;
            var path = top.Below(relative);
            var isGit = name == ".git";
            var isIgnored = isGit || (scope?.IsIgnored(path.Canonical, kind == FileKind.Folder) ?? false);
            if (isIgnored && !(NamesIgnoredAtTop && depth == 1))
            {
                continue;
            }
            yield return new(path, relative, kind, depth, isIgnored);
            if (kind != FileKind.Folder || isIgnored || depth >= MaxDepth || TryList(path.Canonical) is not { } below)
            {
                continue;
            }
            foreach (var entry in Entries(below, $"{relative}/", depth + 1, scope?.Enter(disk, path.Canonical), cancellationToken))
            {
                yield return entry;
            }
        }
    }

    private IReadOnlyList<FolderEntry>? TryList(string path)
    {
        try
        {
            return disk.List(path);
        }
        catch (Exception e) when (FilePlan.IsExpected(e))
        {
            Unreadable++;
            return null;
        }
    }
}
