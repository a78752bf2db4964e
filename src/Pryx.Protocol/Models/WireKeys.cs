namespace Pryx.Protocol.Models;

/// <summary>
/// The names under which the engine and the provider wires pass each other what Microsoft.Extensions.AI has no property for,
/// in the AdditionalProperties of contents, updates and options.
/// </summary>
public static class WireKeys
{
    /// <summary>On a content, both ways: <see cref="Items.OpaqueData"/>. A wire sends back only what carries its own name.</summary>
    public const string Opaque = "pryx.opaque";

    /// <summary>On a FunctionCallContent, both ways: the argument JSON as text, exactly as the model wrote it.</summary>
    public const string RawArguments = "pryx.arguments";

    /// <summary>On a FunctionResultContent: true when the call failed, was denied or was interrupted.</summary>
    public const string IsError = "pryx.is_error";

    /// <summary>On an update: the provider's request id.</summary>
    public const string RequestId = "pryx.request_id";

    /// <summary>On an update: <see cref="RateLimitState"/>, what the provider says it still takes.</summary>
    public const string RateLimits = "pryx.rate_limits";

    /// <summary>On ChatOptions: the session id, for providers that route their cache by a key.</summary>
    public const string Session = "pryx.session";

    /// <summary>On ChatOptions: the tokens a model may think with (a long), over what the effort would give; 0 for none. Models that take words get the effort.</summary>
    public const string ReasoningBudget = "pryx.reasoning_budget";

    /// <summary>On a UsageContent's details (AdditionalCounts): tokens written to the provider's cache.</summary>
    public const string CacheWriteTokens = "cache_write_tokens";

    /// <summary>On a UsageContent's details (AdditionalCounts): what the provider itself takes for the call, in billionths of a USD.</summary>
    public const string CostNanoUsd = "cost_nano_usd";

    /// <summary>On an update: a warning for the user, such as a context that the server made smaller.</summary>
    public const string Warning = "pryx.warning";
}
