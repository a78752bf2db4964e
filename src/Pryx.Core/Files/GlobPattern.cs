namespace Pryx.Core.Files;

/// <summary>
/// What the model writes to choose files: <c>src/**/*.{cs,md}</c>. A pattern without a slash is matched against names at any
/// depth, as ripgrep's --glob does. <c>**/</c> also stands for no folder at all.
/// </summary>
public sealed class GlobPattern
{
    private const int MaxAlternatives = 256;
    private readonly List<Wildcard> _alternatives = [];

    /// <exception cref="Agent.Tools.ToolArgumentException">Too many alternatives in braces.</exception>
    public GlobPattern(string pattern)
    {
        var alternatives = new List<string>();
        Expand(pattern.StartsWith("./", StringComparison.Ordinal) ? pattern[2..] : pattern, alternatives);
        foreach (var alternative in alternatives)
        {
            _alternatives.Add(new(alternative.Contains('/') ? alternative.TrimStart('/') : $"**/{alternative}"));
        }
    }

    public bool IsMatch(string path)
    {
        foreach (var alternative in _alternatives)
        {
            if (alternative.IsMatch(path))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Splits an absolute or climbing pattern into the folder it starts from and the rest; the folder is empty for others.</summary>
    public static (string Folder, string Pattern) SplitFolder(string pattern)
    {
        if (!Path.IsPathRooted(pattern) && !pattern.StartsWith("~/", StringComparison.Ordinal) && !pattern.StartsWith("../", StringComparison.Ordinal))
        {
            return ("", pattern);
        }
        var special = pattern.AsSpan().IndexOfAny("*?[{");
        var slash = (special < 0 ? pattern : pattern[..special]).LastIndexOf('/');
        return slash < 0 ? ("", pattern) : (slash == 0 ? "/" : pattern[..slash], $"/{pattern[(slash + 1)..]}");
    }

    private static void Expand(string pattern, List<string> into)
    {
        var open = pattern.IndexOf('{');
        var close = open < 0 ? -1 : Closing(pattern, open);
        if (close < 0)
        {
            if (into.Count == MaxAlternatives)
            {
                throw new Agent.Tools.ToolArgumentException($"The pattern has more than {MaxAlternatives} alternatives. Use a simpler one.");
            }
            into.Add(pattern);
            return;
        }
        var depth = 0;
        var start = open + 1;
        for (var i = start; i <= close; i++)
        {
            if ((pattern[i] == ',' && depth == 0) || i == close)
            {
                Expand(string.Concat(pattern.AsSpan(0, open), pattern.AsSpan(start, i - start), pattern.AsSpan(close + 1)), into);
                start = i + 1;
            }
            depth += pattern[i] switch { '{' => 1, '}' => -1, _ => 0 };
        }
    }

    private static int Closing(string pattern, int open)
    {
        var depth = 0;
        for (var i = open; i < pattern.Length; i++)
        {
            depth += pattern[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }
        return -1;
    }
}
