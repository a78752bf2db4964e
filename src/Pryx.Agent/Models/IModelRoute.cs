using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>Which model makes the next call of a turn, and which one steps in when it fails. One for each turn.</summary>
public interface IModelRoute
{
    /// <summary>The model that the turn's next step is made for: the one it began with, until another has stepped in.</summary>
    ModelInfo Current { get; }

    /// <summary>The model of the next call. Waits while the provider is known to take none, and says so.</summary>
    /// <param name="sayAsync">Tells the user why it takes long, or why it is another model than before.</param>
    /// <exception cref="ModelException">No model can take the call.</exception>
    Task<ModelTarget> NextAsync(CallKind kind, CallNeeds needs, Func<Notice, Task> sayAsync, CancellationToken cancellationToken);

    /// <summary>What to do after a failed call; null gives up. The model of the call after it is asked for anew.</summary>
    /// <param name="attempt">The number of the attempt that failed within the call, from 1.</param>
    Retry? AfterFailure(ModelTarget failed, ModelException failure, int attempt);

    /// <param name="firstToken">From the request to the first word.</param>
    void Answered(ModelTarget target, TimeSpan firstToken, TimeSpan latency);

    /// <summary>The provider has said how much more it takes.</summary>
    void Heard(ModelTarget target, RateLimitState limits);

    /// <summary>Makes the next calls with the cheapest of the user's models that can take them for at most so much; the next call says so.</summary>
    /// <param name="atMostUsd">For the worst case of the request and a short reply.</param>
    /// <returns>False when there is none, or the one in use is it.</returns>
    bool UseCheaper(CallNeeds needs, decimal atMostUsd);
}

/// <param name="Delay">How long to wait before the call is made again.</param>
/// <param name="Notice">What the user is told.</param>
public sealed record Retry(TimeSpan Delay, Notice Notice);
