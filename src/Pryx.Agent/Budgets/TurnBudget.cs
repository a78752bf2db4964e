using Pryx.Agent.Turns;

namespace Pryx.Agent.Budgets;

/// <summary>Keeps a turn within its own cost limit: the worst case of a call is reserved before it is made, its output limit lowered to what is left.</summary>
public sealed class TurnBudget(TurnLimits limits) : IBudget
{
    // Fewer output tokens than this are not worth paying the input for.
    private const int LeastOutput = 64;

    public Task<Allowance> ReserveAsync(CallBid bid, CancellationToken cancellationToken) => Task.FromResult(Of(bid));

    private Allowance Of(CallBid bid)
    {
        var wanted = bid.Needs.MaxOutputTokens;
        if (limits.MaxCostUsd is not { } limit)
        {
            return new(wanted);
        }
        if (bid.Model.Price is not { } price)
        {
            throw new CallRefusedException("MAX_COST", $"The price of {bid.Model.Ref} is not known, so a cost limit can not be kept. Choose a model with a known price or leave --max-cost out.");
        }
        var tokens = Math.Max(bid.Needs.WorstInputTokens, bid.Last.Input + bid.Last.Output);
        var paid = price.For(tokens);
        var input = price.Request + tokens * Math.Max(paid.Input, paid.CacheWrite ?? 0) / 1_000_000m;
        var output = Math.Max(paid.Output, paid.Reasoning ?? 0);
        var left = limit - bid.SpentInTurn;
        if (output == 0 && input <= left)
        {
            return new(wanted);
        }
        var affordable = output == 0 ? 0 : (left - input) * 1_000_000m / output;
        if (affordable < LeastOutput)
        {
            throw new CallRefusedException("MAX_COST", $"Stopped before model call {bid.Step}: it would cost about ${input + LeastOutput * output / 1_000_000m:0.0000} or more, ${Math.Max(0, left):0.0000} of ${limit:0.00##} is left.");
        }
        var most = (int)Math.Min(affordable, bid.Model.MaxOutput ?? 1_000_000);
        return new(Math.Min(most, wanted ?? int.MaxValue));
    }
}
