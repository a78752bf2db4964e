using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pryx.Core.Storage;

/// <summary>Brings the schema up to date: numbered scripts embedded in this assembly, each in one transaction, counted by <c>user_version</c>.</summary>
internal sealed class Migrations(IReadOnlyList<(int Number, Func<string> Script)> scripts)
{
    public static Migrations Embedded { get; } = new(FindEmbedded());

    public int Newest => scripts.Count == 0 ? 0 : scripts[^1].Number;

    public static int VersionOf(SqliteConnection connection) => (int)connection.Number("PRAGMA user_version");

    public void Apply(SqliteConnection connection)
    {
        foreach (var (number, script) in scripts)
        {
            if (VersionOf(connection) < number)
            {
                ApplyOne(connection, number, script());
            }
        }
    }

    private static void ApplyOne(SqliteConnection connection, int number, string script)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // Another process may have been quicker.
            if (VersionOf(connection) < number)
            {
                Run(connection, script);
                Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {number}"));
            }
            connection.Execute("COMMIT");
        }
        catch
        {
            // A full disk has rolled it back already.
            if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
            {
                connection.Execute("ROLLBACK");
            }
            throw;
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // Loops, not a query: every start comes through here, and generic code over value types is compiled anew each time.
    private static (int, Func<string>)[] FindEmbedded()
    {
        var names = Array.FindAll(typeof(Migrations).Assembly.GetManifestResourceNames(), static name => name.EndsWith(".sql", StringComparison.Ordinal));
        Array.Sort(names, StringComparer.Ordinal); // Four digits each: the order of the names is that of the numbers.
        var found = new (int, Func<string>)[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            found[i] = (int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), () => ReadResource(typeof(Migrations).Assembly, name));
        }
        return found;
    }

    private static string ReadResource(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
