using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>What all turns of a process know together: which provider is down, and which one takes no more calls for now.</summary>
public interface IModelTraffic
{
    /// <summary>Why the provider is left alone; null when it may be called.</summary>
    ProviderOutage? OutageOf(string provider);

    /// <summary>False when somebody else has just taken the one call that may be tried.</summary>
    bool TryBegin(string provider);

    /// <summary>Until the provider may be called again, or somebody has found out that it may.</summary>
    Task WaitForTrialAsync(string provider, CancellationToken cancellationToken);

    /// <summary>How long a call to the model would have to wait for a rate limit; zero when it can be sent now.</summary>
    TimeSpan WaitOf(ModelInfo model);

    /// <summary>Waits for the model's rate limits, in an order that is fair to all sessions, and counts the call.</summary>
    /// <param name="sayAsync">Is told once how long it is going to take.</param>
    /// <exception cref="ModelException">RateLimited: it would take longer than anybody should wait in silence.</exception>
    Task QueueAsync(ModelInfo model, string session, Func<TimeSpan, Task> sayAsync, CancellationToken cancellationToken);

    void Answered(ModelInfo model);

    void Failed(ModelInfo model, ModelException failure);

    void Heard(ModelInfo model, RateLimitState limits);
}

/// <summary>A provider has failed so often that it is left alone.</summary>
/// <param name="Failures">In a row.</param>
/// <param name="TryAt">When one call may be tried.</param>
/// <param name="Last">The last failure.</param>
public sealed record ProviderOutage(int Failures, DateTimeOffset TryAt, ModelException Last);
