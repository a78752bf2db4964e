namespace Pryx.Protocol.Costs;

/// <summary>The budgets that are set and how much of them is used.</summary>
/// <param name="Action">What happens at a limit: pause, cheaper or stop.</param>
/// <param name="WarnPercent">From which share on a warning is given.</param>
/// <param name="Scopes">turn, session, day and month; without the ones that can not be told without naming a session.</param>
public sealed record BudgetReport(string Action, int WarnPercent, IReadOnlyList<BudgetStatus> Scopes);

/// <summary>One budget.</summary>
/// <param name="Scope">turn, session, day or month; days and months are UTC.</param>
/// <param name="Key">The day (yyyy-MM-dd), the month (yyyy-MM) or the session's id; empty for a limit that holds for each anew.</param>
/// <param name="LimitUsd">With what was allowed beyond it for this period; null when there is none.</param>
/// <param name="SpentUsd">What counts for it: calls without a provider's count at their worst case.</param>
/// <param name="ReservedUsd">For calls that are under way.</param>
public sealed record BudgetStatus(string Scope, string Key, decimal? LimitUsd, decimal SpentUsd, decimal ReservedUsd)
{
    /// <summary>Null without a limit.</summary>
    public decimal? LeftUsd => LimitUsd is { } limit ? Math.Max(0, limit - SpentUsd - ReservedUsd) : null;

    /// <summary>Of the limit; null without one.</summary>
    public decimal? Percent => LimitUsd is > 0 and var limit ? decimal.Round(SpentUsd * 100 / limit, 1) : null;
    public bool IsOver => LimitUsd is { } limit && SpentUsd >= limit;
}

/// <summary>The body of <c>PUT /api/v1/cost/budget</c>; what is null stays, 0 takes a limit away.</summary>
public sealed record SetBudget
{
    public decimal? TurnUsd { get; init; }
    public decimal? SessionUsd { get; init; }
    public decimal? DailyUsd { get; init; }
    public decimal? MonthlyUsd { get; init; }

    /// <summary>pause, cheaper or stop.</summary>
    public string? Action { get; init; }

    /// <summary>1 to 100.</summary>
    public int? WarnPercent { get; init; }
}

/// <summary>The body of <c>PUT /api/v1/cost/sessions/{id}/budget</c>.</summary>
/// <param name="LimitUsd">In place of the configured one; null gives the session that one again, 0 takes its limit away.</param>
public sealed record SetSessionBudget(decimal? LimitUsd);

/// <summary>The payload of <c>budget.warning</c> and <c>budget.exceeded</c>.</summary>
/// <param name="Scope">turn, session, day or month.</param>
public sealed record BudgetPayload(string Scope, string Key, decimal LimitUsd, decimal SpentUsd, string Message);

/// <summary>What a question about money is bound to.</summary>
/// <param name="Scope">turn, session, day or month; price for a model whose price is not known.</param>
/// <param name="Nth">How often more was allowed before.</param>
public sealed record BudgetQuestion(string Scope, string Key, long Nth);
