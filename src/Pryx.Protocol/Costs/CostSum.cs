namespace Pryx.Protocol.Costs;

/// <summary>What some model calls took and cost. What the providers have counted and what is only an estimate are kept apart.</summary>
/// <param name="CostUsd">Of the calls that a provider has counted and whose price was known, at the prices of their time.</param>
/// <param name="Calls">All of them, also those that failed or were cut off.</param>
/// <param name="UnpricedCalls">How many calls the cost leaves out because no price was known.</param>
/// <param name="InputTokens">As counted by the providers.</param>
public sealed record CostSum(decimal CostUsd, long Calls, long UnpricedCalls, long InputTokens, long OutputTokens, long CachedTokens)
{
    public long CacheWriteTokens { get; init; }
    public long ReasoningTokens { get; init; }

    /// <summary>USD beside <see cref="CostUsd"/>: of calls that were cut off, stopped or lost with their process, so that no count of theirs ever came.</summary>
    public decimal EstimatedUsd { get; init; }
    public long EstimatedCalls { get; init; }

    /// <summary>Input and output of those calls.</summary>
    public long EstimatedTokens { get; init; }

    public static CostSum Nothing { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>Input and output as counted.</summary>
    public long Tokens => InputTokens + OutputTokens;

    public static CostSum operator +(CostSum left, CostSum right) => new(
        left.CostUsd + right.CostUsd, left.Calls + right.Calls, left.UnpricedCalls + right.UnpricedCalls,
        left.InputTokens + right.InputTokens, left.OutputTokens + right.OutputTokens, left.CachedTokens + right.CachedTokens)
    {
        CacheWriteTokens = left.CacheWriteTokens + right.CacheWriteTokens,
        ReasoningTokens = left.ReasoningTokens + right.ReasoningTokens,
        EstimatedUsd = left.EstimatedUsd + right.EstimatedUsd,
        EstimatedCalls = left.EstimatedCalls + right.EstimatedCalls,
        EstimatedTokens = left.EstimatedTokens + right.EstimatedTokens,
    };

    public static CostSum Add(CostSum left, CostSum right) => left + right;
}
