using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;

namespace Pryx.Core.Tests.Costs;

/// <summary>The table itself, as an outsider reads it.</summary>
internal static class UsageRows
{
    public static IReadOnlyList<string?> Errors(SqliteConnection connection) => connection.Query("SELECT error FROM usage ORDER BY rowid", static row => row.TextOrNull(0));
}
