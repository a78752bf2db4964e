using Microsoft.Extensions.AI;

namespace Pryx.Providers.Http;

internal static class Efforts
{
    /// <summary>OpenAI's words for reasoning efforts; null when none was asked for.</summary>
    public static string? Name(ReasoningEffort? effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "xhigh",
        _ => null,
    };
}
