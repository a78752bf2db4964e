using System.Globalization;
using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;

namespace Pryx.Core.Costs;

/// <summary>A limit that holds now.</summary>
/// <param name="Name">turn, session, day or month.</param>
/// <param name="Key">The id of the turn or session, or the UTC day or month.</param>
/// <param name="Limit">In billionths of a USD, with what was allowed beyond it.</param>
internal sealed record BudgetScope(string Name, string Key, long Limit)
{
    public const string Turn = "turn";
    public const string Session = "session";
    public const string Day = "day";
    public const string Month = "month";

    /// <summary>The request's own limit (--max-cost): reaching it ends the turn, whatever else is set.</summary>
    public bool IsRequested { get; init; }

    /// <summary>The turns or sessions whose calls count: its own, and those of the agents that it called.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [Key];

    /// <summary>As people say it: "the daily budget of $5.00".</summary>
    public string Words => $"the {Name switch { Turn => "turn's", Session => "session's", Day => "daily", _ => "monthly" }} budget of {CostText.Usd(NanoUsd.ToUsd(Limit))}";
}

/// <summary>Which limits hold for a call, and what is used of them. Days and months are UTC, as the providers' own bills. For use inside a transaction.</summary>
internal static class BudgetScopes
{
    /// <param name="maxCost">The request's own limit.</param>
    public static List<BudgetScope> Of(SqliteConnection connection, BudgetOptions options, SessionId session, TurnId turn, decimal? maxCost, DateTimeOffset now)
    {
        var scopes = new List<BudgetScope>(5);
        AddTurn(turn.ToString(), maxCost);
        // What an agent spends is spent by those who called it: none of their limits can be got round by calling one.
        foreach (var above in AgentLineage.TurnsAbove(connection, turn.ToString()))
        {
            AddTurn(above.Turn, above.MaxCost);
        }
        Add(BudgetScope.Session, session.ToString(), SessionLimit(connection, session, options));
        foreach (var caller in AgentLineage.CallersOf(connection, session.ToString()))
        {
            Add(BudgetScope.Session, caller.Session, SessionLimit(connection, new(Guid.ParseExact(caller.Session, "D")), options));
        }
        Add(BudgetScope.Day, DayOf(now), options.DailyUsd);
        Add(BudgetScope.Month, MonthOf(now), options.MonthlyUsd);
        return scopes;

        void AddTurn(string key, decimal? requested)
        {
            if (requested is { } usd)
            {
                scopes.Add(Open(connection, BudgetScope.Turn, key, NanoUsd.OfLimit(usd)) with { IsRequested = true });
            }
            Add(BudgetScope.Turn, key, options.TurnUsd);
        }

        void Add(string name, string key, decimal? limit)
        {
            if (limit is { } usd)
            {
                scopes.Add(Open(connection, name, key, NanoUsd.OfLimit(usd + Raised(connection, name, key))));
            }
        }
    }

    /// <summary>With all that counts for it now.</summary>
    public static BudgetScope Open(SqliteConnection connection, string name, string key, long limit) => new(name, key, limit)
    {
        Ids = name switch
        {
            BudgetScope.Turn => AgentLineage.TurnsOf(connection, key),
            BudgetScope.Session => AgentLineage.SessionsOf(connection, key),
            _ => [key],
        },
    };

    /// <summary>USD; null for none.</summary>
    public static decimal? SessionLimit(SqliteConnection connection, SessionId session, BudgetOptions options)
    {
        var own = connection.First("SELECT budget_usd FROM sessions WHERE id = $id", static row => row.IsDBNull(0) ? null : (decimal?)row.Money(0), ("$id", session.ToString()));
        return own is { } usd ? (usd > 0 ? usd : null) : options.SessionUsd;
    }

    /// <summary>Whether a limit holds that is not configured for all: a session's own, or a request's of a turn that called this one.</summary>
    public static bool HasOwnLimit(SqliteConnection connection, SessionId session, TurnId turn) =>
        SessionLimit(connection, session, new()) is not null
        || AgentLineage.CallersOf(connection, session.ToString()).Any(caller => SessionLimit(connection, new(Guid.ParseExact(caller.Session, "D")), new()) is not null)
        || AgentLineage.TurnsAbove(connection, turn.ToString()).Any(static above => above.MaxCost is not null);

    /// <summary>USD that a person has allowed beyond the limit.</summary>
    public static decimal Raised(SqliteConnection connection, string scope, string key) => connection.First(
        "SELECT SUM(usd) FROM budget_raises WHERE scope = $scope AND key = $key", static row => row.Money(0), ("$scope", scope), ("$key", key));

    public static long Spent(SqliteConnection connection, BudgetScope scope) => scope.Name switch
    {
        BudgetScope.Turn => scope.Ids.Sum(id => connection.Number("SELECT SUM(budget_nano) FROM usage WHERE turn_id = $id", ("$id", id))),
        BudgetScope.Session => scope.Ids.Sum(id => connection.Number("SELECT SUM(budget_nano) FROM usage WHERE session_id = $id", ("$id", id))),
        // A key is the beginning of every time in its period.
        _ => connection.Number("SELECT SUM(budget_nano) FROM usage WHERE created_at >= $key", ("$key", scope.Key)),
    };

    public static string DayOf(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string MonthOf(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}

/// <summary>What is set aside now.</summary>
internal sealed record OpenReservation(string Owner, string SessionId, string TurnId, long Nano)
{
    public static List<OpenReservation> All(SqliteConnection connection) => connection.Query(
        "SELECT owner, session_id, turn_id, nano FROM reservations", static row => new OpenReservation(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3)));

    public bool CountsFor(BudgetScope scope) => scope.Name switch
    {
        BudgetScope.Turn => scope.Ids.Contains(TurnId),
        BudgetScope.Session => scope.Ids.Contains(SessionId),
        _ => true,
    };
}
