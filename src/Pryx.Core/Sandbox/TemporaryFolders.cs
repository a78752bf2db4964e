namespace Pryx.Core.Sandbox;

/// <summary>A /tmp for each session, so that one command finds what the one before has put there, and no other session's.</summary>
internal sealed class TemporaryFolders(string root)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(3);
    private int _swept;

    public string Of(string session)
    {
        var path = Path.Combine(root, session);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return path;
        }
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(root, OwnerOnly);
        Directory.CreateDirectory(path, OwnerOnly);
        if (Interlocked.Exchange(ref _swept, 1) == 0)
        {
            Sweep();
        }
        return path;
    }

    // Once a process: sessions end without telling anybody.
    private void Sweep()
    {
        foreach (var folder in new DirectoryInfo(root).EnumerateDirectories())
        {
            try
            {
                if (TimeProvider.System.GetUtcNow() - folder.LastWriteTimeUtc > KeptFor)
                {
                    folder.Delete(recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Still in use, or made unwritable; the next process tries again.
            }
        }
    }
}
