using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>What the user says of a model, over whatever a catalog says; a null says nothing.</summary>
public sealed record ModelOverride
{
    public string? Name { get; init; }
    public long? Context { get; init; }
    public long? MaxInput { get; init; }
    public long? MaxOutput { get; init; }

    /// <summary>USD per million tokens; so are the next three.</summary>
    public decimal? InputPrice { get; init; }
    public decimal? OutputPrice { get; init; }
    public decimal? CacheReadPrice { get; init; }
    public decimal? CacheWritePrice { get; init; }
    public bool? Tools { get; init; }
    public bool? Images { get; init; }
    public bool? Reasoning { get; init; }
    public bool? Streaming { get; init; }
    public string? Tokenizer { get; init; }

    /// <summary><c>5m</c> or <c>1h</c>.</summary>
    public string? CacheControlTtl { get; init; }

    /// <summary>Requests per minute and per hour.</summary>
    public int? Rpm { get; init; }
    public int? Rph { get; init; }
    public int? MaxTools { get; init; }
    public int? MaxParallelToolCalls { get; init; }
    public int? MaxImages { get; init; }

    public ModelInfo Over(ModelInfo model) => model with
    {
        DisplayName = Name ?? model.DisplayName,
        ContextWindow = Context ?? model.ContextWindow,
        MaxInput = MaxInput ?? model.MaxInput,
        MaxOutput = MaxOutput ?? model.MaxOutput,
        Price = PriceOver(model.Price),
        SupportsTools = Tools ?? model.SupportsTools,
        SupportsImages = Images ?? model.SupportsImages,
        InputModalities = Images is not { } images || images == model.InputModalities.Contains("image") ? model.InputModalities
            : images ? [.. model.InputModalities, "image"] : [.. model.InputModalities.Where(kind => kind != "image")],
        SupportsReasoning = Reasoning ?? model.SupportsReasoning,
        SupportsStreaming = Streaming ?? model.SupportsStreaming,
        SupportsCaching = model.SupportsCaching || CacheReadPrice is not null || CacheControlTtl is not null,
        Tokenizer = Tokenizer ?? model.Tokenizer,
        CacheControlTtl = CacheControlTtl ?? model.CacheControlTtl,
        RequestsPerMinute = Rpm ?? model.RequestsPerMinute,
        RequestsPerHour = Rph ?? model.RequestsPerHour,
        MaxToolsPerRequest = MaxTools ?? model.MaxToolsPerRequest,
        MaxParallelToolCalls = MaxParallelToolCalls ?? model.MaxParallelToolCalls,
        MaxImagesPerRequest = MaxImages ?? model.MaxImagesPerRequest,
    };

    // A price of the user's own has no tiers: they would begin at another one. Half a price is none.
    private ModelPrice? PriceOver(ModelPrice? known)
    {
        if (InputPrice is null && OutputPrice is null)
        {
            return known is null ? null : known with { CacheRead = CacheReadPrice ?? known.CacheRead, CacheWrite = CacheWritePrice ?? known.CacheWrite };
        }
        return (InputPrice ?? known?.Input) is { } input && (OutputPrice ?? known?.Output) is { } output
            ? new(input, output, CacheReadPrice ?? (InputPrice is null ? known?.CacheRead : null), CacheWritePrice ?? (InputPrice is null ? known?.CacheWrite : null))
            : known;
    }
}
