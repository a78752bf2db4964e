namespace Pryx.Protocol.Models;

/// <summary>What is known of a model before it is called (PRD §8.4.1, ModelConstraints); a null is not known.</summary>
public sealed record ModelInfo(ModelRef Ref)
{
    private static readonly string[] TextOnly = ["text"];

    public string? DisplayName { get; init; }

    /// <summary>Such as <c>claude-sonnet</c>: what its versions have in common.</summary>
    public string? Family { get; init; }
    public DateOnly? Released { get; init; }

    /// <summary><c>alpha</c>, <c>beta</c> or <c>deprecated</c>; null for one in general use.</summary>
    public string? Status { get; init; }

    /// <summary>Tokens of a request and its reply together.</summary>
    public long? ContextWindow { get; init; }

    /// <summary>Tokens of a request, where that is less than the window.</summary>
    public long? MaxInput { get; init; }

    /// <summary>Tokens of a reply, reasoning included.</summary>
    public long? MaxOutput { get; init; }
    public ModelPrice? Price { get; init; }

    /// <summary>Such as <c>cl100k</c>.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Of <c>text</c>, <c>image</c>, <c>pdf</c>, <c>audio</c>, <c>video</c>.</summary>
    public IReadOnlyList<string> InputModalities { get; init; } = TextOnly;
    public IReadOnlyList<string> OutputModalities { get; init; } = TextOnly;
    public bool SupportsTools { get; init; } = true;
    public bool SupportsImages { get; init; }
    public bool SupportsReasoning { get; init; }
    public bool SupportsStreaming { get; init; } = true;
    public bool SupportsCaching { get; init; }
    public bool SupportsStructuredOutput { get; init; }

    /// <summary>The words the model takes for how much it is to think; empty where there are none.</summary>
    public IReadOnlyList<string> Efforts { get; init; } = [];

    /// <summary>The tokens it may be given to think with; null where it takes no number.</summary>
    public ReasoningBudget? ReasoningBudget { get; init; }
    public int? MaxToolsPerRequest { get; init; }
    public int? MaxParallelToolCalls { get; init; }
    public int? MaxImagesPerRequest { get; init; }
    public int? RequestsPerMinute { get; init; }
    public int? RequestsPerHour { get; init; }

    /// <summary>How long the provider is asked to keep a cached prefix: <c>5m</c> or <c>1h</c>; null for its default.</summary>
    public string? CacheControlTtl { get; init; }
}

/// <summary>Tokens; a null bound is not known.</summary>
public sealed record ReasoningBudget(long? Min, long? Max);
