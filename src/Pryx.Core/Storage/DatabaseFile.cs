using System.Globalization;

namespace Pryx.Core.Storage;

/// <summary>The database as files: <c>pryx.db</c> with its <c>-wal</c> and <c>-shm</c>.</summary>
internal static class DatabaseFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes folder (0700) and file (0600) where they are missing. SQLite gives the other files the mode of the first.</summary>
    public static void Prepare(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            CreatePrivateDirectory(directory);
        }
        if (!File.Exists(path))
        {
            using var created = new FileStream(path, OptionsFor(FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite));
        }
        else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    public static void CreatePrivateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    public static FileStreamOptions OptionsFor(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode is not FileMode.Open)
        {
            options.UnixCreateMode = OwnerOnly;
        }
        return options;
    }

    /// <summary>A write-ahead log outlives only a process that died: the last one to close the database removes it.</summary>
    public static bool HasLeftovers(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 } || File.Exists(SuspectMark(path));

    /// <summary>Has the next open check the file.</summary>
    public static void MarkSuspect(string path)
    {
        try
        {
            using var mark = new FileStream(SuspectMark(path), OptionsFor(FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here is reported anyway; without the mark only the automatic check is missed.
        }
    }

    /// <summary>Bytes this user may still write beside the file; as many as there are when nobody can say.</summary>
    public static long FreeSpace(string path)
    {
        try
        {
            var drive = new DriveInfo(Path.GetDirectoryName(path)!);
            return drive.TotalSize == 0 ? long.MaxValue : drive.AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    public static void ClearSuspect(string path) => File.Delete(SuspectMark(path));

    /// <summary>Moves a damaged database out of the way, whole; returns where it is now.</summary>
    public static string SetAside(string path, DateTimeOffset now)
    {
        var aside = FreeName($"{path}.corrupt-{Stamp(now)}");
        // The log first: should the move be cut short, no new database can meet an old log.
        foreach (var suffix in (ReadOnlySpan<string>)["-wal", "-shm", ""])
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, aside + suffix);
            }
        }
        return aside;
    }

    public static string BackupName(string path, int version, DateTimeOffset now) => FreeName($"{path}.backup-v{version}-{Stamp(now)}");

    private static string SuspectMark(string path) => path + ".suspect";

    private static string Stamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string FreeName(string wanted)
    {
        var name = wanted;
        for (var i = 2; File.Exists(name); i++)
        {
            name = $"{wanted}-{i}";
        }
        return name;
    }
}
