namespace Pryx.Protocol.Models;

/// <summary>USD per million tokens.</summary>
/// <param name="CacheRead">Null: cached input costs what input costs.</param>
/// <param name="CacheWrite">Null: writing to the cache costs what input costs.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CacheRead = null, decimal? CacheWrite = null)
{
    public decimal CostOf(TokenUsage usage) =>
        ((usage.Input - usage.Cached - usage.CacheWrite) * Input
            + usage.Cached * (CacheRead ?? Input)
            + usage.CacheWrite * (CacheWrite ?? Input)
            + usage.Output * Output) / 1_000_000m;
}

/// <summary>What is known of a model before it is called; a null is not known.</summary>
public sealed record ModelInfo(ModelRef Ref)
{
    public string? DisplayName { get; init; }
    public long? ContextWindow { get; init; }
    public long? MaxOutput { get; init; }
    public ModelPrice? Price { get; init; }
    public bool SupportsTools { get; init; } = true;
    public bool SupportsImages { get; init; }
    public bool SupportsReasoning { get; init; }
}
