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
        if (maxCost is { } requested)
        {
            scopes.Add(new(BudgetScope.Turn, turn.ToString(), NanoUsd.OfLimit(requested)) { IsRequested = true });
        }
        Add(BudgetScope.Turn, turn.ToString(), options.TurnUsd);
        Add(BudgetScope.Session, session.ToString(), SessionLimit(connection, session, options));
        Add(BudgetScope.Day, DayOf(now), options.DailyUsd);
        Add(BudgetScope.Month, MonthOf(now), options.MonthlyUsd);
        return scopes;

        void Add(string name, string key, decimal? limit)
        {
            if (limit is { } usd)
            {
                scopes.Add(new(name, key, NanoUsd.OfLimit(usd + Raised(connection, name, key))));
            }
        }
    }

    /// <summary>USD; null for none.</summary>
    public static decimal? SessionLimit(SqliteConnection connection, SessionId session, BudgetOptions options)
    {
        var own = connection.First("SELECT budget_usd FROM sessions WHERE id = $id", static row => row.IsDBNull(0) ? null : (decimal?)row.Money(0), ("$id", session.ToString()));
        return own is { } usd ? (usd > 0 ? usd : null) : options.SessionUsd;
    }

    /// <summary>USD that a person has allowed beyond the limit.</summary>
    public static decimal Raised(SqliteConnection connection, string scope, string key) => connection.First(
        "SELECT SUM(usd) FROM budget_raises WHERE scope = $scope AND key = $key", static row => row.Money(0), ("$scope", scope), ("$key", key));

    public static long Spent(SqliteConnection connection, BudgetScope scope) => scope.Name switch
    {
        BudgetScope.Turn => connection.Number("SELECT SUM(budget_nano) FROM usage WHERE turn_id = $id", ("$id", scope.Key)),
        BudgetScope.Session => connection.Number("SELECT SUM(budget_nano) FROM usage WHERE session_id = $id", ("$id", scope.Key)),
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
        BudgetScope.Turn => TurnId == scope.Key,
        BudgetScope.Session => SessionId == scope.Key,
        _ => true,
    };
}
