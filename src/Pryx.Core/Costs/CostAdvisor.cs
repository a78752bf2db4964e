using System.Globalization;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Models;

namespace Pryx.Core.Costs;

/// <summary>What would make this month cheaper, in numbers of this month.</summary>
/// <param name="find">What is known of a model; null when nothing is.</param>
/// <param name="ofProvider">The models of a provider.</param>
public sealed class CostAdvisor(Func<ModelRef, ModelInfo?> find, Func<string, IEnumerable<ModelInfo>> ofProvider)
{
    private const decimal DearUsd = 10;
    private const long MuchInput = 100_000;
    private const long ManyCalls = 50;

    // Below it something makes the prompts differ from call to call.
    private const decimal GoodCacheShare = 0.5m;

    public CostAdvice Of(CostSum month, IReadOnlyList<ModelCost> models, BudgetReport budget)
    {
        var suggestions = new List<CostSuggestion>();
        suggestions.AddRange(models.Where(static model => model.Sum.CostUsd > DearUsd).Select(SwitchFrom));
        if (month.Tokens > MuchInput && month.Calls > 0)
        {
            suggestions.Add(new("context_reduction", "Send less context", string.Create(CultureInfo.InvariantCulture,
                $"{month.Tokens:N0} tokens this month, about {month.InputTokens / month.Calls:N0} of input a call. Begin a new session for a new task, and /compact long ones.")));
        }
        if (month.Calls > ManyCalls && month.CachedTokens < month.InputTokens * GoodCacheShare)
        {
            suggestions.Add(new("caching", "Use the prompt cache", string.Create(CultureInfo.InvariantCulture,
                $"{month.Calls:N0} calls this month read {(month.InputTokens == 0 ? 0 : month.CachedTokens * 100m / month.InputTokens):0} % of their input from a cache. Stay with one model in a session, and prefer models that cache.")));
        }
        suggestions.AddRange(budget.Scopes.Where(scope => scope.Percent >= budget.WarnPercent).Select(static scope => new CostSuggestion(
            "budget_alert", $"The {(scope.Scope == BudgetScope.Day ? "daily" : scope.Scope == BudgetScope.Month ? "monthly" : scope.Scope)} budget is nearly used",
            string.Create(CultureInfo.InvariantCulture, $"{CostText.Usd(scope.SpentUsd)} of {CostText.Usd(scope.LimitUsd!.Value)} ({scope.Percent:0} %). Change it with: pryx cost budget set"))));
        return new(suggestions);
    }

    private CostSuggestion SwitchFrom(ModelCost dear)
    {
        var sum = dear.Sum;
        var text = $"{dear.Model} cost {CostText.Usd(sum.CostUsd)} this month.";
        if (ModelRef.TryParse(dear.Model, out var model) && find(model)?.Price is { } price && Cheaper(model, price, sum) is { } other)
        {
            var usage = new TokenUsage(sum.InputTokens, sum.OutputTokens, sum.CachedTokens, sum.CacheWriteTokens, sum.ReasoningTokens);
            var cost = other.Price!.CostOf(usage) + other.Price.Request * Math.Max(0, sum.Calls - 1);
            if (cost < sum.CostUsd)
            {
                return new("model_switch", "Use a cheaper model for simple tasks", $"{text} {other.Ref} would have cost about {CostText.Usd(decimal.Round(cost, 2))} for the same tokens.") { SavesUsd = decimal.Round(sum.CostUsd - cost, 2) };
            }
        }
        return new("model_switch", "Use a cheaper model for simple tasks", text);
    }

    // The dearest of those that cost less than half: the next one down, not a toy.
    private ModelInfo? Cheaper(ModelRef model, ModelPrice price, CostSum sum)
    {
        var perCall = new TokenUsage(Math.Max(1, sum.InputTokens / Math.Max(1, sum.Calls)), Math.Max(1, sum.OutputTokens / Math.Max(1, sum.Calls)));
        var now = price.CostOf(perCall);
        return ofProvider(model.Provider)
            .Where(other => other.SupportsTools && other.Price is { Output: > 0 } && other.ContextWindow >= perCall.Input && other.Price.CostOf(perCall) * 2 <= now)
            .MaxBy(other => other.Price!.CostOf(perCall));
    }
}
