namespace Pryx.Core.Tests.Background;

/// <summary>Counts processes by a word in their command line, without asking Pryx.</summary>
internal static class ProcessCount
{
    public static int Of(string word) => Directory.EnumerateDirectories("/proc").Where(static path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Count(path =>
    {
        try
        {
            return File.ReadAllText(path + "/cmdline").Contains(word, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Gone while we looked.
        }
    });
}
