namespace Pryx.Agent.Policy;

/// <summary>Comparing canonical paths as text.</summary>
internal static class PathText
{
    public static StringComparison Comparison { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public static bool IsSeparator(char c) => c == '/' || c == Path.DirectorySeparatorChar;

    /// <summary>The root itself or anything below it.</summary>
    public static bool IsWithin(ReadOnlySpan<char> path, ReadOnlySpan<char> root, StringComparison comparison)
    {
        root = root.Length > 1 ? root.TrimEnd('/') : root;
        if (root.IsEmpty || !path.StartsWith(root, comparison))
        {
            return false;
        }
        return path.Length == root.Length || IsSeparator(root[^1]) || IsSeparator(path[root.Length]);
    }

    /// <summary>Absolute and without a segment that would lead elsewhere; what is not, no rule can vouch for.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> path)
    {
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0'))
        {
            return false;
        }
        foreach (var range in path.SplitAny('/', Path.DirectorySeparatorChar))
        {
            if (path[range] is "." or "..")
            {
                return false;
            }
        }
        return true;
    }
}
