namespace Pryx.Core.Sandbox;

/// <summary>
/// A file that this process holds locked for as long as it lives; death frees it. bubblewrap asks the kernel to be killed with its parent
/// only at the end of its own preparations: should we die before that, nobody would tell it. So a process inside waits for the lock, and
/// ends all the others when it gets it. Looking once would not do: the thread that started bubblewrap may be gone before the lock is.
/// </summary>
internal sealed class AliveFile
{
    public const string PathInside = "/dev/pryx-alive";

    // Open until the end of the process, and no child inherits it.
    private readonly FileStream _held;

    private AliveFile(FileStream held) => _held = held;

    public string Path => _held.Name;

    /// <param name="folder">Exists; files of processes that are gone are taken away.</param>
    public static AliveFile Hold(string folder)
    {
        foreach (var other in Directory.EnumerateFiles(folder, "alive-*"))
        {
            try
            {
                using var free = Open(other, FileMode.Open);
                File.Delete(other);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its process lives.
            }
        }
        return new(Open(System.IO.Path.Combine(folder, $"alive-{Guid.NewGuid().ToString("N")[..8]}"), FileMode.CreateNew));
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && mode == FileMode.CreateNew)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return new(path, options);
    }
}
