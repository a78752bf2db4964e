using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Models;

namespace Pryx.Core.Costs;

/// <summary>One model call.</summary>
/// <param name="Cost">USD at the price of that moment; null when it was unknown.</param>
public sealed record UsageEntry(
    SessionId SessionId, TurnId TurnId, int Step, ModelRef Model, TokenUsage Usage, decimal? Cost, TimeSpan Latency, string? FinishReason, string? RequestId);

/// <param name="CostUsd">Of the calls whose price was known.</param>
/// <param name="UnpricedCalls">How many calls the cost leaves out.</param>
public sealed record UsageSum(TokenUsage Usage, decimal CostUsd, long Calls, long UnpricedCalls);

/// <summary>What model calls took and cost. It outlives the session: the money was spent.</summary>
public sealed class UsageStore(Database database)
{
    private const string Sums =
        """
        SELECT SUM(tokens_in), SUM(tokens_out), SUM(tokens_cached), SUM(tokens_cache_write), SUM(tokens_reasoning), SUM(cost_usd), COUNT(*), COUNT(*) - COUNT(cost_usd)
        FROM usage
        """;

    /// <summary>In the caller's transaction; the session's totals rise with it.</summary>
    public static void Append(SqliteConnection connection, UsageEntry entry, DateTimeOffset now)
    {
        var usage = entry.Usage;
        connection.Execute(
            """
            INSERT INTO usage (id, session_id, turn_id, step, provider, model, tokens_in, tokens_out, tokens_cached, tokens_cache_write, tokens_reasoning,
                               cost_usd, latency_ms, finish_reason, request_id, created_at)
            VALUES ($id, $session, $turn, $step, $provider, $model, $in, $out, $cached, $write, $reasoning, $cost, $latency, $finish, $request, $at)
            """,
            ("$id", Guid.NewGuid().ToString()), ("$session", entry.SessionId.ToString()), ("$turn", entry.TurnId.ToString()), ("$step", entry.Step),
            ("$provider", entry.Model.Provider), ("$model", entry.Model.Model), ("$in", usage.Input), ("$out", usage.Output), ("$cached", usage.Cached),
            ("$write", usage.CacheWrite), ("$reasoning", usage.Reasoning), ("$cost", (double?)entry.Cost), ("$latency", (long)entry.Latency.TotalMilliseconds),
            ("$finish", entry.FinishReason), ("$request", entry.RequestId), ("$at", Sql.FormatTime(now)));
        connection.Execute(
            """
            UPDATE sessions SET tokens_in = tokens_in + $in, tokens_out = tokens_out + $out, tokens_cached = tokens_cached + $cached,
                tokens_cache_write = tokens_cache_write + $write, tokens_reasoning = tokens_reasoning + $reasoning,
                total_tokens = total_tokens + $in + $out, total_cost_usd = total_cost_usd + $cost
            WHERE id = $session
            """,
            ("$in", usage.Input), ("$out", usage.Output), ("$cached", usage.Cached), ("$write", usage.CacheWrite), ("$reasoning", usage.Reasoning),
            ("$cost", (double)(entry.Cost ?? 0)), ("$session", entry.SessionId.ToString()));
    }

    public Task<UsageSum> SumAsync(TurnId turnId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.First($"{Sums} WHERE turn_id = $id", Read, ("$id", turnId.ToString()))!, cancellationToken);

    public Task<UsageSum> SumAsync(SessionId sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.First($"{Sums} WHERE session_id = $id", Read, ("$id", sessionId.ToString()))!, cancellationToken);

    private static UsageSum Read(SqliteDataReader row) => new(
        new(row.NumberOrNull(0) ?? 0, row.NumberOrNull(1) ?? 0, row.NumberOrNull(2) ?? 0, row.NumberOrNull(3) ?? 0, row.NumberOrNull(4) ?? 0),
        row.Money(5), row.GetInt64(6), row.GetInt64(7));
}
