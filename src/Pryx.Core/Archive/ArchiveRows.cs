using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Pryx.Core.Archive;

/// <summary>Rows of any table as lines of JSON and back, every value with its type and to the last bit.</summary>
internal static class ArchiveRows
{
    /// <summary>What belongs to a session alone and is only read with it, in an order in which it may be put back.</summary>
    public static IReadOnlyList<(string Table, string Key)> Tables { get; } = [("items", "seq"), ("tool_calls", "rowid"), ("events", "version")];

    /// <returns>How many rows.</returns>
    public static long Write(SqliteConnection connection, string table, string key, string session, Stream to)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {table} WHERE session_id = $session ORDER BY {key}";
        command.Parameters.AddWithValue("$session", session);
        using var row = command.ExecuteReader();
        using var line = new MemoryStream();
        WriteLine(to, line, json =>
        {
            json.WriteStartObject();
            json.WriteString("table", table);
            json.WriteStartArray("columns");
            for (var i = 0; i < row.FieldCount; i++)
            {
                json.WriteStringValue(row.GetName(i));
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
        var count = 0L;
        while (row.Read())
        {
            count++;
            WriteLine(to, line, json =>
            {
                json.WriteStartArray();
                for (var i = 0; i < row.FieldCount; i++)
                {
                    WriteValue(json, row, i);
                }
                json.WriteEndArray();
            });
        }
        return count;
    }

    /// <param name="columns">As the file has them: those of the table then.</param>
    public static void Insert(SqliteConnection connection, string table, IReadOnlyList<string> columns, JsonElement row)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"INSERT INTO {table} ({string.Join(", ", columns.Select(static name => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))}) VALUES ({string.Join(", ", columns.Select(static (_, i) => $"$v{i}"))})";
        var at = 0;
        foreach (var value in row.EnumerateArray())
        {
            command.Parameters.AddWithValue($"$v{at++}", ValueOf(value));
        }
        command.ExecuteNonQuery();
    }

    public static void WriteLine(Stream to, MemoryStream line, Action<Utf8JsonWriter> write)
    {
        line.SetLength(0);
        using (var json = new Utf8JsonWriter(line))
        {
            write(json);
        }
        line.WriteByte((byte)'\n');
        to.Write(line.GetBuffer(), 0, (int)line.Length);
    }

    private static void WriteValue(Utf8JsonWriter json, SqliteDataReader row, int column)
    {
        switch (row.GetValue(column))
        {
            case DBNull:
                json.WriteNullValue();
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double real:
                // A number without a point would come back as another type.
                json.WriteStartObject();
                json.WriteString("r", real.ToString("R", CultureInfo.InvariantCulture));
                json.WriteEndObject();
                break;
            case byte[] bytes:
                json.WriteStartObject();
                json.WriteBase64String("b", bytes);
                json.WriteEndObject();
                break;
            case var text:
                json.WriteStringValue(Encoding.UTF8.GetBytes((string)text));
                break;
        }
    }

    private static object ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => DBNull.Value,
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.String => value.GetString()!,
        _ when value.TryGetProperty("r", out var real) => double.Parse(real.GetString()!, CultureInfo.InvariantCulture),
        _ => value.GetProperty("b").GetBytesFromBase64(),
    };
}
