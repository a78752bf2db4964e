using Pryx.Protocol.Models;

namespace Pryx.Protocol.Costs;

/// <param name="Month">Of this calendar month, UTC.</param>
public sealed record CostSummary(CostSum Total, CostSum Today, CostSum Month, IReadOnlyList<ModelCost> Models);

/// <param name="Model">As <c>provider/model</c>.</param>
public sealed record ModelCost(string Model, CostSum Sum);

public sealed record ModelCosts(IReadOnlyList<ModelCost> Models);

/// <param name="Agent">The name of its definition.</param>
/// <param name="Runs">How many of them called a model.</param>
public sealed record AgentCost(string Agent, long Runs, CostSum Sum);

public sealed record AgentCosts(IReadOnlyList<AgentCost> Agents);

/// <param name="Date">The UTC day, yyyy-MM-dd.</param>
public sealed record DayCost(string Date, CostSum Sum);

public sealed record DailyCosts(IReadOnlyList<DayCost> Days);

/// <param name="Month">The UTC month, yyyy-MM.</param>
public sealed record MonthCost(string Month, CostSum Sum);

public sealed record MonthlyCosts(IReadOnlyList<MonthCost> Months);

/// <param name="Title">Null when the session was deleted.</param>
/// <param name="LastAt">Its latest call, UTC.</param>
public sealed record SessionCostLine(SessionId SessionId, string? Title, DateTimeOffset LastAt, CostSum Sum);

public sealed record SessionCosts(IReadOnlyList<SessionCostLine> Sessions);

public sealed record SessionCost(SessionId SessionId, CostSum Total, IReadOnlyList<ModelCost> Models);

/// <param name="Price">USD per million tokens; null when it is not known.</param>
public sealed record PricedModel(string Provider, string Model, string? Name, ModelPrice? Price);

public sealed record Pricing(IReadOnlyList<PricedModel> Models);

/// <param name="Kind">model_switch, context_reduction, caching or budget_alert.</param>
/// <param name="Text">What to do and why.</param>
public sealed record CostSuggestion(string Kind, string Title, string Text)
{
    /// <summary>USD a month that it may save; null when that can not be told.</summary>
    public decimal? SavesUsd { get; init; }
}

public sealed record CostAdvice(IReadOnlyList<CostSuggestion> Suggestions);

/// <summary>What the next call would take and cost, without making it.</summary>
/// <param name="InputTokens">The best estimate of the request.</param>
/// <param name="WorstInputTokens">What it will not exceed by any provider's count.</param>
/// <param name="TypicalUsd">With a reply of a thousand tokens; null when the price is not known.</param>
/// <param name="WorstUsd">With the whole output limit; null when the price is not known.</param>
/// <param name="OutputLimit">Tokens.</param>
public sealed record CallEstimate(string Model, long InputTokens, long WorstInputTokens, decimal? TypicalUsd, decimal? WorstUsd, long OutputLimit);
