using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>What a model call is for.</summary>
public enum CallKind { Step, Summary, Title, Review, Sampling }

/// <summary>What the model of a call must be able to take.</summary>
public sealed record CallNeeds
{
    /// <summary>The best estimate of the request, in tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>What the request will not exceed by any provider's count, in tokens.</summary>
    public long WorstInputTokens { get; init; }

    /// <summary>The same by the count of <see cref="LastCountedBy"/> alone, which has counted most of it before; null when nobody has.</summary>
    public long? WorstByLastCount { get; init; }
    public ModelRef? LastCountedBy { get; init; }

    /// <summary>Tokens of the reply; null leaves it to the model's own limit.</summary>
    public int? MaxOutputTokens { get; init; }
    public int Tools { get; init; }
    public int Images { get; init; }

    /// <summary>PDF files.</summary>
    public int Documents { get; init; }

    /// <summary>It is asked to think before it answers.</summary>
    public bool Reasoning { get; init; }

    /// <summary>What the request will not exceed by this model's count, in tokens: much closer once it has counted the request before.</summary>
    public long WorstFor(ModelRef model) => WorstByLastCount is { } worst && LastCountedBy == model ? worst : WorstInputTokens;
}
