using System.Globalization;
using Pryx.Agent.Models;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;

namespace Pryx.Core.Routing;

/// <summary>Why no model could be chosen or called, in words for a person.</summary>
internal static class RouteTrouble
{
    public static ModelException TooLongToWait(ModelInfo model, TimeSpan wait, DateTimeOffset now)
    {
        var length = wait >= TimeSpan.FromMinutes(2) ? $"{Math.Ceiling(wait.TotalMinutes):0} min" : $"{Math.Ceiling(wait.TotalSeconds):0} s";
        return new(ModelFailure.RateLimited, string.Create(CultureInfo.InvariantCulture,
            $"{model.DisplayName ?? model.Ref.ToString()} takes no more calls until {(now + wait).UtcDateTime:HH:mm:ss} UTC, in {length}: its rate limit is used up. Wait, or choose another model with --model."))
        {
            Provider = model.Ref.Provider,
            RetryAfter = wait,
        };
    }

    public static PryxException UnknownStrategy(string text) => new(
        "MODEL_INVALID", $"There is no routing strategy '{text}'.", $"use one of {string.Join(", ", RouteStrategies.Names)}, or name a model as provider/model");

    public static PryxException NotAModel(string key, string text) => new(
        "MODEL_INVALID", $"config.yaml: {key} has '{text}', which does not name a provider and a model.", "write it as provider/model, such as openai/gpt-4o");

    public static PryxException NoCandidate(RouteStrategy strategy) => new(
        "ROUTE_EMPTY", $"There is no model to choose from by '{RouteStrategies.NameOf(strategy)}': no provider has a key.",
        "set a provider's key (pryx provider set-key NAME), or list models in config.yaml: routing.candidates");

    public static PryxException NoneFits(RouteStrategy strategy, IReadOnlyList<(ModelInfo Model, string Why)> misfits) => new(
        "ROUTE_NO_MODEL",
        $"None of {misfits.Count} models can take this by '{RouteStrategies.NameOf(strategy)}': {string.Join("; ", misfits.Take(3).Select(static entry => $"{entry.Model.Ref} {entry.Why}"))}{(misfits.Count > 3 ? "; …" : "")}.",
        "add a model that can to routing.candidates or routing.fallback in config.yaml, or name one with --model");
}
