namespace Pryx.Core.Sandbox;

/// <summary>What a git configuration takes from elsewhere and runs or obeys: the folder of hooks and the files it includes. In a working tree they look like any other file.</summary>
internal static class GitReferences
{
    private const long MaxConfig = 256 * 1024;

    /// <param name="config">A file; missing ones say nothing.</param>
    /// <param name="workingTree">What a relative folder of hooks belongs to.</param>
    /// <returns>Absolute paths, whether there or not.</returns>
    public static IReadOnlyList<string> Of(string config, string workingTree, string home)
    {
        var found = new List<string>();
        try
        {
            if (new FileInfo(config) is not { Exists: true, Length: <= MaxConfig })
            {
                return [];
            }
            var section = "";
            foreach (var text in File.ReadLines(config))
            {
                var line = text.Trim();
                if (line.StartsWith('[') && line.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
                {
                    section = line[1..end].Split(' ', '.', '"')[0].ToLowerInvariant();
                    line = line[(end + 1)..].Trim();
                }
                if (line.Split('=', 2) is not [var key, var value])
                {
                    continue;
                }
                var folder = (section, key.Trim().ToLowerInvariant()) switch
                {
                    ("core", "hookspath") => workingTree,
                    ("include" or "includeif", "path") => Path.GetDirectoryName(config),
                    _ => null,
                };
                value = value.Split(" #")[0].Split(" ;")[0].Trim().Trim('"');
                if (folder is not null && value.Length > 0 && !value.Contains('\0', StringComparison.Ordinal))
                {
                    found.Add(Path.GetFullPath(value.StartsWith("~/", StringComparison.Ordinal) ? home + value[1..] : Path.Combine(folder, value)));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody reads it then, git neither.
        }
        return found;
    }
}
