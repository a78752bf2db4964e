using System.Runtime.InteropServices;

namespace Pryx.Core.Processes;

/// <summary>Where a path really leads, through every symlink; the part that does not exist yet stays as written.</summary>
internal static class RealPath
{
    public static (string Canonical, bool IsInside) Resolve(string path, string workspace)
    {
        var canonical = Follow(Path.GetFullPath(path, workspace), depth: 0);
        var isInside = canonical == workspace || canonical.StartsWith(Path.TrimEndingDirectorySeparator(workspace) + Path.DirectorySeparatorChar, PathComparison);
        return (canonical, isInside);
    }

    private static StringComparison PathComparison =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private static string Follow(string path, int depth)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
        {
            return path;
        }
        if (depth > 40)
        {
            throw new IOException($"Too many symbolic links in '{path}'.");
        }
        var candidate = Path.Combine(Follow(parent, depth), Path.GetFileName(path));
        var link = new FileInfo(candidate).LinkTarget;
        return link is null ? candidate : Follow(Path.GetFullPath(link, Path.GetDirectoryName(candidate)!), depth + 1);
    }
}
