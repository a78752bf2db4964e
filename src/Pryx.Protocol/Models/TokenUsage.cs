namespace Pryx.Protocol.Models;

/// <summary>Tokens of one model call or a sum of them.</summary>
/// <param name="Input">All input tokens, cached and cache-written ones included.</param>
/// <param name="Output">All output tokens, reasoning included.</param>
/// <param name="Cached">The part of the input read from the provider's cache.</param>
/// <param name="CacheWrite">The part of the input written to the provider's cache.</param>
/// <param name="Reasoning">The part of the output spent on reasoning.</param>
public readonly record struct TokenUsage(long Input, long Output, long Cached = 0, long CacheWrite = 0, long Reasoning = 0)
{
    public static TokenUsage operator +(TokenUsage left, TokenUsage right) => new(
        left.Input + right.Input, left.Output + right.Output, left.Cached + right.Cached,
        left.CacheWrite + right.CacheWrite, left.Reasoning + right.Reasoning);

    public static TokenUsage Add(TokenUsage left, TokenUsage right) => left + right;
}
