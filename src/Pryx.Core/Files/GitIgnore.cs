namespace Pryx.Core.Files;

/// <summary>The rules of one .gitignore (gitignore(5)).</summary>
public sealed class GitIgnore
{
    private readonly List<Rule> _rules = [];

    public static GitIgnore Parse(string text)
    {
        var ignore = new GitIgnore();
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            if (Rule.Parse(line.EndsWith('\r') ? line[..^1] : line) is { } rule)
            {
                ignore._rules.Add(rule);
            }
        }
        return ignore;
    }

    /// <summary>What the last matching rule says; null when none matches.</summary>
    /// <param name="path">Relative to the folder of the .gitignore, with forward slashes.</param>
    public bool? IsIgnored(string path, bool isFolder)
    {
        for (var i = _rules.Count - 1; i >= 0; i--)
        {
            if (_rules[i].IsMatch(path, isFolder))
            {
                return !_rules[i].IsNegated;
            }
        }
        return null;
    }

    /// <param name="Name">Set for a pattern without a slash: it is matched against the last name only.</param>
    private sealed record Rule(string? Name, Wildcard? Anchored, bool IsFolderOnly, bool IsNegated)
    {
        public static Rule? Parse(string line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                return null;
            }
            line = TrimSpaces(line);
            var isNegated = line.StartsWith('!');
            line = isNegated ? line[1..] : line;
            var isFolderOnly = line.EndsWith('/');
            line = isFolderOnly ? line[..^1] : line;
            if (line.Length == 0)
            {
                return null;
            }
            return line.Contains('/')
                ? new(null, new(line[0] == '/' ? line[1..] : line), isFolderOnly, isNegated)
                : new(line, null, isFolderOnly, isNegated);
        }

        public bool IsMatch(string path, bool isFolder) =>
            (isFolder || !IsFolderOnly) && (Anchored?.IsMatch(path) ?? Wildcard.IsNameMatch(Name!, path[(path.LastIndexOf('/') + 1)..]));

        private static string TrimSpaces(string line)
        {
            var end = line.Length;
            while (end > 0 && line[end - 1] == ' ' && (end < 2 || line[end - 2] != '\\'))
            {
                end--;
            }
            return line[..end];
        }
    }
}
