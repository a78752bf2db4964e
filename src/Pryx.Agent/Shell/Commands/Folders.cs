namespace Pryx.Agent.Shell.Commands;

/// <summary>Where a command may run: a few folders, or null for anywhere. A <c>cd</c> that may fail leaves the old one possible.</summary>
internal static class Folders
{
    private const int Most = 4;

    /// <summary>The script's own folder.</summary>
    public static IReadOnlyList<string> Start { get; } = [""];

    public static IReadOnlyList<string>? Union(IReadOnlyList<string>? left, IReadOnlyList<string>? right)
    {
        if (ReferenceEquals(left, right))
        {
            return left;
        }
        if (left is null || right is null)
        {
            return null;
        }
        var all = left.Union(right, StringComparer.Ordinal).ToList();
        return all.Count <= Most ? all : null;
    }

    /// <summary>After <c>cd target</c>, which goes up by the names in the path and not by where links lead.</summary>
    public static IReadOnlyList<string>? Change(IReadOnlyList<string>? from, string target) => target.StartsWith('/') || target is "~" || target.StartsWith("~/", StringComparison.Ordinal)
        ? [Normalize(target)]
        : from?.Select(folder => Normalize(Join(folder, target))).Distinct(StringComparer.Ordinal).ToList();

    /// <summary>A path seen from a folder; not normalised: "link/../x" is not "x" when link leads elsewhere.</summary>
    public static string Join(string folder, string path) =>
        folder.Length == 0 || path.StartsWith('/') || path is "~" || path.StartsWith("~/", StringComparison.Ordinal) ? path
        : folder.EndsWith('/') ? folder + path : $"{folder}/{path}";

    private static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] is not (".." or "~"))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != "." && !(part == ".." && parts.Count == 0 && path[0] == '/'))
            {
                parts.Add(part);
            }
        }
        return (path[0] == '/' ? "/" : "") + string.Join('/', parts);
    }
}
