using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pryx.Core.Storage;

/// <summary>Connections for reading, no more than there are cores: beyond that they only starve the writer.</summary>
internal sealed class ReaderPool(Func<StoreConnection> open) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);
    private readonly ConcurrentStack<StoreConnection> _idle = [];

    /// <summary>The whole work sees one snapshot. It runs on the caller's thread; cancelling interrupts a running query.</summary>
    public async Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            if (!_idle.TryPop(out var connection))
            {
                connection = open();
            }
            try
            {
                return Run(connection, work, cancellationToken);
            }
            finally
            {
                _idle.Push(connection);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    private static T Run<T>(StoreConnection connection, Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static state => raw.sqlite3_interrupt(((StoreConnection)state!).Handle), connection);
        try
        {
            connection.Execute("BEGIN");
            return work(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException("The query was cancelled.", e, cancellationToken);
        }
        finally
        {
            if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
            {
                connection.Execute("ROLLBACK");
            }
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
        _slots.Dispose();
    }
}
