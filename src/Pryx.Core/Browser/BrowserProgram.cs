namespace Pryx.Core.Browser;

/// <summary>Which browser is installed.</summary>
public static class BrowserProgram
{
    private static readonly string[] Names = ["google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome", "microsoft-edge-stable", "microsoft-edge", "brave-browser"];

    private static readonly string[] Places =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ];

    public const string HowToGet = "install Chrome or Chromium (Debian and Ubuntu: apt install chromium), or name its program in config.yaml: browser_path";

    /// <param name="configured">A path; empty looks in the usual places.</param>
    /// <param name="path">The variable PATH; null for the usual folders.</param>
    /// <returns>Null when there is none.</returns>
    public static string? Find(string configured, string? path)
    {
        if (configured.Length > 0)
        {
            return File.Exists(configured) ? configured : null;
        }
        var folders = (path is { Length: > 0 } ? path : "/usr/local/bin:/usr/bin:/bin").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted).ToList();
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Concat(Places).FirstOrDefault(File.Exists);
    }
}
