namespace Pryx.Core.Sandbox;

/// <summary>Ordered: of two that name the same path the later kind wins.</summary>
internal enum MountKind
{
    Visible,
    Writable,
    Protected,
    Hidden,
}

/// <summary>One path as the child shall see it.</summary>
internal readonly record struct Mount(string Path, MountKind Kind)
{
    /// <summary>A profile as mounts, outermost first: each covers what the ones before it have left there.</summary>
    public static IReadOnlyList<Mount> Of(SandboxProfile profile)
    {
        var kinds = new Dictionary<string, MountKind>(StringComparer.Ordinal);
        void Add(string path, MountKind kind)
        {
            // The root itself is read-only whatever a profile says: a workspace of "/" would be no boundary at all.
            if (path != "/" && (!kinds.TryGetValue(path, out var other) || other < kind))
            {
                kinds[path] = kind;
            }
        }
        foreach (var path in profile.Visible)
        {
            Add(path, MountKind.Visible);
        }
        foreach (var path in profile.Writable)
        {
            Add(path, MountKind.Writable);
        }
        foreach (var path in profile.Protected)
        {
            Add(path, MountKind.Protected);
            // A folder that holds a mount can be renamed, and a new one put in its place; a mount itself can not.
            for (var parent = System.IO.Path.GetDirectoryName(path); parent is not null && profile.Writable.Any(root => IsBelow(parent, root)); parent = System.IO.Path.GetDirectoryName(parent))
            {
                Add(parent, MountKind.Writable);
            }
        }
        foreach (var path in profile.Hidden)
        {
            Add(path, MountKind.Hidden);
        }
        return [.. kinds.Select(pair => new Mount(pair.Key, pair.Value)).OrderBy(mount => mount.Path.Count(character => character == '/')).ThenBy(mount => mount.Path, StringComparer.Ordinal)];
    }

    internal static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path.StartsWith(folder, StringComparison.Ordinal) && (folder == "/" || path[folder.Length] == '/');
}
