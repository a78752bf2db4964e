using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>
/// How much a model is to think: as a word where it takes words, as tokens where it takes a number. What was asked for comes from the
/// options, what the model takes from what is known of it.
/// </summary>
internal static class Efforts
{
    /// <summary>From the least to the most; providers use some of them.</summary>
    private static readonly string[] Words = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

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

    /// <summary>The model's own word that is nearest to the one asked for, the greater of two equally near; null when none was asked for.</summary>
    /// <param name="known">Empty when it is not known which words the model takes: then the word asked for.</param>
    public static string? Name(ReasoningEffort? effort, IReadOnlyList<string> known)
    {
        var asked = Name(effort);
        if (asked is null || known.Count == 0 || known.Contains(asked, StringComparer.OrdinalIgnoreCase))
            return asked;
        var rank = Array.IndexOf(Words, asked);
        string? nearest = null;
        var distance = int.MaxValue;
        foreach (var word in known)
        {
            var other = Array.IndexOf(Words, word.ToLowerInvariant());
            // Twice the distance, less one for the greater: so ties go up.
            var away = (Math.Abs(other - rank) * 2) - (other > rank ? 1 : 0);
            if (other >= 0 && away < distance)
                (nearest, distance) = (word.ToLowerInvariant(), away);
        }
        return nearest;
    }

    /// <summary>The effort that the options ask for, or the one that comes near the tokens they ask for; null when they ask for neither.</summary>
    public static ReasoningEffort? Of(ChatOptions? options) => options?.Reasoning?.Effort ?? Asked(options) switch
    {
        null => null,
        0 => ReasoningEffort.None,
        <= 6_000 => ReasoningEffort.Low,
        <= 15_000 => ReasoningEffort.Medium,
        <= 28_000 => ReasoningEffort.High,
        _ => ReasoningEffort.ExtraHigh,
    };

    /// <summary>The tokens to think with, within what the model takes; 0 for no thinking, null when nothing was asked for.</summary>
    public static int? Budget(ChatOptions? options, ReasoningBudget? bounds)
    {
        var asked = Asked(options) ?? options?.Reasoning?.Effort switch
        {
            null => null,
            ReasoningEffort.None => 0,
            ReasoningEffort.Low => 4_096,
            ReasoningEffort.Medium => 10_240,
            ReasoningEffort.High => 20_480,
            _ => 32_000,
        };
        // A lower bound says how little the model can think with, not that it can not be told to leave it.
        return asked is null or 0 ? (int?)asked : (int)Math.Clamp(asked.Value, bounds?.Min ?? 0, Math.Max(bounds?.Min ?? 0, bounds?.Max ?? int.MaxValue));
    }

    /// <summary>The tokens that the options name; null when they name none.</summary>
    public static long? Asked(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(WireKeys.ReasoningBudget, out var value) == true
            ? value switch { long tokens => Math.Max(0, tokens), int tokens => Math.Max(0, tokens), _ => null }
            : null;
}
