using System.Globalization;
using System.Text.Json;
using Pryx.Agent.Approvals;
using Pryx.Agent.Budgets;
using Pryx.Agent.Models;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Items;

namespace Pryx.Core.Costs;

/// <summary>The budget of one turn: its own limit, its session's, the day's and the month's, kept over every process that uses the store.</summary>
/// <param name="maxCost">USD: the request's own limit.</param>
/// <param name="patience">How long a question waits for a person; null waits as long as the turn.</param>
public sealed class StoredBudget(BudgetLedger ledger, SessionId session, TurnId turn, decimal? maxCost, IApprovals approvals, TimeSpan? patience, TimeProvider time) : IBudget
{
    /// <summary>The policy name that questions about money carry.</summary>
    public const string Tool = "budget";
    public const string Code = "BUDGET_EXCEEDED";
    private const string Stop = "Stop here";
    private const string GoOn = "Go on in this session";

    // Another session's call ends sooner or later; looked for more often, it would cost a commit each time.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    // Longer than a call may be silent.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async Task<Allowance> ReserveAsync(CallBid bid, CancellationToken cancellationToken)
    {
        // With nothing to keep, nothing is stored: the call is made at once.
        if (maxCost is null && !await ledger.HasLimitAsync(session, turn, cancellationToken))
        {
            return new(bid.Needs.MaxOutputTokens);
        }
        if (bid.Model.Price is null)
        {
            await RequireWaiverAsync(bid, cancellationToken);
            return new(bid.Needs.MaxOutputTokens);
        }
        var waitedSince = (long?)null;
        while (true)
        {
            // A title is not worth waiting for, an opinion neither, nor what a server asks.
            var isPatient = bid.Kind is not (CallKind.Title or CallKind.Review or CallKind.Sampling) && (waitedSince is not { } since || time.GetElapsedTime(since) < Patience);
            switch (await ledger.ReserveAsync(session, turn, maxCost, bid, isPatient, cancellationToken))
            {
                case Reserving.Granted granted:
                    return granted.Allowance;
                case Reserving.MustWait wait:
                    if (waitedSince is null)
                    {
                        await bid.SayAsync(new Notice("budget", $"Other calls hold the rest of {wait.Scope.Words}; waiting until they have ended."));
                        waitedSince = time.GetTimestamp();
                    }
                    await Task.Delay(LookInterval, time, cancellationToken);
                    break;
                case Reserving.Refused refused:
                    await SettleAsync(bid, refused, cancellationToken);
                    break;
                default:
                    throw new InvalidOperationException("Unknown outcome of a reservation.");
            }
        }
    }

    /// <summary>Returns when it may be tried again.</summary>
    private async Task SettleAsync(CallBid bid, Reserving.Refused refused, CancellationToken cancellationToken)
    {
        var message = MessageOf(bid, refused);
        if (refused.Scope.IsRequested)
        {
            throw new CallRefusedException("MAX_COST", message);
        }
        var action = ledger.Options.Action;
        if (action == BudgetAction.Cheaper && bid.HasCheaper)
        {
            throw new CallRefusedException(Code, message) { WantsCheaper = true, LeftUsd = Math.Max(0, NanoUsd.ToUsd(refused.Left)) };
        }
        // Whoever asks for a title or a summary does without: only the turn's own call is worth a person's attention.
        if (bid.Kind == CallKind.Step)
        {
            await ledger.AnnounceExceededAsync(session, turn, refused, message, cancellationToken);
        }
        if (action == BudgetAction.Stop || bid.Kind != CallKind.Step)
        {
            throw new CallRefusedException(Code, $"{message} {Raise(refused.Scope)}");
        }
        await AskForMoreAsync(refused, message, cancellationToken);
    }

    private async Task AskForMoreAsync(Reserving.Refused refused, string message, CancellationToken cancellationToken)
    {
        var scope = refused.Scope;
        // At least what this call needs; a quarter of the limit, or as much again.
        var needed = refused.Worst.LeastUsd - NanoUsd.ToUsd(refused.Left);
        var limit = NanoUsd.ToUsd(scope.Limit);
        var some = Cents(Math.Max(limit / 4, needed * 2));
        var more = Cents(Math.Max(limit, some * 2));
        var args = new BudgetQuestion(scope.Name, scope.Key, await ledger.CountRaisesAsync(scope, cancellationToken));
        var answer = await AskAsync(
            $"{scope.Name}:{scope.Key}", args, message, $"{Capital(scope.Words)} does not pay for the next call",
            [$"Allow {CostText.Usd(some)} more", $"Allow {CostText.Usd(more)} more", Stop], NanoUsd.Of(refused.Worst.LeastUsd), cancellationToken);
        if (!answer.Approved || AmountIn(answer.Text) is not { } usd)
        {
            throw new CallRefusedException(Code, $"{message}{(answer.IsForWantOfPerson ? " Nobody could be asked." : "")} {Raise(scope)}");
        }
        // With its number among the answers of this period, so that it counts once however often it is read.
        await ledger.RaiseAsync($"{turn}:{scope.Name}:{scope.Key}:{args.Nth}", scope, usd, answer.AnsweredBy, cancellationToken);
    }

    private async Task RequireWaiverAsync(CallBid bid, CancellationToken cancellationToken)
    {
        var model = bid.Model.Ref.ToString();
        if (await ledger.IsWaivedAsync(session, model, cancellationToken))
        {
            return;
        }
        var message = $"The price of {model} is not known and a budget is set: what it costs can not be counted.";
        if (bid.Kind is CallKind.Review or CallKind.Sampling)
        {
            // A question about a question is one too many.
            throw new CallRefusedException(Code, message);
        }
        var answer = await AskAsync($"price:{model}", new("price", model, 0), $"{message} Go on without counting?", message, [GoOn, Stop], 0, cancellationToken);
        if (!answer.Approved || answer.Text?.Trim().Equals(Stop, StringComparison.OrdinalIgnoreCase) == true || IsNo(answer.Text))
        {
            throw new CallRefusedException(maxCost is null ? Code : "MAX_COST",
                $"{message} {(answer.IsForWantOfPerson ? "Nobody could be asked. " : "")}Choose a model with a known price, give this one a price, or {(maxCost is null ? "take the budget away: pryx cost budget set" : "leave --max-cost out")}.");
        }
        await ledger.WaiveAsync(session, model, answer.AnsweredBy, cancellationToken);
    }

    private Task<ApprovalAnswer> AskAsync(
        string call, BudgetQuestion args, string summary, string reason, IReadOnlyList<string> choices, long needs, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var approval = new Approval
        {
            Id = ApprovalId.New(),
            SessionId = session,
            TurnId = turn,
            CallId = $"budget:{call}",
            Kind = ApprovalKind.Question,
            Tool = Tool,
            Args = JsonSerializer.SerializeToElement(args, CostJson.Default.BudgetQuestion),
            Summary = summary,
            Choices = choices,
            Reason = reason,
            RiskLevel = RiskLevel.Medium,
            // For whoever looks whether the reason to ask has gone.
            Rule = string.Create(CultureInfo.InvariantCulture, $"budget:{needs}"),
            CreatedAt = now,
            ExpiresAt = now + patience,
        };
        return approvals.AskAsync(approval, cancellationToken);
    }

    private static string MessageOf(CallBid bid, Reserving.Refused refused)
    {
        var left = Math.Max(0, NanoUsd.ToUsd(refused.Left));
        return $"Stopped before model call {bid.Step} ({bid.Model.Ref}): it would cost about {CostText.Usd(refused.Worst.LeastUsd)} or more, {CostText.Usd(left)} of {refused.Scope.Words} is left.";
    }

    private static string Raise(BudgetScope scope) => scope.Name switch
    {
        BudgetScope.Turn => "Raise it: pryx cost budget set --turn USD, then: pryx run --continue \"go on\"",
        BudgetScope.Session => $"Raise it: pryx session budget {scope.Key[..8]} USD, then: pryx run --continue \"go on\"",
        BudgetScope.Day => "Raise it: pryx cost budget set --daily USD, or wait until midnight UTC; then: pryx run --continue \"go on\"",
        _ => "Raise it: pryx cost budget set --monthly USD, or wait for the next month; then: pryx run --continue \"go on\"",
    };

    /// <summary>The first amount in the answer; null when there is none.</summary>
    internal static decimal? AmountIn(string? text)
    {
        var start = text?.IndexOfAnyInRange('0', '9') ?? -1;
        if (start < 0)
        {
            return null;
        }
        var end = start;
        while (end < text!.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or ','))
        {
            end++;
        }
        return decimal.TryParse(text[start..end].Replace(",", "", StringComparison.Ordinal).TrimEnd('.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd <= 1_000_000 ? usd : null;
    }

    private static bool IsNo(string? text) => text?.Trim().ToLowerInvariant() is "no" or "n" or "stop";

    private static decimal Cents(decimal usd) => Math.Max(0.01m, decimal.Ceiling(usd * 100) / 100);

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
