namespace Pryx.Protocol.Models;

/// <summary>USD per million tokens.</summary>
/// <param name="CacheRead">Null: cached input costs what input costs.</param>
/// <param name="CacheWrite">Null: writing to the cache costs what input costs.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CacheRead = null, decimal? CacheWrite = null)
{
    /// <summary>Null: reasoning costs what output costs.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>USD for the call itself, whatever its size.</summary>
    public decimal Request { get; init; }

    /// <summary>Other prices for calls with much input, the smallest threshold first: a call pays for all its tokens at the last tier that it reaches.</summary>
    public IReadOnlyList<PriceTier> Tiers { get; init; } = [];

    /// <summary>The prices that a call with that much input pays.</summary>
    public ModelPrice For(long input)
    {
        PriceTier? reached = null;
        foreach (var tier in Tiers)
        {
            if (input > tier.Above)
            {
                reached = tier;
            }
        }
        return reached is null ? this : reached.Price with { Request = Request };
    }

    /// <summary>USD.</summary>
    public decimal CostOf(TokenUsage usage)
    {
        var price = For(usage.Input);
        return price.Request
            + ((usage.Input - usage.Cached - usage.CacheWrite) * price.Input
                + usage.Cached * (price.CacheRead ?? price.Input)
                + usage.CacheWrite * (price.CacheWrite ?? price.Input)
                + (usage.Output - usage.Reasoning) * price.Output
                + usage.Reasoning * (price.Reasoning ?? price.Output)) / 1_000_000m;
    }
}

/// <param name="Above">Input tokens: the tier holds for a call with more than that.</param>
/// <param name="Price">Without tiers of its own.</param>
public sealed record PriceTier(long Above, ModelPrice Price);
