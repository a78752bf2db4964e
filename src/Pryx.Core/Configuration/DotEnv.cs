namespace Pryx.Core.Configuration;

/// <summary>
/// The .env of the working folder. It never overrides a variable that is already set, and what would redirect Pryx or a child
/// (base URLs, PRYX_*, search paths, proxies, loader settings) is taken only from a trusted folder.
/// </summary>
/// <param name="Variables">What may be used.</param>
/// <param name="Notes">For the user: what was left out and why, names and line numbers only.</param>
public sealed record DotEnv(IReadOnlyDictionary<string, string> Variables, IReadOnlyList<string> Notes)
{
    private const long LongestFile = 1024 * 1024;

    public static DotEnv Empty { get; } = new(new Dictionary<string, string>(), []);

    /// <summary>A missing file is empty; one that can not be read is empty with a note.</summary>
    public static DotEnv Load(string folder, bool isTrusted)
    {
        var file = new FileInfo(Path.Combine(folder, ".env"));
        if (!file.Exists)
        {
            return Empty;
        }
        try
        {
            return file.Length > LongestFile
                ? Empty with { Notes = [$"{file.FullName} is larger than 1 MB and was ignored."] }
                : Parse(File.ReadAllText(file.FullName), isTrusted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Empty with { Notes = [$"{file.FullName} can not be read and was ignored: {e.Message}"] };
        }
    }

    public static DotEnv Parse(string text, bool isTrusted)
    {
        var variables = DotEnvParser.Parse(text, out var unreadable);
        var notes = unreadable.Select(line => $".env line {line} can not be read and was ignored.").ToList();
        if (!isTrusted)
        {
            var ignored = variables.Keys.Where(VariableNames.Redirects).Order(StringComparer.Ordinal).ToArray();
            foreach (var name in ignored)
            {
                variables.Remove(name);
            }
            if (ignored.Length > 0)
            {
                notes.Add($".env of an untrusted folder: {string.Join(", ", ignored)} ignored.");
            }
        }
        return new(variables, notes);
    }
}
