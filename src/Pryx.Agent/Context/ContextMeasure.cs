using Pryx.Agent.Models;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>How large a request is going to be.</summary>
/// <param name="Estimated">Tokens before the correction by what the provider counted.</param>
/// <param name="WorstTokens">What no provider's count exceeds.</param>
/// <param name="WorstByLastCount">The same for the model that has counted the request before; null when none has.</param>
public sealed record ContextMeasure(ContextUsage Usage, long Estimated, long WorstTokens, long? WorstByLastCount, int Images)
{
    /// <summary>What the meter had seen by then.</summary>
    internal long EverAdded { get; init; }
    internal int Summaries { get; init; }


    /// <param name="schema">Bytes of the answer's schema, which goes with the request; 0 for none.</param>
    public CallNeeds Needs(ModelRef model, int tools, int? maxOutputTokens, long schema = 0) => new()
    {
        InputTokens = Usage.Used + schema / 3,
        WorstInputTokens = WorstTokens + schema,
        WorstByLastCount = WorstByLastCount + schema,
        LastCountedBy = WorstByLastCount is null ? null : model,
        MaxOutputTokens = maxOutputTokens,
        Tools = tools,
        Images = Images,
    };
}
