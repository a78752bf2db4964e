using Pryx.Agent.Models;
using Pryx.Protocol;
using Pryx.Protocol.Models;

namespace Pryx.Core.Costs;

/// <summary>One model call.</summary>
/// <param name="Usage">As the provider has counted; of an estimate, ours.</param>
/// <param name="Cost">USD at the price of that moment; null when it was unknown.</param>
public sealed record UsageEntry(
    SessionId SessionId, TurnId TurnId, int Step, ModelRef Model, TokenUsage Usage, decimal? Cost, TimeSpan Latency, string? FinishReason, string? RequestId)
{
    public CallKind Kind { get; init; }

    /// <summary>From 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>PROVIDER_…, STOPPED or UNKNOWN; null for a whole reply.</summary>
    public string? Error { get; init; }

    /// <summary>The provider sent no count: <see cref="Usage"/> and <see cref="Cost"/> are the best guess.</summary>
    public bool IsEstimate { get; init; }
    public ModelPrice? Price { get; init; }

    /// <summary><see cref="Cost"/> is the provider's own figure, not ours by <see cref="Price"/>.</summary>
    public bool IsReported { get; init; }

    /// <summary>What was set aside for it.</summary>
    public string? Reservation { get; init; }

    /// <summary>USD as budgets count it: where the provider does not say how much of the output was reasoning, all of it may have been.</summary>
    internal decimal BudgetUsd => !IsEstimate && !IsReported && Usage.Reasoning == 0 && Price is { Reasoning: not null } price
        ? Math.Max(Cost ?? 0, price.CostOf(Usage with { Reasoning = Usage.Output }))
        : Cost ?? 0;

    public static UsageEntry Of(SessionId session, TurnId turn, CallRecord call)
    {
        // Refused before anything was done: that nothing is to be paid is known, no guess.
        var usage = call.Usage ?? (call.IsUnbilled ? new TokenUsage(0, 0) : (TokenUsage?)null);
        var price = call.Model.Price;
        var cost = call.IsUnbilled && call.Usage is null ? 0 : usage is null ? price?.CostOf(call.Estimate) : call.Cost;
        return new(session, turn, call.Step, call.Model.Ref, usage ?? call.Estimate, cost, call.Latency, call.FinishReason, call.RequestId)
        {
            Kind = call.Kind,
            Attempt = call.Attempt,
            Error = call.Error,
            IsEstimate = usage is null,
            Price = price,
            IsReported = call.ReportedUsd is not null,
            Reservation = call.Reservation,
        };
    }
}
