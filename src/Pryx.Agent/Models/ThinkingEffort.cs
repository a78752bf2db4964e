using System.Globalization;
using Microsoft.Extensions.AI;
using Pryx.Agent.Context;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>How much the user wants a model to think: in one of five words, or in tokens.</summary>
public sealed record ThinkingEffort
{
    /// <summary>What <see cref="Parse"/> takes, in words.</summary>
    public const string Expected = "one of none, low, medium, high, xhigh, a number of tokens, or default";

    /// <summary>Takes back what was said before: each provider's own default.</summary>
    public const string Default = "default";

    // Tokens that are asked for unasked where a provider wants a limit; what is thought counts as output, and a quarter is left to answer with.
    private const long UsualOutput = 32_000;
    private readonly ReasoningEffort? _word;
    private readonly long _tokens;

    private ThinkingEffort(ReasoningEffort? word, long tokens) => (_word, _tokens) = (word, tokens);

    /// <summary>It asks for thinking, so that a model that does not reason is not what is wanted.</summary>
    public bool IsThinking => _word is { } word ? word != ReasoningEffort.None : _tokens > 0;

    /// <summary>Null when it is none; <see cref="Default"/> is none either.</summary>
    public static ThinkingEffort? Parse(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        "none" or "off" => new(ReasoningEffort.None, 0),
        "minimal" or "low" => new(ReasoningEffort.Low, 0),
        "medium" => new(ReasoningEffort.Medium, 0),
        "high" => new(ReasoningEffort.High, 0),
        "xhigh" or "max" => new(ReasoningEffort.ExtraHigh, 0),
        { Length: > 0 } number when long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) && tokens <= int.MaxValue => new(null, tokens),
        _ => null,
    };

    /// <summary>True for what may stand in a request or a configuration.</summary>
    public static bool IsValid(string text) => text.Trim().Equals(Default, StringComparison.OrdinalIgnoreCase) || Parse(text) is not null;

    /// <summary>Asks a model for it, as far as that one takes it by the catalog.</summary>
    /// <returns>What the user must know; null when the model takes it as it is.</returns>
    public string? Apply(ChatOptions options, ModelInfo model)
    {
        var name = model.DisplayName ?? model.Ref.ToString();
        if (RequestLimits.IsKnown(model) && !model.SupportsReasoning)
        {
            return IsThinking ? $"{name} does not reason: the effort that was asked for is left out." : null;
        }
        if (_word is { } word)
        {
            options.Reasoning = new() { Effort = word };
            return null;
        }
        var most = Math.Min(model.ReasoningBudget?.Max ?? long.MaxValue, (options.MaxOutputTokens ?? model.MaxOutput) is { } output ? output / 4 * 3 : long.MaxValue);
        var least = _tokens == 0 ? 0 : Math.Min(model.ReasoningBudget?.Min ?? 0, most);
        var tokens = Math.Clamp(_tokens, least, most);
        (options.AdditionalProperties ??= [])[WireKeys.ReasoningBudget] = tokens;
        if (tokens > UsualOutput / 4 * 3 && options.MaxOutputTokens is null && model.MaxOutput is { } limit)
        {
            options.MaxOutputTokens = (int)Math.Min(limit, (tokens / 3 * 4) + 4);
        }
        return tokens == _tokens ? null : string.Create(CultureInfo.InvariantCulture, $"{name} thinks with {least:N0} to {most:N0} tokens: {tokens:N0} are asked for instead of {_tokens:N0}.");
    }
}
