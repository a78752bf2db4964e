using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Models;

namespace Pryx.Core.Costs;

/// <param name="Usage">As counted by providers.</param>
/// <param name="CostUsd">Of the calls that a provider has counted and whose price was known.</param>
/// <param name="UnpricedCalls">How many calls the cost leaves out.</param>
public sealed record UsageSum(TokenUsage Usage, decimal CostUsd, long Calls, long UnpricedCalls)
{
    /// <summary>USD beside <see cref="CostUsd"/>, for calls of which no provider's count ever came.</summary>
    public decimal EstimatedUsd { get; init; }

    public UsageSum Plus(UsageSum other) => new(Usage + other.Usage, CostUsd + other.CostUsd, Calls + other.Calls, UnpricedCalls + other.UnpricedCalls) { EstimatedUsd = EstimatedUsd + other.EstimatedUsd };
}

/// <summary>What model calls took and cost. It outlives the session: the money was spent.</summary>
public sealed class UsageStore(Database database)
{
    private const string Sums =
        """
        SELECT SUM(tokens_in * (1 - is_estimate)), SUM(tokens_out * (1 - is_estimate)), SUM(tokens_cached * (1 - is_estimate)), SUM(tokens_cache_write * (1 - is_estimate)),
               SUM(tokens_reasoning * (1 - is_estimate)), SUM(cost_usd), COUNT(*), COUNT(*) - COUNT(cost_usd), SUM(estimated_usd)
        FROM usage
        """;

    /// <summary>In the caller's transaction; what was reserved for it is free again, and the session's totals rise with it.</summary>
    public static void Append(SqliteConnection connection, UsageEntry entry, DateTimeOffset now)
    {
        var reserved = entry.Reservation is { } id ? ReservationRows.Take(connection, id) : null;
        // What nobody has counted counts for the budget as if the provider had taken all that it was allowed to.
        var nano = (entry.IsEstimate ? reserved : null) ?? NanoUsd.Of(entry.BudgetUsd);
        Insert(connection, entry, nano, now);
    }

    /// <summary>Records what was set aside for the turn and never recorded as calls of unknown outcome: its process has died, or could not store what came of them.</summary>
    public static void SettleLeft(SqliteConnection connection, TurnId turn) => ReservationRows.SettleAll(connection, turn);

    /// <param name="nano">What it counts for budgets.</param>
    internal static void Insert(SqliteConnection connection, UsageEntry entry, long nano, DateTimeOffset at)
    {
        var usage = entry.Usage;
        var known = entry.IsEstimate ? (entry.Cost is null ? null : 0) : entry.Cost;
        var estimated = entry.IsEstimate ? entry.Cost ?? 0 : 0;
        connection.Execute(
            """
            INSERT INTO usage (id, session_id, turn_id, step, provider, model, tokens_in, tokens_out, tokens_cached, tokens_cache_write, tokens_reasoning,
                               cost_usd, latency_ms, finish_reason, request_id, created_at, kind, attempt, error, is_estimate, estimated_usd, price, budget_nano)
            VALUES ($id, $session, $turn, $step, $provider, $model, $in, $out, $cached, $write, $reasoning, $cost, $latency, $finish, $request, $at,
                    $kind, $attempt, $error, $estimate, $estimated, $price, $nano)
            """,
            ("$id", Guid.NewGuid().ToString()), ("$session", entry.SessionId.ToString()), ("$turn", entry.TurnId.ToString()), ("$step", entry.Step),
            ("$provider", entry.Model.Provider), ("$model", entry.Model.Model), ("$in", usage.Input), ("$out", usage.Output), ("$cached", usage.Cached),
            ("$write", usage.CacheWrite), ("$reasoning", usage.Reasoning), ("$cost", (double?)known), ("$latency", (long)entry.Latency.TotalMilliseconds),
            ("$finish", entry.FinishReason), ("$request", entry.RequestId), ("$at", Sql.FormatTime(at)), ("$kind", ReservationRows.NameOf(entry.Kind)), ("$attempt", entry.Attempt),
            ("$error", entry.Error), ("$estimate", entry.IsEstimate ? 1 : 0), ("$estimated", (double)estimated),
            ("$price", entry.Price is { } price ? JsonSerializer.Serialize(price, CostJson.Default.ModelPrice) : null), ("$nano", nano));
        var counted = entry.IsEstimate ? default : usage;
        connection.Execute(
            """
            UPDATE sessions SET tokens_in = tokens_in + $in, tokens_out = tokens_out + $out, tokens_cached = tokens_cached + $cached,
                tokens_cache_write = tokens_cache_write + $write, tokens_reasoning = tokens_reasoning + $reasoning,
                total_tokens = total_tokens + $in + $out, total_cost_usd = total_cost_usd + $cost, estimated_cost_usd = estimated_cost_usd + $estimated
            WHERE id = $session
            """,
            ("$in", counted.Input), ("$out", counted.Output), ("$cached", counted.Cached), ("$write", counted.CacheWrite), ("$reasoning", counted.Reasoning),
            ("$cost", (double)(known ?? 0)), ("$estimated", (double)estimated), ("$session", entry.SessionId.ToString()));
    }

    public Task<UsageSum> SumAsync(TurnId turnId, CancellationToken cancellationToken) => database.ReadAsync(connection => SumOf(connection, turnId), cancellationToken);

    /// <summary>What the agents that the turn called have cost, and how many there were.</summary>
    public static (int Agents, UsageSum Sum) SumOfAgents(SqliteConnection connection, TurnId turnId)
    {
        var turns = AgentLineage.TurnsOf(connection, turnId.ToString());
        var sum = new UsageSum(default, 0, 0, 0);
        foreach (var turn in turns.Skip(1))
        {
            sum = sum.Plus(SumOf(connection, new(Guid.ParseExact(turn, "D"))));
        }
        return (turns.Count - 1, sum);
    }

    public static UsageSum SumOf(SqliteConnection connection, TurnId turnId) => connection.First($"{Sums} WHERE turn_id = $id", Read, ("$id", turnId.ToString()))!;

    public Task<UsageSum> SumAsync(SessionId sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.First($"{Sums} WHERE session_id = $id", Read, ("$id", sessionId.ToString()))!, cancellationToken);

    private static UsageSum Read(SqliteDataReader row) => new(
        new(row.NumberOrNull(0) ?? 0, row.NumberOrNull(1) ?? 0, row.NumberOrNull(2) ?? 0, row.NumberOrNull(3) ?? 0, row.NumberOrNull(4) ?? 0),
        row.Money(5), row.GetInt64(6), row.GetInt64(7))
    {
        EstimatedUsd = row.Money(8),
    };
}
