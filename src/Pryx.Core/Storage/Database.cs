using Microsoft.Data.Sqlite;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Storage;

/// <summary>
/// The store: one SQLite file that several processes may have open at once. What <see cref="WriteAsync{T}"/> was given is on disk when its
/// task completes. Trouble with file or disk is a <see cref="PryxException"/> whose code begins with STORAGE_.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>Bytes. Below it the next long reply may find no room.</summary>
    private const long LeastSpace = 256 * 1024;

    private readonly DatabaseLock _lock;
    private readonly DatabaseWriter _writer;
    private readonly ReaderPool _readers;
    private bool _isDisposed;

    private Database(string path, TimeProvider time, DatabaseLock @lock, string? notice)
    {
        Path = path;
        Time = time;
        Notice = notice;
        _lock = @lock;
        _writer = new(() => Connect(path, isReader: false, table => OnGrown(table)));
        _readers = new(() => Connect(path, isReader: true));
    }

    public string Path { get; }
    public TimeProvider Time { get; }

    /// <summary>Hears of a table that has grown and that somebody follows, on the writer's thread, once it is durable. It must be quick and not throw.</summary>
    internal Action<string> OnGrown { get; set; } = static _ => { };

    /// <summary>What the user must be told: a damaged file was set aside, and where it is. Null on every ordinary day.</summary>
    public string? Notice { get; }

    /// <summary>Why the last write failed, while none has succeeded since. Null on every ordinary day.</summary>
    public PryxException? Trouble { get; private set; }

    /// <param name="path">Its folder is made (0700) when it does not exist.</param>
    public static Task<Database> OpenAsync(string path, TimeProvider time, CancellationToken cancellationToken) =>
        OpenAsync(path, time, Migrations.Embedded, cancellationToken);

    internal static async Task<Database> OpenAsync(string path, TimeProvider time, Migrations migrations, CancellationToken cancellationToken)
    {
        SqliteLibrary.Prepare();
        path = System.IO.Path.GetFullPath(path);
        DatabaseLock? held = null;
        try
        {
            DatabaseFile.Prepare(path);
            held = await DatabaseLock.TakeAsync(path, cancellationToken);
            var notice = OpenOrSetAside(path, time, migrations, held.IsAlone);
            await held.ShareAsync(cancellationToken);
            return new(path, time, held, notice);
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (StorageErrors.Translate(e, path) is PryxException clear && clear != e)
            {
                throw clear;
            }
            throw;
        }
    }

    /// <summary>
    /// Runs the work on the writer's thread, in a transaction it shares with whatever else waits; durable when the task completes.
    /// If it throws, its changes are undone and nobody else's. The work must be quick, and touch nothing but the connection.
    /// </summary>
    /// <param name="cancellationToken">Counts until the work has begun.</param>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _writer.RunAsync(work, cancellationToken);
            Trouble = null;
            return result;
        }
        catch (Exception e) when (Clear(e) is { } clear)
        {
            Trouble = clear as PryxException;
            throw clear;
        }
    }

    public Task WriteAsync(Action<SqliteConnection> work, CancellationToken cancellationToken) => WriteAsync(connection =>
    {
        work(connection);
        return true;
    }, cancellationToken);

    /// <summary>Runs the work on the caller's thread, on one snapshot that includes every write acknowledged before.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        try
        {
            return await _readers.RunAsync(work, cancellationToken);
        }
        catch (Exception e) when (Clear(e) is { } clear)
        {
            throw clear;
        }
    }

    /// <summary>Whether it can be written now: tries when the last write failed, and looks for room on the disk.</summary>
    /// <returns>Null when it can; else what is wrong.</returns>
    public async Task<PryxException?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (DatabaseFile.FreeSpace(Path) < LeastSpace)
        {
            return StorageErrors.NearlyFull(Path);
        }
        if (Trouble is null)
        {
            return null;
        }
        try
        {
            await WriteAsync(static connection => connection.Execute($"PRAGMA user_version = {Migrations.VersionOf(connection)}"), cancellationToken);
        }
        catch (PryxException e)
        {
            return e;
        }
        return null;
    }

    /// <summary>The full check, which reads every page: for <c>doctor</c>. Empty when the file is sound.</summary>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<string>>(connection =>
    [
        .. connection.Query("PRAGMA integrity_check", static row => row.GetString(0)).Where(static line => line != "ok"),
        .. connection.Query("PRAGMA foreign_key_check", static row => $"{row.GetString(0)} refers to a missing row of {row.GetString(2)}"),
    ], cancellationToken);

    /// <summary>A whole copy in one new file (0600) of its own, as of one moment, while others go on writing.</summary>
    /// <param name="target">Its folder exists, it does not.</param>
    /// <returns>The schema's version.</returns>
    /// <exception cref="PryxException">STORAGE_FULL and others of its kind.</exception>
    internal async Task<int> CopyAsync(string target, CancellationToken cancellationToken)
    {
        try
        {
            // Its own thread: the copy takes as long as the disk does.
            return await Task.Run(() =>
            {
                using var source = Connect(Path, isReader: true);
                BackUp(source, target);
                using var copy = new SqliteConnection(ConnectionString(target));
                copy.Open();
                // One file, and no log beside it that could be forgotten.
                copy.Execute("PRAGMA journal_mode = DELETE");
                return Migrations.VersionOf(copy);
            }, cancellationToken);
        }
        catch (Exception e) when (Clear(e) is { } clear)
        {
            throw clear;
        }
    }

    /// <summary>Finishes what was accepted, then closes; the last to close folds the log into the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        await _writer.CloseAsync();
        _readers.Dispose();
        _lock.Dispose();
    }

    private Exception? Clear(Exception e)
    {
        if (e is SqliteException sqlite && StorageErrors.IsCorrupt(sqlite))
        {
            DatabaseFile.MarkSuspect(Path);
        }
        return StorageErrors.Translate(e, Path) is var clear && clear != e ? clear : null;
    }

    private static string? OpenOrSetAside(string path, TimeProvider time, Migrations migrations, bool isAlone)
    {
        try
        {
            Bring(path, time, migrations, mustCheck: isAlone && DatabaseFile.HasLeftovers(path));
            return null;
        }
        catch (Exception e) when (e is SqliteException sqlite ? StorageErrors.IsCorrupt(sqlite) : e is DamagedException)
        {
            if (!isAlone)
            {
                throw StorageErrors.CorruptInUse(path, e);
            }
            var aside = DatabaseFile.SetAside(path, time.GetUtcNow());
            DatabaseFile.ClearSuspect(path);
            DatabaseFile.Prepare(path);
            Bring(path, time, migrations, mustCheck: false);
            return $"The database was damaged ({e.Message}). It was set aside as {aside}, and a new one was begun. "
                + $"To save what is in it: sqlite3 \"{aside}\" .recover";
        }
    }

    /// <summary>Brings the file up to date, or throws.</summary>
    private static void Bring(string path, TimeProvider time, Migrations migrations, bool mustCheck)
    {
        using var connection = Connect(path, isReader: false);
        if (mustCheck)
        {
            var trouble = connection.Text("PRAGMA quick_check(1)");
            if (trouble != "ok")
            {
                throw new DamagedException(trouble ?? "no answer");
            }
            DatabaseFile.ClearSuspect(path);
        }
        var version = Migrations.VersionOf(connection);
        if (version > migrations.Newest)
        {
            throw StorageErrors.TooNew(path, version, migrations.Newest);
        }
        if (version == migrations.Newest)
        {
            return;
        }
        if (version > 0)
        {
            BackUp(connection, DatabaseFile.BackupName(path, version, time.GetUtcNow()));
        }
        connection.Execute("PRAGMA journal_mode = WAL");
        migrations.Apply(connection);
    }

    private static void BackUp(SqliteConnection connection, string target)
    {
        DatabaseFile.Prepare(target);
        using var copy = new SqliteConnection(ConnectionString(target));
        copy.Open();
        connection.BackupDatabase(copy);
    }

    private static StoreConnection Connect(string path, bool isReader, Action<string>? onGrown = null)
    {
        var connection = new StoreConnection(ConnectionString(path)) { OnGrown = onGrown };
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = isReader
                ? "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY"
                : "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string ConnectionString(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString();

    private sealed class DamagedException(string what) : Exception(what);
}
