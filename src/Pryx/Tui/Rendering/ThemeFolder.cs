namespace Pryx.Tui.Rendering;

/// <summary>A person's own themes, one file each (.yaml, .yml, .json), named as the file is.</summary>
internal static class ThemeFolder
{
    /// <summary>What could be read, and one line for each file that could not; neither where there is no folder.</summary>
    public static (IReadOnlyList<Theme> Themes, IReadOnlyList<string> Problems) Read(string folder)
    {
        var (themes, problems) = (new List<Theme>(), new List<string>());
        if (!Directory.Exists(folder))
        {
            return (themes, problems);
        }
        foreach (var file in Directory.EnumerateFiles(folder).Where(static file => Path.GetExtension(file) is ".yaml" or ".yml" or ".json").Order(StringComparer.Ordinal))
        {
            try
            {
                themes.Add(ThemeFile.Read(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)));
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                problems.Add($"{Path.GetFileName(file)}: {e.Message}");
            }
        }
        return (themes, problems);
    }
}
