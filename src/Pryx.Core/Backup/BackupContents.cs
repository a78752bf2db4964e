using Pryx.Core.Configuration;

namespace Pryx.Core.Backup;

/// <summary>Which files of the data directory belong into a backup: what the user has made, and nothing that is secret, of this machine, or can be made again.</summary>
internal static class BackupContents
{
    /// <summary>Where backups lie.</summary>
    public const string Folder = "backups";

    // Of this machine or this moment, or made again when it is missing.
    private static readonly HashSet<string> _left = new(StringComparer.Ordinal)
    {
        "runtime.port", "metadata.json", "daemon.lock", "core.token", "vault.json", "vault.key", "keychain.json", "auth.json", "cache", "logs", "tool-output", "exports", Folder, "sandbox", "fetched", "browser", "run",
    };

    // Only with sessions: they are nothing without the database.
    private static readonly HashSet<string> _ofSessions = new(StringComparer.Ordinal) { "archive", "checkpoints" };

    /// <summary>Names at the top of the data directory that a backup may hold.</summary>
    public static bool Holds(string top, bool withSessions) =>
        !_left.Contains(top) && (withSessions || !_ofSessions.Contains(top)) && !top.StartsWith("pryx.db", StringComparison.Ordinal) && !top.StartsWith("before-", StringComparison.Ordinal)
        && !top.StartsWith("restoring-", StringComparison.Ordinal) && !top.EndsWith(".lock", StringComparison.Ordinal) && !top.EndsWith(".tmp", StringComparison.Ordinal) && !top.EndsWith(".draft", StringComparison.Ordinal) && top is not (BackupManifest.Name or BackupManifest.Secrets);

    /// <summary>Every file, as its path below the data directory with forward slashes, in order. Links are left where they are: what they lead to is not Pryx's.</summary>
    public static IReadOnlyList<string> Of(PryxPaths paths, bool withSessions)
    {
        var found = new List<string>();
        if (!Directory.Exists(paths.Data))
        {
            return found;
        }
        foreach (var entry in new DirectoryInfo(paths.Data).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null && Holds(entry.Name, withSessions)))
        {
            if (entry is DirectoryInfo folder)
            {
                found.AddRange(folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false })
                    .Where(static file => !file.Name.EndsWith(".lock", StringComparison.Ordinal) && !file.Name.EndsWith(".tmp", StringComparison.Ordinal))
                    .Select(file => Path.GetRelativePath(paths.Data, file.FullName).Replace('\\', '/')));
            }
            else if (OperatingSystem.IsWindows() || (entry.Attributes & FileAttributes.Device) == 0)
            {
                found.Add(entry.Name);
            }
        }
        found.Sort(StringComparer.Ordinal);
        return found;
    }
}
