using Pryx.Protocol.Models;

namespace Pryx.Agent.Budgets;

/// <summary>
/// The most that a call can cost: all of its input at the dearest price that any of it can have (new, written to the cache, in a higher
/// tier), every token of its output limit at the dearer of output and reasoning, and what the call itself costs.
/// </summary>
/// <param name="InputUsd">With the price of the call itself.</param>
/// <param name="OutputUsd">For one token of the reply.</param>
/// <param name="WantedOutput">Tokens of the reply that would be allowed if money did not matter.</param>
/// <param name="LeastOutput">With fewer tokens of the reply the input is paid for nothing.</param>
public sealed record WorstCase(decimal InputUsd, decimal OutputUsd, int WantedOutput, int LeastOutput)
{
    private const decimal Million = 1_000_000m;

    // Of models whose own limit nobody knows: longer than nearly every reply.
    private const int UnknownLimit = 32_768;
    private const int LeastAnswer = 256;
    private const int LeastThinkingAnswer = 1_024;

    /// <summary>The least that is worth making the call for.</summary>
    public decimal LeastUsd => CostOf(LeastOutput);

    public static WorstCase Of(ModelPrice price, CallBid bid)
    {
        // The provider has counted the step before: this request holds at least that.
        var tokens = Math.Max(bid.Needs.WorstFor(bid.Model.Ref), bid.Last.Input + bid.Last.Output);
        var (input, output) = Dearest(price, tokens);
        var wanted = (int)Math.Min(bid.Needs.MaxOutputTokens ?? int.MaxValue, bid.Model.MaxOutput ?? UnknownLimit);
        var least = bid.Model.SupportsReasoning ? LeastThinkingAnswer : LeastAnswer;
        return new(price.Request + tokens * input / Million, output / Million, wanted, Math.Min(least, wanted));
    }

    /// <summary>What the call is likely to cost, for people: input at its ordinary price, a reply of a thousand tokens.</summary>
    public static decimal TypicalUsd(ModelPrice price, long inputTokens) => price.CostOf(new TokenUsage(inputTokens, 1_000));

    /// <summary>USD with an output limit.</summary>
    public decimal CostOf(int outputTokens) => InputUsd + outputTokens * OutputUsd;

    /// <summary>The output limit that the money pays for; negative when it does not pay for the input.</summary>
    public int OutputFor(decimal usd)
    {
        if (usd < InputUsd)
        {
            return -1;
        }
        return OutputUsd == 0 ? WantedOutput : (int)Math.Min((usd - InputUsd) / OutputUsd, WantedOutput);
    }

    // The provider may count fewer tokens than the worst, and a lower tier may be the dearer one.
    private static (decimal Input, decimal Output) Dearest(ModelPrice price, long tokens)
    {
        var (input, output) = Of(price);
        foreach (var tier in price.Tiers)
        {
            if (tier.Above < tokens)
            {
                var (more, moreOut) = Of(tier.Price);
                (input, output) = (Math.Max(input, more), Math.Max(output, moreOut));
            }
        }
        return (input, output);
    }

    private static (decimal Input, decimal Output) Of(ModelPrice price) =>
        (Math.Max(price.Input, Math.Max(price.CacheWrite ?? 0, price.CacheRead ?? 0)), Math.Max(price.Output, price.Reasoning ?? 0));
}
