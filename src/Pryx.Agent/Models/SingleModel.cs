using Microsoft.Extensions.AI;
using Pryx.Agent.Turns;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>One model and no other: its failures are retried by the table, then told.</summary>
public sealed class SingleModel(ModelInfo model, IChatClient client) : IModelRoute
{
    private readonly ModelTarget _target = new(model, client);

    public ModelInfo Current => model;

    public Task<ModelTarget> NextAsync(CallKind kind, CallNeeds needs, Func<Notice, Task> sayAsync, CancellationToken cancellationToken) => Task.FromResult(_target);

    public Retry? AfterFailure(ModelTarget failed, ModelException failure, int attempt)
    {
        if (RetryTable.DelayAfter(failure, attempt) is not { } delay)
        {
            return null;
        }
        // ORC6's own words.
        var text = failure.Failure == ModelFailure.RateLimited ? $"Rate limited, retrying in {delay.TotalSeconds:0}s" : $"{failure.Message} Retrying in {delay.TotalSeconds:0}s";
        return new(delay, new Notice("retry", text));
    }

    public void Answered(ModelTarget target, TimeSpan firstToken, TimeSpan latency)
    {
        // Nobody chooses by it.
    }

    public void Heard(ModelTarget target, RateLimitState limits)
    {
        // There is nobody to share it with.
    }

    public bool UseCheaper(CallNeeds needs, decimal atMostUsd) => false;
}
