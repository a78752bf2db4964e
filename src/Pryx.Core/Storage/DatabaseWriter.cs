using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pryx.Core.Storage;

/// <summary>
/// The one thread that writes. Whatever waits when it comes round is committed together: one sync to disk for all of them.
/// Every write has its own savepoint, so one that fails takes nobody with it.
/// </summary>
internal sealed class DatabaseWriter(Func<StoreConnection> open)
{
    private const int GroupLimit = 256;
    private readonly object _gate = new();
    private readonly Queue<Write> _waiting = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreConnection? _connection;
    private bool _isStarted;
    private bool _isClosed;

    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        var write = new Write<T>(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(Database));
            _waiting.Enqueue(write);
            if (!_isStarted)
            {
                _isStarted = true;
                new Thread(Run) { IsBackground = true, Name = "pryx store writer" }.Start();
            }
            Monitor.Pulse(_gate);
        }
        return write.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what is still waiting, then ends.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                Monitor.Pulse(_gate);
                if (!_isStarted)
                {
                    _ended.SetResult();
                }
            }
        }
        return _ended.Task;
    }

    private void Run()
    {
        var group = new List<Write>();
        while (TakeGroup(group))
        {
            CommitGroup(group);
            group.Clear();
        }
        _connection?.Dispose();
        _ended.SetResult();
    }

    private bool TakeGroup(List<Write> group)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_gate);
            }
            while (group.Count < GroupLimit && _waiting.TryDequeue(out var write))
            {
                // One that was cancelled while it waited is skipped.
                if (write.TryTake())
                {
                    group.Add(write);
                }
            }
            return group.Count > 0 || _waiting.Count > 0 || !_isClosed;
        }
    }

    private void CommitGroup(List<Write> group)
    {
        if (group.Count == 0)
        {
            return;
        }
        try
        {
            var connection = _connection ??= open();
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var write in group)
            {
                RunOne(connection, write);
            }
            connection.Execute("COMMIT");
        }
        catch (Exception e)
        {
            Abandon(group, e);
            return;
        }
        try
        {
            _connection.RunAfterCommit();
        }
        finally
        {
            foreach (var write in group)
            {
                write.Complete();
            }
        }
    }

    private static void RunOne(StoreConnection connection, Write write)
    {
        var hooks = connection.AfterCommitCount;
        connection.Execute("SAVEPOINT one");
        try
        {
            write.Run(connection);
        }
        catch (Exception e) when (IsInTransaction(connection))
        {
            write.Error = e;
            connection.ForgetAfterCommit(hooks);
            connection.Execute("ROLLBACK TO one");
        }
        // A full disk or a read error has already rolled the whole transaction back: then the exception leaves through CommitGroup.
        connection.Execute("RELEASE one");
    }

    private void Abandon(List<Write> group, Exception e)
    {
        if (_connection is { } connection)
        {
            connection.ForgetAfterCommit(0);
            try
            {
                if (IsInTransaction(connection))
                {
                    connection.Execute("ROLLBACK");
                }
            }
            catch (SqliteException)
            {
                // A connection that can not even roll back is of no use; closing it does.
                connection.Dispose();
                _connection = null;
            }
        }
        foreach (var write in group)
        {
            write.Error ??= e;
            write.Complete();
        }
    }

    private static bool IsInTransaction(StoreConnection connection) => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    private abstract class Write
    {
        private const int Waiting = 0, Taken = 1, Cancelled = 2;
        private int _state = Waiting;

        public Exception? Error { get; set; }

        public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

        /// <summary>True when it had not been taken: it will not run.</summary>
        protected bool TryCancel() => Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting;

        public abstract void Run(SqliteConnection connection);
        public abstract void Complete();
    }

    private sealed class Write<T>(Func<SqliteConnection, T> work) : Write
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public async Task<T> WaitAsync(CancellationToken cancellationToken)
        {
            // Once taken it is finished: a caller must not believe that nothing was stored.
            await using var registration = cancellationToken.UnsafeRegister(static (state, token) =>
            {
                var write = (Write<T>)state!;
                if (write.TryCancel())
                {
                    write._done.TrySetCanceled(token);
                }
            }, this);
            return await _done.Task;
        }

        public override void Run(SqliteConnection connection) => _result = work(connection);

        public override void Complete()
        {
            if (Error is null)
            {
                _done.TrySetResult(_result);
            }
            else
            {
                _done.TrySetException(Error);
            }
        }
    }
}
