namespace Pryx.Host.Service;

/// <summary>
/// What install.sh (or install.ps1) has put on this machine: it leaves a list beside the executable, and what is not on the list is not ours
/// to take away.
/// </summary>
/// <param name="Files">Absolute.</param>
/// <param name="Profiles">Shell profiles that got a line for PATH.</param>
internal sealed record Installation(string Receipt, IReadOnlyList<string> Files, IReadOnlyList<string> Profiles)
{
    private const string ReceiptName = ".pryx-installed";

    /// <summary>At the end of every line that the installer has added to a shell's profile.</summary>
    public const string ProfileMark = "# pryx";

    /// <summary>This program under its first name; absolute.</summary>
    public static string Executable
    {
        get
        {
            var own = OwnExecutable.Command[^1];
            var first = Path.Combine(Path.GetDirectoryName(own)!, OperatingSystem.IsWindows() ? "pryx.exe" : "pryx");
            return File.Exists(first) ? first : own;
        }
    }

    /// <summary>Null when this program was not put here by an installer.</summary>
    public static Installation? Find() => Find(Path.GetDirectoryName(Executable)!);

    internal static Installation? Find(string folder)
    {
        var receipt = Path.Combine(folder, ReceiptName);
        if (!File.Exists(receipt))
        {
            return null;
        }
        var lines = File.ReadAllLines(receipt).Select(static line => line.Split(' ', 2)).Where(static words => words.Length == 2 && Path.IsPathFullyQualified(words[1])).ToList();
        return new(receipt, [.. lines.Where(static words => words[0] == "file").Select(static words => words[1])], [.. lines.Where(static words => words[0] == "profile").Select(static words => words[1])]);
    }

    /// <summary>Takes away what the list names.</summary>
    /// <returns>What could not be taken away, with why.</returns>
    public IReadOnlyList<string> Remove()
    {
        var left = new List<string>();
        foreach (var profile in Profiles.Where(File.Exists))
        {
            Try(profile, left, static file => File.WriteAllLines(file, [.. File.ReadAllLines(file).Where(static line => !line.TrimEnd().EndsWith(ProfileMark, StringComparison.Ordinal))]));
        }
        foreach (var file in Files)
        {
            Try(file, left, Delete);
        }
        if (left.Count == 0)
        {
            Try(Receipt, left, File.Delete);
        }
        return left;
    }

    /// <summary>Of /etc/passwd; null when nobody is called so.</summary>
    public static string? HomeOf(string user)
    {
        try
        {
            return File.ReadLines("/etc/passwd").Select(static line => line.Split(':')).FirstOrDefault(fields => fields.Length >= 6 && fields[0] == user)?[5];
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A program that runs can not be deleted on Windows, but it can be moved; what has moved is gone with the temporary files.
    private static void Delete(string file)
    {
        if (OperatingSystem.IsWindows() && File.Exists(file))
        {
            File.Move(file, Path.Combine(Path.GetTempPath(), $"pryx-removed-{Guid.NewGuid():N}"));
            return;
        }
        File.Delete(file);
    }

    private static void Try(string file, List<string> left, Action<string> act)
    {
        try
        {
            act(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            left.Add($"{file}: {e.Message}");
        }
    }
}
