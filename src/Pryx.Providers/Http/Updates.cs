using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>The updates all wires give out.</summary>
internal static class Updates
{
    public static ChatResponseUpdate Of(AIContent content) => new(ChatRole.Assistant, [content]);

    public static ChatResponseUpdate Text(string text) => Of(new TextContent(text));

    public static ChatResponseUpdate Reasoning(string text) => Of(new TextReasoningContent(text));

    public static ChatResponseUpdate RequestId(string? requestId) => new(ChatRole.Assistant, [])
    {
        AdditionalProperties = requestId is null ? null : new() { [WireKeys.RequestId] = requestId },
    };

    public static ChatResponseUpdate RateLimits(RateLimitState limits) => new(ChatRole.Assistant, [])
    {
        AdditionalProperties = new() { [WireKeys.RateLimits] = limits },
    };

    public static ChatResponseUpdate Warning(string text) => new(ChatRole.Assistant, [])
    {
        AdditionalProperties = new() { [WireKeys.Warning] = text },
    };

    public static ChatResponseUpdate Finish(ChatFinishReason reason) => new(ChatRole.Assistant, []) { FinishReason = reason };

    public static ChatResponseUpdate Usage(TokenUsage usage, decimal? costUsd = null) => Of(new UsageContent(new()
    {
        InputTokenCount = usage.Input,
        OutputTokenCount = usage.Output,
        TotalTokenCount = usage.Input + usage.Output,
        CachedInputTokenCount = usage.Cached,
        ReasoningTokenCount = usage.Reasoning,
        AdditionalCounts = CountsOf(usage, costUsd),
    }));

    private static AdditionalPropertiesDictionary<long>? CountsOf(TokenUsage usage, decimal? costUsd)
    {
        var counts = usage.CacheWrite == 0 && costUsd is null ? null : new AdditionalPropertiesDictionary<long>();
        if (usage.CacheWrite != 0)
        {
            counts![WireKeys.CacheWriteTokens] = usage.CacheWrite;
        }
        if (costUsd is { } cost)
        {
            counts![WireKeys.CostNanoUsd] = (long)decimal.Round(cost * 1_000_000_000m);
        }
        return counts;
    }
}
