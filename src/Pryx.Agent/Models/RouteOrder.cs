using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>What has been measured of the models, and how much was asked of their providers.</summary>
/// <param name="LatencyOf">How long its calls take; null when it was not called of late.</param>
/// <param name="CallsOf">How often a provider was called of late.</param>
public sealed record RouteFacts(Func<ModelRef, TimeSpan?> LatencyOf, Func<string, long> CallsOf)
{
    public static RouteFacts None { get; } = new(static _ => null, static _ => 0);
}

/// <summary>Puts models into the order in which a strategy wants them. Ties go by id, so the same facts give the same order.</summary>
public static class RouteOrder
{
    // PRD §8.4.2: from 0 to 0.10 USD and from 0 to 5 s.
    private const decimal WorstCost = 0.10m;
    private const double WorstLatency = 5;
    private const double CostWeight = 0.6;
    private const double LatencyWeight = 0.4;

    // What a reply is taken to have where the call sets it no limit.
    private const int UsualReply = 1_000;

    /// <summary>USD that the call is going to take, about; null when the price is unknown.</summary>
    public static decimal? CostOf(ModelInfo model, CallNeeds needs) =>
        model.Price?.CostOf(new TokenUsage(needs.InputTokens, Math.Min(needs.MaxOutputTokens ?? UsualReply, model.MaxOutput ?? UsualReply)));

    /// <summary>From 0, the best, to 1; infinite where the price is unknown. A latency that was never measured counts as half the worst.</summary>
    public static double ScoreOf(decimal? cost, TimeSpan? latency) => cost is not { } usd ? double.PositiveInfinity
        : CostWeight * (double)Math.Clamp(usd / WorstCost, 0, 1) + LatencyWeight * (latency is { } took ? Math.Clamp(took.TotalSeconds / WorstLatency, 0, 1) : 0.5);

    /// <param name="models">In the user's order.</param>
    /// <returns>All of them; whether they can take the call is another question.</returns>
    public static IReadOnlyList<ModelInfo> Sort(RouteStrategy strategy, IReadOnlyList<ModelInfo> models, CallNeeds needs, RouteFacts facts) => strategy switch
    {
        RouteStrategy.Cheapest => [.. models.OrderBy(model => CostOf(model, needs) ?? decimal.MaxValue).ThenBy(Id, StringComparer.Ordinal)],
        RouteStrategy.Fastest => [.. models.OrderBy(model => facts.LatencyOf(model.Ref) ?? TimeSpan.MaxValue).ThenBy(model => CostOf(model, needs) ?? decimal.MaxValue).ThenBy(Id, StringComparer.Ordinal)],
        RouteStrategy.Balanced => [.. models.OrderBy(model => ScoreOf(CostOf(model, needs), facts.LatencyOf(model.Ref))).ThenBy(Id, StringComparer.Ordinal)],
        // Every provider's best comes before any provider's second.
        RouteStrategy.Diverse => [.. models
            .GroupBy(model => model.Ref.Provider, StringComparer.Ordinal)
            .SelectMany(static models => models.Select(static (model, rank) => (model, rank)))
            .OrderBy(static entry => entry.rank).ThenBy(entry => facts.CallsOf(entry.model.Ref.Provider)).ThenBy(static entry => Id(entry.model), StringComparer.Ordinal)
            .Select(static entry => entry.model)],
        _ => models,
    };

    private static string Id(ModelInfo model) => model.Ref.ToString();
}
