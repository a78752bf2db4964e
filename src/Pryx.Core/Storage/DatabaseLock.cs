using System.Diagnostics;

namespace Pryx.Core.Storage;

/// <summary>
/// Tells whether anybody else has the database open: everybody holds a shared lock on <c>pryx.db.lock</c> that death frees,
/// and takes it exclusively while opening if he can. Only who is alone checks the file or sets it aside.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _path;
    private FileStream _file;

    private DatabaseLock(string path, FileStream file, bool isAlone)
    {
        _path = path;
        _file = file;
        IsAlone = isAlone;
    }

    public bool IsAlone { get; private set; }

    public static async Task<DatabaseLock> TakeAsync(string databasePath, CancellationToken cancellationToken)
    {
        var path = databasePath + ".lock";
        return TryLock(path, FileShare.None) is { } alone
            ? new(path, alone, isAlone: true)
            : new(path, await ShareAsync(path, cancellationToken), isAlone: false);
    }

    /// <summary>Lets others in.</summary>
    public async Task ShareAsync(CancellationToken cancellationToken)
    {
        if (IsAlone)
        {
            await _file.DisposeAsync();
            _file = await ShareAsync(_path, cancellationToken);
            IsAlone = false;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Waits for somebody who is just opening (or migrating) it.</summary>
    private static async Task<FileStream> ShareAsync(string path, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryLock(path, FileShare.Read) is { } shared)
            {
                return shared;
            }
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new IOException($"{path} stayed locked");
            }
            await Task.Delay(RetryDelay, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Null when another holds it in a way that excludes this one.</summary>
    private static FileStream? TryLock(string path, FileShare share)
    {
        try
        {
            return new FileStream(path, DatabaseFile.OptionsFor(FileMode.OpenOrCreate, FileAccess.Read, share));
        }
        catch (IOException e) when (StorageErrors.IsHeldElsewhere(e))
        {
            return null;
        }
    }
}
