namespace Pryx.Agent.Policy;

/// <summary>
/// A glob over canonical paths: <c>*</c> and <c>?</c> stay within a segment, <c>**</c> spans segments, a trailing slash means everything below.
/// Relative patterns are relative to the workspace and never leave it; <c>~/</c> is the home folder.
/// </summary>
internal sealed class PathPattern
{
    private readonly string[] _segments;
    private readonly bool _isAbsolute;
    private readonly bool _isBelowHome;

    private PathPattern(string[] segments, bool isAbsolute, bool isBelowHome) =>
        (_segments, _isAbsolute, _isBelowHome) = (segments, isAbsolute, isBelowHome);

    /// <summary>True when it names one path and no more.</summary>
    public bool IsExact => !Array.Exists(_segments, static segment => segment.AsSpan().ContainsAny('*', '?'));

    public static PathPattern? Parse(string text, out string? error)
    {
        var pattern = OperatingSystem.IsWindows() ? text.Replace('\\', '/') : text;
        error = null;
        if (pattern.Contains('\0'))
        {
            error = "a path has no NUL character";
            return null;
        }
        var isBelowHome = pattern == "~" || pattern.StartsWith("~/", StringComparison.Ordinal);
        pattern = isBelowHome ? pattern[1..] : pattern;
        if (pattern.EndsWith('/'))
        {
            pattern += "**";
        }
        var isAbsolute = !isBelowHome && Path.IsPathFullyQualified(pattern);
        var segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".").ToArray();
        if (segments.Contains(".."))
        {
            error = "'..' is not allowed in a path pattern; write the folder itself";
            return null;
        }
        if (segments.Any(segment => segment.Length > 2 && segment.Contains("**", StringComparison.Ordinal)))
        {
            error = "'**' must stand alone between slashes, as in 'src/**/*.cs'";
            return null;
        }
        if (segments.Length == 0)
        {
            error = "the path pattern is empty";
            return null;
        }
        return new(segments, isAbsolute, isBelowHome);
    }

    /// <param name="path">Canonical; anything else matches nothing.</param>
    public bool Covers(ReadOnlySpan<char> path, ReadOnlySpan<char> workspace, ReadOnlySpan<char> home)
    {
        if (!PathText.IsCanonical(path))
        {
            return false;
        }
        if (_isAbsolute)
        {
            return MatchesSegments(path);
        }
        var root = _isBelowHome ? home : workspace;
        return !root.IsEmpty && PathText.IsWithin(path, root, PathText.Comparison) && MatchesSegments(path[root.TrimEnd('/').Length..]);
    }

    // Only the last '**' ever needs to be reconsidered, so this is linear in the number of segments.
    private bool MatchesSegments(ReadOnlySpan<char> path)
    {
        var pattern = 0;
        var at = 0;
        int starPattern = -1, starAt = 0;
        while (true)
        {
            var hasSegment = NextSegment(path, at, out var segment, out var next);
            if (pattern < _segments.Length && _segments[pattern] == "**")
            {
                (starPattern, starAt) = (pattern++, at);
                continue;
            }
            if (!hasSegment && pattern == _segments.Length)
            {
                return true;
            }
            if (hasSegment && pattern < _segments.Length && MatchesSegment(segment, _segments[pattern]))
            {
                (pattern, at) = (pattern + 1, next);
                continue;
            }
            if (starPattern < 0 || !NextSegment(path, starAt, out _, out starAt))
            {
                return false;
            }
            (pattern, at) = (starPattern + 1, starAt);
        }
    }

    private static bool NextSegment(ReadOnlySpan<char> path, int at, out ReadOnlySpan<char> segment, out int next)
    {
        while (at < path.Length && PathText.IsSeparator(path[at]))
        {
            at++;
        }
        next = at;
        while (next < path.Length && !PathText.IsSeparator(path[next]))
        {
            next++;
        }
        segment = path[at..next];
        return next > at;
    }

    private static bool MatchesSegment(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int t = 0, p = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || text.Slice(t, 1).Equals(pattern.Slice(p, 1), PathText.Comparison)))
            {
                (t, p) = (t + 1, p + 1);
            }
            else if (star >= 0)
            {
                (t, p) = (++mark, star + 1);
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }
        return p == pattern.Length;
    }
}
