using System.Globalization;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>What a failed call says about who may make the next one.</summary>
internal static class RouteFailure
{
    /// <summary>Tokens; a reply that is shorter is not worth its request.</summary>
    public const int LeastReply = 256;

    /// <summary>False where the request itself was refused: nobody shops around with that.</summary>
    public static bool MayBeAnotherModels(ModelException failure) => failure.IsRetryable
        || failure.Failure is ModelFailure.Authentication or ModelFailure.QuotaExceeded or ModelFailure.ModelNotFound or ModelFailure.NotConfigured;

    /// <summary>The provider's other models would fail just so.</summary>
    public static bool IsOfProvider(ModelException failure) => failure.Failure is ModelFailure.Authentication or ModelFailure.QuotaExceeded or ModelFailure.NotConfigured;

    /// <summary>The model was given, or told to make, more tool calls at once than it takes.</summary>
    public static bool IsAboutParallelCalls(ModelException failure) =>
        failure.Failure == ModelFailure.InvalidRequest && failure.Message.Contains("parallel", StringComparison.OrdinalIgnoreCase) && failure.Message.Contains("tool", StringComparison.OrdinalIgnoreCase);

    public static ModelException LeftAlone(string name, ModelInfo model, ProviderOutage outage, DateTimeOffset now)
    {
        var wait = Math.Max(1, Math.Ceiling((outage.TryAt - now).TotalSeconds));
        return new(outage.Last.Failure, string.Create(CultureInfo.InvariantCulture,
            $"{name} has failed {outage.Failures} times in a row and is left alone; it is tried again in {wait:0} s, at {outage.TryAt.UtcDateTime:HH:mm:ss} UTC. The last time: {outage.Last.Message}"))
        {
            Provider = model.Ref.Provider,
            StatusCode = outage.Last.StatusCode,
            RequestId = outage.Last.RequestId,
            RetryAfter = TimeSpan.FromSeconds(wait),
        };
    }
}
