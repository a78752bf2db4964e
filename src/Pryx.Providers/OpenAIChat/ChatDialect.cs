namespace Pryx.Providers.OpenAIChat;

/// <summary>How a server's Chat Completions differ. The default is what all of them understand.</summary>
public sealed record ChatDialect
{
    public static ChatDialect Compatible { get; } = new();

    public static ChatDialect OpenAI { get; } = new()
    {
        TakesMaxCompletionTokens = true,
        TakesCacheKey = true,
        Effort = EffortField.ReasoningEffort,
        TakesAnyArguments = true,
    };

    public static ChatDialect OpenRouter { get; } = new() { Effort = EffortField.ReasoningObject, MarksCache = true, AsksForCost = true };

    /// <summary>Refuses fields it does not know, and call ids that are not nine letters and digits.</summary>
    public static ChatDialect Mistral { get; } = new() { TakesStreamOptions = false, TakesNineCharacterIds = true };

    /// <summary><c>max_completion_tokens</c>; the older <c>max_tokens</c> is refused by OpenAI's reasoning models.</summary>
    public bool TakesMaxCompletionTokens { get; init; }
    public bool TakesStreamOptions { get; init; } = true;
    public bool TakesCacheKey { get; init; }
    public bool TakesNineCharacterIds { get; init; }

    /// <summary>True when malformed arguments may go back as they came. Others parse them and refuse the whole request.</summary>
    public bool TakesAnyArguments { get; init; }

    /// <summary>True when it hands cache markers on to the models behind it that look for them: Claude caches nothing else.</summary>
    public bool MarksCache { get; init; }
    public EffortField Effort { get; init; }

    /// <summary>OpenRouter's own field; null leaves the choice of the upstream provider to it.</summary>
    public OpenRouterRouting? Routing { get; init; }

    /// <summary>True asks for what the call has cost (OpenRouter).</summary>
    public bool AsksForCost { get; init; }
}

public enum EffortField
{
    /// <summary>The server decides.</summary>
    None,
    /// <summary><c>"reasoning_effort": "high"</c></summary>
    ReasoningEffort,
    /// <summary><c>"reasoning": {"effort": "high"}</c></summary>
    ReasoningObject,
}
