namespace Pryx.Agent.Models;

/// <summary>What a model call is for.</summary>
public enum CallKind { Step, Summary, Title }

/// <summary>What the model of a call must be able to take.</summary>
public sealed record CallNeeds
{
    /// <summary>The best estimate of the request, in tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>What the request will not exceed by any provider's count, in tokens.</summary>
    public long WorstInputTokens { get; init; }

    /// <summary>Tokens of the reply; null leaves it to the model's own limit.</summary>
    public int? MaxOutputTokens { get; init; }
    public int Tools { get; init; }
    public int Images { get; init; }
}
