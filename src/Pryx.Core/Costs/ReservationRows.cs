using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Budgets;
using Pryx.Agent.Models;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Costs;

namespace Pryx.Core.Costs;

/// <summary>What is set aside for calls under way. For use inside a transaction.</summary>
internal static class ReservationRows
{
    /// <summary>The error of a call whose process died: nobody knows what came of it.</summary>
    public const string Unknown = "UNKNOWN";

    // Its turn has ended, is gone, or is another process's by now: whoever reserved it will never record it.
    private const string Stale = "NOT EXISTS (SELECT 1 FROM turns t WHERE t.id = r.turn_id AND t.owner = r.owner AND t.status IN ('running', 'parked'))";
    private const string Select = "SELECT id, session_id, turn_id, step, kind, attempt, provider, model, price, tokens_in, nano, created_at FROM reservations r";

    public static string Insert(SqliteConnection connection, string owner, SessionId session, TurnId turn, CallBid bid, long nano, DateTimeOffset now)
    {
        var id = Guid.NewGuid().ToString();
        connection.Execute(
            """
            INSERT INTO reservations (id, owner, session_id, turn_id, step, kind, attempt, provider, model, price, tokens_in, nano, created_at)
            VALUES ($id, $owner, $session, $turn, $step, $kind, $attempt, $provider, $model, $price, $in, $nano, $at)
            """,
            ("$id", id), ("$owner", owner), ("$session", session.ToString()), ("$turn", turn.ToString()), ("$step", bid.Step), ("$kind", NameOf(bid.Kind)),
            ("$attempt", bid.Attempt), ("$provider", bid.Model.Ref.Provider), ("$model", bid.Model.Ref.Model),
            ("$price", JsonSerializer.Serialize(bid.Model.Price!, CostJson.Default.ModelPrice)), ("$in", bid.Needs.InputTokens), ("$nano", nano), ("$at", Sql.FormatTime(now)));
        return id;
    }

    /// <summary>Ends it; null when it has ended before.</summary>
    public static long? Take(SqliteConnection connection, string id)
    {
        if (connection.First("SELECT nano FROM reservations WHERE id = $id", static row => (long?)row.GetInt64(0), ("$id", id)) is not { } nano)
        {
            return null;
        }
        connection.Execute("DELETE FROM reservations WHERE id = $id", ("$id", id));
        return nano;
    }

    /// <summary>Makes calls of unknown outcome, at their worst case, of what nobody will ever record.</summary>
    public static void SettleStale(SqliteConnection connection) => Settle(connection, connection.Query($"{Select} WHERE {Stale}", Read));

    /// <summary>As <see cref="SettleStale"/>, of a turn that another process takes up or that ends.</summary>
    public static void SettleAll(SqliteConnection connection, TurnId turn) => Settle(connection, connection.Query($"{Select} WHERE turn_id = $turn", Read, ("$turn", turn.ToString())));

    public static string NameOf(CallKind kind) => kind switch { CallKind.Summary => "summary", CallKind.Title => "title", CallKind.Review => "review", CallKind.Sampling => "sampling", _ => "step" };

    private static void Settle(SqliteConnection connection, List<Row> rows)
    {
        foreach (var row in rows)
        {
            connection.Execute("DELETE FROM reservations WHERE id = $id", ("$id", row.Id));
            UsageStore.Insert(connection, row.Entry, row.Nano, row.At);
        }
    }

    private static Row Read(SqliteDataReader row)
    {
        var nano = row.GetInt64(10);
        return new(
            row.GetString(0),
            new UsageEntry(
                new(Guid.ParseExact(row.GetString(1), "D")), new(Guid.ParseExact(row.GetString(2), "D")), row.GetInt32(3), new(row.GetString(6), row.GetString(7)),
                new(row.GetInt64(9), 0), NanoUsd.ToUsd(nano), TimeSpan.Zero, null, null)
            {
                Kind = row.GetString(4) switch { "summary" => CallKind.Summary, "title" => CallKind.Title, "review" => CallKind.Review, "sampling" => CallKind.Sampling, _ => CallKind.Step },
                Attempt = row.GetInt32(5),
                Price = JsonSerializer.Deserialize(row.GetString(8), CostJson.Default.ModelPrice),
                Error = Unknown,
                IsEstimate = true,
            },
            nano,
            row.Time(11));
    }

    private sealed record Row(string Id, UsageEntry Entry, long Nano, DateTimeOffset At);
}
