using System.Text.Json.Serialization;

namespace Pryx.Protocol.Models;

/// <param name="Note">Why there is none, and what to do; null otherwise.</param>
public sealed record ModelList(IReadOnlyList<ModelBody> Models, string? Note = null)
{
    /// <summary>Where the answer comes from and how old it is; null for what a provider itself answered.</summary>
    public CatalogState? Catalog { get; init; }
}

/// <summary>Limits in tokens, prices in USD per million tokens; what is not known is left out.</summary>
public sealed record ModelBody(string Id, string Name)
{
    public string? Provider { get; init; }
    public string? Family { get; init; }

    /// <summary>alpha, beta or deprecated; null for one in general use.</summary>
    public string? Status { get; init; }
    public DateOnly? ReleaseDate { get; init; }
    public long? ContextWindow { get; init; }
    public long? MaxInputTokens { get; init; }
    public long? MaxOutputTokens { get; init; }
    public string? Tokenizer { get; init; }
    public IReadOnlyList<string>? InputModalities { get; init; }
    public IReadOnlyList<string>? OutputModalities { get; init; }
    public bool SupportsTools { get; init; }
    public bool SupportsVision { get; init; }
    public bool SupportsReasoning { get; init; }
    public bool SupportsStreaming { get; init; } = true;
    public bool SupportsCaching { get; init; }
    public bool SupportsStructuredOutput { get; init; }

    [JsonPropertyName("input_price_1m")]
    public decimal? InputPrice { get; init; }

    [JsonPropertyName("output_price_1m")]
    public decimal? OutputPrice { get; init; }

    [JsonPropertyName("cache_read_price_1m")]
    public decimal? CacheReadPrice { get; init; }

    [JsonPropertyName("cache_write_price_1m")]
    public decimal? CacheWritePrice { get; init; }

    [JsonPropertyName("reasoning_price_1m")]
    public decimal? ReasoningPrice { get; init; }

    /// <summary>USD for the call itself.</summary>
    public decimal? RequestPrice { get; init; }
    public IReadOnlyList<ModelTierBody>? PriceTiers { get; init; }
    public IReadOnlyList<string>? ReasoningEfforts { get; init; }
    public long? ReasoningBudgetMin { get; init; }
    public long? ReasoningBudgetMax { get; init; }
    public int? MaxToolsPerRequest { get; init; }
    public int? MaxParallelToolCalls { get; init; }
    public int? MaxImagesPerRequest { get; init; }
    public int? RateLimitRpm { get; init; }
    public int? RateLimitRph { get; init; }
    public string? CacheControlTtl { get; init; }

    /// <summary>A call could be sent to its provider; null where nobody asked.</summary>
    public bool? Configured { get; init; }

    public static ModelBody Of(ModelInfo model) => new(model.Ref.Model, model.DisplayName ?? model.Ref.Model)
    {
        Family = model.Family,
        Status = model.Status,
        ReleaseDate = model.Released,
        ContextWindow = model.ContextWindow,
        MaxInputTokens = model.MaxInput,
        MaxOutputTokens = model.MaxOutput,
        Tokenizer = model.Tokenizer,
        InputModalities = model.InputModalities,
        OutputModalities = model.OutputModalities,
        SupportsTools = model.SupportsTools,
        SupportsVision = model.SupportsImages,
        SupportsReasoning = model.SupportsReasoning,
        SupportsStreaming = model.SupportsStreaming,
        SupportsCaching = model.SupportsCaching,
        SupportsStructuredOutput = model.SupportsStructuredOutput,
        InputPrice = model.Price?.Input,
        OutputPrice = model.Price?.Output,
        CacheReadPrice = model.Price?.CacheRead,
        CacheWritePrice = model.Price?.CacheWrite,
        ReasoningPrice = model.Price?.Reasoning,
        RequestPrice = model.Price is { Request: > 0 and var request } ? request : null,
        PriceTiers = model.Price is { Tiers.Count: > 0 } price ? [.. price.Tiers.Select(tier => new ModelTierBody(tier.Above, tier.Price.Input, tier.Price.Output) { CacheReadPrice = tier.Price.CacheRead, CacheWritePrice = tier.Price.CacheWrite })] : null,
        ReasoningEfforts = model.Efforts.Count > 0 ? model.Efforts : null,
        ReasoningBudgetMin = model.ReasoningBudget?.Min,
        ReasoningBudgetMax = model.ReasoningBudget?.Max,
        MaxToolsPerRequest = model.MaxToolsPerRequest,
        MaxParallelToolCalls = model.MaxParallelToolCalls,
        MaxImagesPerRequest = model.MaxImagesPerRequest,
        RateLimitRpm = model.RequestsPerMinute,
        RateLimitRph = model.RequestsPerHour,
        CacheControlTtl = model.CacheControlTtl,
    };
}

/// <param name="Above">Input tokens: these prices hold for a call with more than that.</param>
public sealed record ModelTierBody(long Above, [property: JsonPropertyName("input_price_1m")] decimal InputPrice, [property: JsonPropertyName("output_price_1m")] decimal OutputPrice)
{
    [JsonPropertyName("cache_read_price_1m")]
    public decimal? CacheReadPrice { get; init; }

    [JsonPropertyName("cache_write_price_1m")]
    public decimal? CacheWritePrice { get; init; }
}

/// <summary>Where what is known of models comes from.</summary>
/// <param name="Source">fetched, file (somebody put it there) or bundled: the newest of them.</param>
/// <param name="FetchedAt">When that was true.</param>
public sealed record CatalogState(string Source, DateTimeOffset FetchedAt)
{
    /// <summary>When its source was last asked; null where it never was.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Older than a day; the daemon then asks for a new one.</summary>
    public bool IsStale { get; init; }

    /// <summary>Where it is fetched; null when that is switched off.</summary>
    public string? Url { get; init; }

    /// <summary>When OpenRouter's own list was last fetched; null where it never was.</summary>
    public DateTimeOffset? OpenrouterCheckedAt { get; init; }

    /// <summary>Why the last refresh failed, or a file was not used; null when all is well.</summary>
    public string? Warning { get; init; }
}

/// <param name="IsChanged">Something new was there.</param>
/// <param name="Models">So many are known now.</param>
public sealed record CatalogRefreshed(bool IsChanged, int Models, CatalogState Catalog);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelBody))]
[JsonSerializable(typeof(CatalogState))]
[JsonSerializable(typeof(CatalogRefreshed))]
public sealed partial class ModelListJson : JsonSerializerContext;
