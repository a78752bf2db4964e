using System.Collections.Concurrent;
using Pryx.Agent.Models;
using Pryx.Protocol.Models;
using Pryx.Protocol.Providers;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Routing;

/// <summary>What the calls of this process have shown: one circuit for each provider, one queue for each model.</summary>
/// <param name="find">A provider by any of its names, as they hold now; null when nobody knows it.</param>
public sealed class ModelTraffic(Func<string, ProviderInfo?> find, TimeProvider time) : IModelTraffic
{
    private readonly ConcurrentDictionary<string, ProviderCircuit> _circuits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ModelRef, CallQueue> _queues = [];

    public ProviderOutage? OutageOf(string provider) => _circuits.TryGetValue(IdOf(provider), out var circuit) ? circuit.Outage : null;

    public bool TryBegin(string provider) => !_circuits.TryGetValue(IdOf(provider), out var circuit) || circuit.TryBegin();

    public Task WaitForTrialAsync(string provider, CancellationToken cancellationToken) => Circuit(provider).WaitForTrialAsync(cancellationToken);

    public TimeSpan WaitOf(ModelInfo model) => Queue(model).WaitOf(model);

    public Task QueueAsync(ModelInfo model, string session, Func<TimeSpan, Task> sayAsync, CancellationToken cancellationToken) =>
        Queue(model).EnterAsync(model, session, sayAsync, cancellationToken);

    public void Answered(ModelInfo model)
    {
        Circuit(model.Ref.Provider).Succeed();
        Queue(model).Answered();
    }

    public void Failed(ModelInfo model, ModelException failure)
    {
        Circuit(model.Ref.Provider).Fail(failure);
        if (failure.Failure == ModelFailure.RateLimited)
        {
            Queue(model).Refused(failure.RetryAfter);
        }
    }

    public void Heard(ModelInfo model, RateLimitState limits) => Queue(model).Heard(limits);

    /// <summary>Null for a provider that was not called since the start.</summary>
    public ProviderHealth? HealthOf(string provider) => _circuits.TryGetValue(IdOf(provider), out var circuit) ? circuit.Read(provider) : null;

    /// <summary>Of every provider that was called since the start: closed, open or half-open.</summary>
    public IReadOnlyDictionary<string, string> ReadCircuits() =>
        new SortedDictionary<string, string>(_circuits.ToDictionary(static entry => entry.Key, static entry => entry.Value.Read(entry.Key).State), StringComparer.Ordinal);

    // openai-responses and openai are one provider; one that the user has named gemini is not Google.
    private string IdOf(string provider) => find(provider)?.Id ?? provider;

    private ProviderCircuit Circuit(string provider) => _circuits.GetOrAdd(IdOf(provider), static (_, time) => new ProviderCircuit(time), time);

    private CallQueue Queue(ModelInfo model) => _queues.GetOrAdd(model.Ref, static (_, time) => new CallQueue(time), time);
}
