using Pryx.Agent.Turns;

namespace Pryx.Agent.Budgets;

/// <summary>Keeps a turn within its own cost limit, without a memory that outlives the process; the store's budget keeps all the others as well.</summary>
public sealed class TurnBudget(TurnLimits limits) : IBudget
{
    private decimal _reserved;
    private decimal _lost;

    public Task<Allowance> ReserveAsync(CallBid bid, CancellationToken cancellationToken) => Task.FromResult(Of(bid));

    private Allowance Of(CallBid bid)
    {
        if (limits.MaxCostUsd is not { } limit)
        {
            return new(bid.Needs.MaxOutputTokens);
        }
        if (bid.Model.Price is not { } price)
        {
            throw new CallRefusedException("MAX_COST", $"The price of {bid.Model.Ref} is not known, so a cost limit can not be kept. Choose a model with a known price or leave --max-cost out.");
        }
        // The attempt before has failed, and may be billed all the same.
        _lost += bid.Attempt > 1 ? _reserved : 0;
        var worst = WorstCase.Of(price, bid);
        var left = limit - bid.SpentInTurn - _lost;
        var output = worst.OutputFor(left);
        if (output < worst.LeastOutput)
        {
            throw new CallRefusedException("MAX_COST", $"Stopped before model call {bid.Step}: it would cost about ${worst.LeastUsd:0.0000} or more, ${Math.Max(0, left):0.0000} of ${limit:0.00##} is left.");
        }
        _reserved = worst.CostOf(output);
        return new(output);
    }
}
