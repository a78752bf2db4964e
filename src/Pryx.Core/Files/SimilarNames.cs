namespace Pryx.Core.Files;

/// <summary>What a model may have meant by a path that does not exist.</summary>
internal static class SimilarNames
{
    private const int MaxNames = 3, MaxVisited = 20_000;

    /// <summary>Up to three paths, best first. Nothing outside the workspace is looked at: only the missing path itself was judged.</summary>
    public static IReadOnlyList<string> Find(Disk disk, WorkspacePath missing, string workspace, CancellationToken cancellationToken)
    {
        if (!missing.IsInsideWorkspace)
        {
            return [];
        }
        var name = Path.GetFileName(missing.Canonical);
        var limit = Math.Max(2, name.Length / 3);
        var top = new WorkspacePath(workspace, ".", IsInsideWorkspace: true);
        try
        {
            return
            [
                .. new FolderWalk(disk, top, workspace).Entries(cancellationToken)
                    .Where(entry => entry.Kind == FileKind.Regular)
                    .Take(MaxVisited)
                    .Select(entry => (entry.Path.Display, Distance: Distance(name, Path.GetFileName(entry.Path.Canonical)), IsBeside: Path.GetDirectoryName(entry.Path.Canonical) == Path.GetDirectoryName(missing.Canonical)))
                    // Elsewhere only the very name counts.
                    .Where(found => found.IsBeside ? found.Distance <= limit : found.Distance == 0)
                    .OrderBy(found => found.Distance).ThenBy(found => !found.IsBeside).ThenBy(found => found.Display, StringComparer.Ordinal)
                    .Take(MaxNames)
                    .Select(found => found.Display),
            ];
        }
        catch (Exception e) when (FilePlan.IsExpected(e))
        {
            return [];
        }
    }

    /// <summary>Levenshtein's, ignoring case.</summary>
    internal static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        foreach (var a in left)
        {
            var diagonal = previous[0]++;
            for (var j = 0; j < right.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(a) == char.ToLowerInvariant(right[j]) ? 0 : 1);
                diagonal = previous[j + 1];
                previous[j + 1] = Math.Min(substitution, 1 + Math.Min(previous[j], previous[j + 1]));
            }
        }
        return previous[^1];
    }
}
