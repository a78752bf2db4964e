using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Costs;

namespace Pryx.Core.Costs;

/// <summary>What was spent, by model, session, day and month. Days and months are UTC.</summary>
public sealed class UsageReports(Database database)
{
    private const string Sums =
        """
        COALESCE(SUM(cost_usd), 0), COUNT(*), COUNT(*) - COUNT(cost_usd), COALESCE(SUM(tokens_in * (1 - is_estimate)), 0), COALESCE(SUM(tokens_out * (1 - is_estimate)), 0),
        COALESCE(SUM(tokens_cached * (1 - is_estimate)), 0), COALESCE(SUM(tokens_cache_write * (1 - is_estimate)), 0), COALESCE(SUM(tokens_reasoning * (1 - is_estimate)), 0),
        COALESCE(SUM(estimated_usd), 0), COALESCE(SUM(is_estimate), 0), COALESCE(SUM((tokens_in + tokens_out) * is_estimate), 0)
        """;

    /// <param name="session">Null for all.</param>
    /// <param name="since">UTC; null for everything.</param>
    public Task<CostSum> SumAsync(SessionId? session, DateTimeOffset? since, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.First(
            $"SELECT {Sums} FROM usage WHERE ($since IS NULL OR created_at >= $since) AND ($session IS NULL OR session_id = $session)", static row => ReadSum(row, 0), Of(session, since))!,
        cancellationToken);

    /// <summary>The dearest first.</summary>
    /// <param name="session">Null for all.</param>
    /// <param name="since">UTC; null for everything.</param>
    public Task<IReadOnlyList<ModelCost>> ByModelAsync(SessionId? session, DateTimeOffset? since, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ModelCost>>(
        connection => connection.Query(
            $"""
            SELECT provider || '/' || model, {Sums} FROM usage WHERE ($since IS NULL OR created_at >= $since) AND ($session IS NULL OR session_id = $session)
            GROUP BY provider, model ORDER BY 2 DESC, 3 DESC
            """,
            static row => new ModelCost(row.GetString(0), ReadSum(row, 1)), Of(session, since)),
        cancellationToken);

    /// <summary>By the name of the agents that turns have called, the dearest first; those that were deleted with their session are not among them.</summary>
    /// <param name="session">Only those that this session called; null for all.</param>
    /// <param name="since">UTC; null for everything.</param>
    public Task<IReadOnlyList<AgentCost>> ByAgentAsync(SessionId? session, DateTimeOffset? since, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AgentCost>>(
        connection => connection.Query(
            $"""
            SELECT a.name, COUNT(DISTINCT a.id), {Sums} FROM (SELECT id, turn_id, parent_session_id, COALESCE(name, 'general') AS name FROM agents) a JOIN usage ON usage.turn_id = a.turn_id
            WHERE ($since IS NULL OR usage.created_at >= $since) AND ($session IS NULL OR a.parent_session_id = $session)
            GROUP BY a.name ORDER BY 3 DESC, 4 DESC
            """,
            static row => new AgentCost(row.GetString(0), row.GetInt64(1), ReadSum(row, 2)), Of(session, since)),
        cancellationToken);

    /// <summary>The latest first; deleted ones are among them.</summary>
    /// <param name="since">UTC; null for everything.</param>
    public Task<IReadOnlyList<SessionCostLine>> BySessionAsync(DateTimeOffset? since, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<SessionCostLine>>(
        connection => connection.Query(
            $"""
            SELECT session_id, (SELECT title FROM sessions s WHERE s.id = usage.session_id), MAX(created_at), {Sums}
            FROM usage WHERE $since IS NULL OR created_at >= $since GROUP BY session_id ORDER BY 3 DESC LIMIT $limit
            """,
            static row => new SessionCostLine(new(Guid.ParseExact(row.GetString(0), "D")), row.TextOrNull(1), row.Time(2), ReadSum(row, 3)),
            ("$since", Text(since)), ("$limit", limit)),
        cancellationToken);

    /// <summary>Days on which something was used, the oldest first.</summary>
    public Task<IReadOnlyList<DayCost>> ByDayAsync(SessionId? session, DateTimeOffset since, CancellationToken cancellationToken) => ByPeriodAsync(10, session, since, static (day, sum) => new DayCost(day, sum), cancellationToken);

    /// <summary>Months in which something was used, the oldest first.</summary>
    public Task<IReadOnlyList<MonthCost>> ByMonthAsync(SessionId? session, DateTimeOffset since, CancellationToken cancellationToken) => ByPeriodAsync(7, session, since, static (month, sum) => new MonthCost(month, sum), cancellationToken);

    /// <summary>Whether there is, or was, such a session.</summary>
    public Task<bool> KnowsAsync(SessionId session, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $id) OR EXISTS (SELECT 1 FROM usage WHERE session_id = $id)", ("$id", session.ToString())) == 1,
        cancellationToken);

    private Task<IReadOnlyList<T>> ByPeriodAsync<T>(int length, SessionId? session, DateTimeOffset since, Func<string, CostSum, T> make, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<T>>(
        connection => connection.Query(
            $"SELECT substr(created_at, 1, {length}), {Sums} FROM usage WHERE created_at >= $since AND ($session IS NULL OR session_id = $session) GROUP BY 1 ORDER BY 1",
            row => make(row.GetString(0), ReadSum(row, 1)), Of(session, since)),
        cancellationToken);

    private static (string, object?)[] Of(SessionId? session, DateTimeOffset? since) => [("$session", session?.ToString()), ("$since", Text(since))];

    private static string? Text(DateTimeOffset? since) => since is { } time ? Sql.FormatTime(time) : null;

    private static CostSum ReadSum(SqliteDataReader row, int at) =>
        new(row.Money(at), row.GetInt64(at + 1), row.GetInt64(at + 2), row.GetInt64(at + 3), row.GetInt64(at + 4), row.GetInt64(at + 5))
        {
            CacheWriteTokens = row.GetInt64(at + 6),
            ReasoningTokens = row.GetInt64(at + 7),
            EstimatedUsd = row.Money(at + 8),
            EstimatedCalls = row.GetInt64(at + 9),
            EstimatedTokens = row.GetInt64(at + 10),
        };
}
