using System.Globalization;
using Pryx.Agent.Models;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>What a model takes in one request, held against what it is about to be sent (PRD §8.4.1, PreValidateRequest): nothing is sent that must fail.</summary>
public static class RequestLimits
{
    // Below this a reply is not worth its request.
    private const long LeastReply = 256;

    /// <exception cref="ModelException">ContextTooLong or InvalidRequest, with the limit and what exceeds it.</exception>
    public static void Require(ModelInfo model, CallNeeds needs)
    {
        if (WindowOf(model) is { } window && needs.InputTokens > window)
        {
            throw TooLarge(model, needs.InputTokens, window);
        }
        if (model.SupportsTools && model.MaxToolsPerRequest is { } tools && needs.Tools > tools)
        {
            throw Refused(model, Invariant($"too many tools: {needs.Tools} > {tools}."), "Choose a model that takes more of them, or turn tools off.");
        }
        if (TakesImages(model))
        {
            if (model.MaxImagesPerRequest is { } images && needs.Images > images)
            {
                throw Refused(model, Invariant($"too many images: {needs.Images} > {images}."), "Send fewer at once.");
            }
        }
        else if (needs.Images > 0)
        {
            throw Refused(model, Invariant($"too many images: {needs.Images} > 0; it takes {string.Join(", ", model.InputModalities)} only."), "Choose a model that sees with --model, or send the message without the image.");
        }
    }

    /// <summary>The output limit of a call: never more than the model gives, nor than its window leaves; null leaves it to the provider.</summary>
    public static int? OutputCap(ModelInfo model, CallNeeds needs, int? wanted)
    {
        long? cap = wanted;
        if (model.MaxOutput is { } most && (cap is null || cap > most))
        {
            // Unasked, the provider's own limit does; only where the window leaves less it has to be said.
            cap = wanted is null ? null : most;
        }
        if (model.ContextWindow is { } window && (cap ?? model.MaxOutput) is { } size)
        {
            // The estimate may be a little too small.
            var left = Math.Max(LeastReply, window - needs.InputTokens - needs.InputTokens / 20);
            if (left < size)
            {
                // By halves, not by the token: the limit stands before the history, and a provider's cache begins anew with each other one.
                var half = size;
                while (half > left && half > LeastReply)
                {
                    half /= 2;
                }
                cap = Math.Max(half, LeastReply);
            }
        }
        return cap is { } limit ? (int)Math.Clamp(limit, 1, int.MaxValue) : null;
    }

    /// <summary>True also where nobody knows.</summary>
    public static bool TakesImages(ModelInfo model) => model.SupportsImages || model.InputModalities.Contains("image") || !IsKnown(model);

    internal static ModelException TooLarge(ModelInfo model, long tokens, long window) => new(
        ModelFailure.ContextTooLong,
        Invariant($"{model.Ref}: prompt too large: {tokens} > {window} tokens. Nothing was sent. Shorten the message, start a new session, or choose a model with a larger window."))
    { Provider = model.Ref.Provider };

    internal static long? WindowOf(ModelInfo model) => model.ContextWindow is { } window ? Math.Min(window, model.MaxInput ?? window) : model.MaxInput;

    // Only the catalog gives names; of other models a missing capability says nothing.
    internal static bool IsKnown(ModelInfo model) => model.DisplayName is not null;

    private static ModelException Refused(ModelInfo model, string what, string next) =>
        new(ModelFailure.InvalidRequest, $"{model.Ref}: {what} Nothing was sent. {next}") { Provider = model.Ref.Provider };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
