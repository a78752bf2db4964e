using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Pryx.Core.Storage;

/// <summary>Hand-written SQL with as little around it as possible; statements stay prepared per connection.</summary>
public static class Sql
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Rows changed.</summary>
    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Rent(connection, sql, parameters);
        try
        {
            return command.ExecuteNonQuery();
        }
        finally
        {
            Return(connection, sql, command);
        }
    }

    public static List<T> Query<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Rent(connection, sql, parameters);
        try
        {
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }
            return rows;
        }
        finally
        {
            Return(connection, sql, command);
        }
    }

    /// <summary>The first row; default when there is none.</summary>
    public static T? First<T>(this SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Rent(connection, sql, parameters);
        try
        {
            using var reader = command.ExecuteReader();
            return reader.Read() ? read(reader) : default;
        }
        finally
        {
            Return(connection, sql, command);
        }
    }

    /// <summary>The first column of the first row as a number; 0 when there is none.</summary>
    public static long Number(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        connection.First(sql, static row => row.IsDBNull(0) ? 0 : row.GetInt64(0), parameters);

    /// <summary>The first column of the first row as text; null when there is none.</summary>
    public static string? Text(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        connection.First(sql, static row => row.TextOrNull(0), parameters);

    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? NumberOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static DateTimeOffset Time(this SqliteDataReader row, int column) => ParseTime(row.GetString(column));

    public static DateTimeOffset? TimeOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    /// <summary>An amount in USD; 0 for null. Sums of REALs carry noise far below any price, which is rounded away.</summary>
    public static decimal Money(this SqliteDataReader row, int column) => row.IsDBNull(column) ? 0 : decimal.Round((decimal)row.GetDouble(column), 10);

    /// <summary>UTC with milliseconds, so that it sorts as text.</summary>
    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>Now, no finer than it is stored: what is published must equal what is read back.</summary>
    public static DateTimeOffset StoredNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }

    private static SqliteCommand Rent(SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command;
        if (connection is StoreConnection store)
        {
            command = store.Rent(sql);
        }
        else
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
        }
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, value) = parameters[i];
            if (command.Parameters.Count > i && command.Parameters[i].ParameterName == name)
            {
                command.Parameters[i].Value = value ?? DBNull.Value;
            }
            else
            {
                command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            }
        }
        return command;
    }

    private static void Return(SqliteConnection connection, string sql, SqliteCommand command)
    {
        if (connection is StoreConnection store)
        {
            store.Return(sql, command);
        }
        else
        {
            command.Dispose();
        }
    }
}
