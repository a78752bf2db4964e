using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;

namespace Pryx.Core.Costs;

/// <param name="CostUsd">Of the calls whose price was known.</param>
/// <param name="UnpricedCalls">How many calls the cost leaves out.</param>
public sealed record CostSum(decimal CostUsd, long Calls, long UnpricedCalls, long InputTokens, long OutputTokens, long CachedTokens);

/// <param name="Model">As <c>provider/model</c>.</param>
public sealed record ModelCost(string Model, CostSum Sum);

/// <param name="Date">The UTC day, yyyy-MM-dd.</param>
public sealed record DayCost(string Date, CostSum Sum);

/// <summary>What was spent, by model and by day.</summary>
public sealed class UsageReports(Database database)
{
    private const string Sums = "COALESCE(SUM(cost_usd), 0), COUNT(*), COUNT(*) - COUNT(cost_usd), COALESCE(SUM(tokens_in), 0), COALESCE(SUM(tokens_out), 0), COALESCE(SUM(tokens_cached), 0)";

    /// <param name="since">UTC; null for everything.</param>
    public Task<CostSum> SumAsync(DateTimeOffset? since, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.First($"SELECT {Sums} FROM usage WHERE $since IS NULL OR created_at >= $since", static row => ReadSum(row, 0), ("$since", since is { } time ? Sql.FormatTime(time) : null))!,
        cancellationToken);

    /// <summary>The dearest first.</summary>
    /// <param name="session">Null for all.</param>
    public Task<IReadOnlyList<ModelCost>> ByModelAsync(SessionId? session, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ModelCost>>(
        connection => connection.Query(
            $"SELECT provider || '/' || model, {Sums} FROM usage WHERE $session IS NULL OR session_id = $session GROUP BY provider, model ORDER BY 2 DESC, 3 DESC",
            static row => new ModelCost(row.GetString(0), ReadSum(row, 1)), ("$session", session?.ToString())),
        cancellationToken);

    /// <summary>Days on which something was used, the oldest first.</summary>
    public Task<IReadOnlyList<DayCost>> ByDayAsync(DateTimeOffset since, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DayCost>>(
        connection => connection.Query(
            $"SELECT substr(created_at, 1, 10), {Sums} FROM usage WHERE created_at >= $since GROUP BY 1 ORDER BY 1",
            static row => new DayCost(row.GetString(0), ReadSum(row, 1)), ("$since", Sql.FormatTime(since))),
        cancellationToken);

    /// <summary>Whether there is, or was, such a session.</summary>
    public Task<bool> KnowsAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $id) OR EXISTS (SELECT 1 FROM usage WHERE session_id = $id)", ("$id", session.ToString())) == 1,
        cancellationToken);

    private static CostSum ReadSum(SqliteDataReader row, int at) =>
        new(row.Money(at), row.GetInt64(at + 1), row.GetInt64(at + 2), row.GetInt64(at + 3), row.GetInt64(at + 4), row.GetInt64(at + 5));
}
