using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Costs;

namespace Pryx.Core.Costs;

/// <summary>How much of each budget is used, and the budgets of single sessions.</summary>
public sealed class BudgetReports(Database database, Func<BudgetOptions> options)
{
    public BudgetOptions Options => options();

    /// <param name="session">Null leaves out what only a session can tell.</param>
    public Task<BudgetReport> ReadAsync(SessionId? session, CancellationToken cancellationToken)
    {
        var (set, now) = (options(), database.Time.GetUtcNow());
        return database.ReadAsync(connection =>
        {
            var open = OpenReservation.All(connection);
            var scopes = new List<BudgetStatus>
            {
                new(BudgetScope.Turn, "", set.TurnUsd, 0, 0),
                session is { } id
                    ? Status(connection, open, BudgetScope.Session, id.ToString(), BudgetScopes.SessionLimit(connection, id, set))
                    : new(BudgetScope.Session, "", set.SessionUsd, 0, 0),
                Status(connection, open, BudgetScope.Day, BudgetScopes.DayOf(now), set.DailyUsd),
                Status(connection, open, BudgetScope.Month, BudgetScopes.MonthOf(now), set.MonthlyUsd),
            };
            return new BudgetReport(BudgetOptions.NameOf(set.Action), set.WarnPercent, scopes);
        }, cancellationToken);
    }

    /// <param name="usd">0 for none; null for the configured one.</param>
    /// <returns>False when there is no such session.</returns>
    public Task<bool> SetAsync(SessionId session, decimal? usd, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE sessions SET budget_usd = $usd WHERE id = $id", ("$usd", (double?)usd), ("$id", session.ToString())) > 0, cancellationToken);

    private static BudgetStatus Status(SqliteConnection connection, List<OpenReservation> open, string name, string key, decimal? limit)
    {
        var scope = BudgetScopes.Open(connection, name, key, 0);
        return new(
            name, key, limit is { } usd ? usd + BudgetScopes.Raised(connection, name, key) : null,
            NanoUsd.ToUsd(BudgetScopes.Spent(connection, scope)), NanoUsd.ToUsd(open.Where(one => one.CountsFor(scope)).Sum(static one => one.Nano)));
    }
}
