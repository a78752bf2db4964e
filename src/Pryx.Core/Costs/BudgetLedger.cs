using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pryx.Agent.Budgets;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using EventLog = Pryx.Core.Events.EventLog;

namespace Pryx.Core.Costs;

/// <summary>
/// Where money is set aside and given back. A call's worst case is reserved in one write transaction that looks at every limit, so that
/// no two calls, of whatever process, can be promised the same money; it is settled in the transaction that records the call.
/// </summary>
/// <param name="options">As they hold now.</param>
/// <param name="owner">This process, as in turns.</param>
/// <param name="isAlive">Whether the process of this name still runs.</param>
public sealed class BudgetLedger(Database database, EventLog events, Func<BudgetOptions> options, Func<string> owner, Func<string, bool> isAlive)
{
    // A reply that is cut at fewer tokens than this is a nuisance: rather wait until other calls have given back what they did not use.
    private const int ComfortableOutput = 4_096;

    // One call does not take all that is left, unless that would make it short: others may want some of it, and if it is cut off all of it is gone.
    private const int OutputBeforeSharing = 8_192;
    private const int Share = 4;

    public BudgetOptions Options => options();

    /// <summary>Reserves the worst case of the call, if every limit allows it.</summary>
    /// <param name="maxCost">USD: the request's own limit.</param>
    /// <param name="isPatient">False: what others hold is not waited for.</param>
    internal async Task<Reserving> ReserveAsync(SessionId session, TurnId turn, decimal? maxCost, CallBid bid, bool isPatient, CancellationToken cancellationToken)
    {
        var held = await database.ReadAsync(OpenReservation.All, cancellationToken);
        // Looked up before the transaction: it asks the file system.
        var dead = held.Select(static open => open.Owner).Distinct().Where(name => !isAlive(name)).ToHashSet();
        var (me, now, set) = (owner(), database.Time.GetUtcNow(), options());
        return await database.WriteAsync(connection => Reserve(connection, new(session, turn, maxCost, bid, isPatient), dead, me, set, now), cancellationToken);
    }

    /// <summary>Says that most of a budget is spent, once for each limit and period. In the transaction of the call that made it so.</summary>
    internal void Warn(SqliteConnection connection, SessionId session, TurnId turn)
    {
        var set = options();
        foreach (var scope in BudgetScopes.Of(connection, set, session, turn, null, database.Time.GetUtcNow()))
        {
            var spent = BudgetScopes.Spent(connection, scope);
            if (spent * 100m < scope.Limit * (decimal)set.WarnPercent || !IsFirst(connection, "warning", scope))
            {
                continue;
            }
            var (used, limit) = (NanoUsd.ToUsd(spent), NanoUsd.ToUsd(scope.Limit));
            var percent = limit == 0 ? 100 : Math.Floor(used * 100 / limit);
            var message = string.Create(
                CultureInfo.InvariantCulture, $"{percent:0} % of {scope.Words} is used ({CostText.Usd(used)}). {AtTheLimit(set.Action)} Change it with: pryx cost budget set");
            var step = (int)connection.Number("SELECT steps FROM turns WHERE id = $id", ("$id", turn.ToString()));
            events.AppendItem(connection, session, new Notice("budget", message) { TurnId = turn, Step = step, Provenance = Provenance.Model });
            Announce(connection, EventNames.BudgetWarning, session, turn, scope, used, message);
        }
    }

    /// <summary>Announces that the next call does not fit any more.</summary>
    internal Task AnnounceExceededAsync(SessionId session, TurnId turn, Reserving.Refused refused, string message, CancellationToken cancellationToken) => database.WriteAsync(
        connection => Announce(connection, EventNames.BudgetExceeded, session, turn, refused.Scope, NanoUsd.ToUsd(refused.Spent), message), cancellationToken);

    /// <summary>Allows more for this turn, session, day or month, once for each question that was answered.</summary>
    internal Task RaiseAsync(string answer, BudgetScope scope, decimal usd, string by, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO budget_raises (id, scope, key, usd, created_by, created_at) VALUES ($id, $scope, $key, $usd, $by, $at) ON CONFLICT DO NOTHING",
            ("$id", answer), ("$scope", scope.Name), ("$key", scope.Key), ("$usd", (double)usd), ("$by", by), ("$at", Sql.FormatTime(database.Time.GetUtcNow()))),
        cancellationToken);

    internal Task<long> CountRaisesAsync(BudgetScope scope, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT COUNT(*) FROM budget_raises WHERE scope = $scope AND key = $key", ("$scope", scope.Name), ("$key", scope.Key)), cancellationToken);

    /// <summary>Whether a person lets this model run in the session though its price is not known.</summary>
    internal Task<bool> IsWaivedAsync(SessionId session, string model, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Number("SELECT COUNT(*) FROM price_waivers WHERE session_id = $session AND model = $model", ("$session", session.ToString()), ("$model", model)) > 0, cancellationToken);

    internal Task WaiveAsync(SessionId session, string model, string by, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO price_waivers (session_id, model, created_by, created_at) VALUES ($session, $model, $by, $at) ON CONFLICT DO NOTHING",
            ("$session", session.ToString()), ("$model", model), ("$by", by), ("$at", Sql.FormatTime(database.Time.GetUtcNow()))), cancellationToken);

    /// <summary>Whether any limit holds for the turn, of its own session or of those that called it.</summary>
    internal async Task<bool> HasLimitAsync(SessionId session, TurnId turn, CancellationToken cancellationToken) => options().HasAny
        || await database.ReadAsync(connection => BudgetScopes.HasOwnLimit(connection, session, turn), cancellationToken);

    private sealed record Wish(SessionId Session, TurnId Turn, decimal? MaxCost, CallBid Bid, bool IsPatient);

    private Reserving Reserve(SqliteConnection connection, Wish wish, HashSet<string> dead, string me, BudgetOptions set, DateTimeOffset now)
    {
        var (session, turn, bid) = (wish.Session, wish.Turn, wish.Bid);
        ReservationRows.SettleStale(connection);
        var worst = WorstCase.Of(bid.Model.Price!, bid);
        if (worst is { InputUsd: 0, OutputUsd: 0 })
        {
            return new Reserving.Granted(new Allowance(bid.Needs.MaxOutputTokens));
        }
        var open = OpenReservation.All(connection);
        // With what is reserved now, and with what will be left of it at best: the calls of the living may cost less than they might.
        var (output, later) = (worst.WantedOutput, worst.WantedOutput);
        Reserving.Refused? tightest = null;
        foreach (var scope in BudgetScopes.Of(connection, set, session, turn, wish.MaxCost, now))
        {
            var spent = BudgetScopes.Spent(connection, scope);
            var lost = open.Where(other => other.CountsFor(scope) && dead.Contains(other.Owner)).Sum(static other => other.Nano);
            var held = open.Where(other => other.CountsFor(scope) && !dead.Contains(other.Owner)).Sum(static other => other.Nano);
            var left = scope.Limit - spent - lost;
            var (fits, fitsLater) = (worst.OutputFor(NanoUsd.ToUsd(left - held)), worst.OutputFor(NanoUsd.ToUsd(left)));
            if (fits > OutputBeforeSharing)
            {
                fits = Math.Max(OutputBeforeSharing, worst.OutputFor(NanoUsd.ToUsd((left - held) / Share)));
            }
            if (tightest is null || left - held < tightest.Left)
            {
                tightest = new(scope, worst, spent + lost, left - held);
            }
            (output, later) = (Math.Min(output, fits), Math.Min(later, fitsLater));
        }
        var comfortable = Math.Min(worst.WantedOutput, ComfortableOutput);
        if (wish.IsPatient && output < comfortable && later > output && later >= worst.LeastOutput && (later >= comfortable || output < worst.LeastOutput))
        {
            return new Reserving.MustWait(tightest!.Scope);
        }
        if (output < worst.LeastOutput)
        {
            return tightest!;
        }
        if (output < comfortable)
        {
            events.AppendItem(connection, session, new Notice("budget", string.Create(CultureInfo.InvariantCulture,
                $"What is left of {tightest!.Scope.Words} pays for {output:N0} tokens of the next reply."))
            { TurnId = turn, Step = bid.Step, Provenance = Provenance.Model });
        }
        var id = ReservationRows.Insert(connection, me, session, turn, bid, NanoUsd.Of(worst.CostOf(output)), now);
        return new Reserving.Granted(new Allowance(output) { Reservation = id });
    }

    private void Announce(SqliteConnection connection, string name, SessionId session, TurnId turn, BudgetScope scope, decimal spent, string message) =>
        events.Append(connection, new PryxEvent
        {
            Event = name,
            SessionId = session,
            TurnId = turn,
            Payload = JsonSerializer.SerializeToElement(new(scope.Name, scope.Key, NanoUsd.ToUsd(scope.Limit), spent, message), CostJson.Default.BudgetPayload),
        });

    private bool IsFirst(SqliteConnection connection, string kind, BudgetScope scope) => connection.Execute(
        "INSERT INTO budget_notices (kind, scope, key, limit_nano, created_at) VALUES ($kind, $scope, $key, $limit, $at) ON CONFLICT DO NOTHING",
        ("$kind", kind), ("$scope", scope.Name), ("$key", scope.Key), ("$limit", scope.Limit), ("$at", Sql.FormatTime(database.Time.GetUtcNow()))) == 1;

    /// <summary>Whether the reason to ask has gone: the day or month is over, the limit was raised or taken away, or calls have cost less than they might.</summary>
    /// <param name="needs">Billionths of a USD that the call needs at least.</param>
    internal async Task<bool> IsCoveredAsync(SessionId session, TurnId turn, string scope, string key, long needs, CancellationToken cancellationToken)
    {
        var (set, now) = (options(), database.Time.GetUtcNow());
        return await database.ReadAsync(
            connection => BudgetScopes.Of(connection, set, session, turn, null, now).Find(limit => limit.Name == scope && limit.Key == key) is not { } asked
                || asked.Limit - BudgetScopes.Spent(connection, asked) - OpenReservation.All(connection).Where(open => open.CountsFor(asked)).Sum(static open => open.Nano) >= needs,
            cancellationToken);
    }

    private static string AtTheLimit(BudgetAction action) => action switch
    {
        BudgetAction.Stop => "At the limit the turn ends.",
        BudgetAction.Cheaper => "At the limit a cheaper model goes on.",
        _ => "At the limit you are asked.",
    };
}

/// <summary>What became of the wish to reserve.</summary>
internal abstract record Reserving
{
    public sealed record Granted(Allowance Allowance) : Reserving;

    /// <summary>Other calls hold what it needs, and may give some of it back.</summary>
    public sealed record MustWait(BudgetScope Scope) : Reserving;

    /// <param name="Scope">The limit that leaves least.</param>
    /// <param name="Spent">In billionths of a USD.</param>
    /// <param name="Left">In billionths of a USD; what others have reserved is not in it.</param>
    public sealed record Refused(BudgetScope Scope, WorstCase Worst, long Spent, long Left) : Reserving;
}
