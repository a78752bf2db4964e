using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>One daemon to a data directory: a file it keeps locked, which the system lets go when it dies.</summary>
internal sealed class DaemonLock : IDisposable
{
    /// <summary>Longer than a daemon takes to end: one that no longer announces itself is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(10);
    private readonly FileStream _file;

    private DaemonLock(FileStream file) => _file = file;

    /// <exception cref="PryxException">ALREADY_RUNNING; STORAGE_… when the folder can not be used.</exception>
    public static async Task<DaemonLock> TakeAsync(PryxPaths paths, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (TryTake(paths) is { } file)
            {
                return new(file);
            }
            var running = Announcement.Read(paths);
            if (running is not null || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new PryxException(
                    "ALREADY_RUNNING",
                    running is null ? $"Another Pryx that uses {paths.Data} is just starting." : $"Pryx is already running at {running.Url} (pid {running.Pid}).",
                    "use that one, end it first, or give this one a folder of its own with PRYX_DATA_DIR");
            }
            await Task.Delay(RetryDelay, TimeProvider.System, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStream? TryTake(PryxPaths paths)
    {
        try
        {
            return new FileStream(Path.Combine(paths.Data, "daemon.lock"), DatabaseFile.OptionsFor(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (StorageErrors.IsHeldElsewhere(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, paths.Data);
        }
    }
}
