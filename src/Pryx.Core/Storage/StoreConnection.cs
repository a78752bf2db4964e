using Microsoft.Data.Sqlite;

namespace Pryx.Core.Storage;

/// <summary>A connection that keeps its prepared statements, and what is to happen once its transaction is durable.</summary>
internal sealed class StoreConnection(string connectionString) : SqliteConnection(connectionString)
{
    private readonly Dictionary<string, SqliteCommand> _idle = [];
    private readonly List<Action> _afterCommit = [];

    /// <summary>A statement for exclusive use until it is given back: the same text may be run while an outer one is being read.</summary>
    public SqliteCommand Rent(string sql)
    {
        if (_idle.Remove(sql, out var command))
        {
            return command;
        }
        command = CreateCommand();
        command.CommandText = sql;
        return command;
    }

    public void Return(string sql, SqliteCommand command)
    {
        if (!_idle.TryAdd(sql, command))
        {
            command.Dispose();
        }
    }

    /// <summary>What a slice keeps with this connection.</summary>
    public object? Kept { get; set; }

    /// <summary>Hears, once it is durable, that a table that somebody follows has grown.</summary>
    public Action<string>? OnGrown { get; init; }

    public void Grew(string table)
    {
        if (OnGrown is not null)
        {
            AfterCommit(() => OnGrown(table));
        }
    }

    public int AfterCommitCount => _afterCommit.Count;

    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>Drops what a write asked for that was rolled back.</summary>
    public void ForgetAfterCommit(int keep) => _afterCommit.RemoveRange(keep, _afterCommit.Count - keep);

    public void RunAfterCommit()
    {
        foreach (var action in _afterCommit)
        {
            action();
        }
        _afterCommit.Clear();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var command in _idle.Values)
            {
                command.Dispose();
            }
            _idle.Clear();
        }
        base.Dispose(disposing);
    }
}
