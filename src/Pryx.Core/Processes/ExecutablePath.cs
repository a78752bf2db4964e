namespace Pryx.Core.Processes;

/// <summary>Looks a program up the way a shell would, but in the child's PATH, so that "not found" is said before anything runs.</summary>
internal static class ExecutablePath
{
    public static string? Find(string program, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        if (program.Contains('/') || Path.IsPathRooted(program))
        {
            var path = Path.GetFullPath(program, workingDirectory);
            return Candidates(path).FirstOrDefault(IsExecutable);
        }
        var folders = environment.GetValueOrDefault("PATH") is { Length: > 0 } path2 ? path2 : "/usr/local/bin:/usr/bin:/bin";
        return folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted) // A relative folder would run whatever the workspace put there.
            .SelectMany(folder => Candidates(Path.Combine(folder, program)))
            .FirstOrDefault(IsExecutable);
    }

    private static string[] Candidates(string path) =>
        OperatingSystem.IsWindows() && !Path.HasExtension(path) ? [path + ".exe", path + ".cmd", path + ".bat"] : [path];

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
