using Pryx.Agent.Models;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>How large a request is going to be.</summary>
/// <param name="Estimated">Tokens before the correction by what the provider counted.</param>
/// <param name="WorstTokens">What no provider's count exceeds.</param>
/// <param name="WorstByLastCount">The same for the model that has counted the request before; null when none has.</param>
public sealed record ContextMeasure(ContextUsage Usage, long Estimated, long WorstTokens, long? WorstByLastCount, int Images)
{
    public CallNeeds Needs(ModelRef model, int tools, int? maxOutputTokens) => new()
    {
        InputTokens = Usage.Used,
        WorstInputTokens = WorstTokens,
        WorstByLastCount = WorstByLastCount,
        LastCountedBy = WorstByLastCount is null ? null : model,
        MaxOutputTokens = maxOutputTokens,
        Tools = tools,
        Images = Images,
    };
}
