using Pryx.Agent.Models;
using Pryx.Protocol.Models;
using Pryx.Protocol.Providers;

namespace Pryx.Core.Routing;

/// <summary>
/// Leaves a provider alone after five failures in a row; then one call may be tried every 30 seconds, until one succeeds. Only what speaks
/// of the provider's own state counts: a refused key or request shows that it is there.
/// </summary>
internal sealed class ProviderCircuit(TimeProvider time)
{
    private const int FailureLimit = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private int _failures;
    private DateTimeOffset _tryAt;
    private ModelException? _last;
    private DateTimeOffset? _lastFailureAt;
    private DateTimeOffset? _lastSuccessAt;

    public ProviderOutage? Outage
    {
        get
        {
            lock (_gate)
            {
                return IsOpen && time.GetUtcNow() < _tryAt ? new(_failures, _tryAt, _last!) : null;
            }
        }
    }

    /// <summary>False when it is left alone, or somebody is trying just now.</summary>
    public bool TryBegin()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (IsOpen && now < _tryAt)
            {
                return false;
            }
            if (IsOpen)
            {
                // Whoever tries may never come to an end: the next one may try 30 s from now, whatever becomes of this one.
                _tryAt = now + Pause;
            }
            return true;
        }
    }

    public async Task WaitForTrialAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        Task changed;
        lock (_gate)
        {
            wait = _tryAt - time.GetUtcNow();
            changed = _changed.Task;
            if (!IsOpen || wait <= TimeSpan.Zero)
            {
                return;
            }
        }
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(wait, time, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Succeed()
    {
        lock (_gate)
        {
            _lastSuccessAt = time.GetUtcNow();
            Close();
        }
    }

    public void Fail(ModelException failure)
    {
        lock (_gate)
        {
            (_last, _lastFailureAt) = (failure, time.GetUtcNow());
            if (!Counts(failure))
            {
                Close();
                return;
            }
            _failures++;
            if (IsOpen)
            {
                _tryAt = time.GetUtcNow() + Pause;
            }
        }
    }

    public ProviderHealth Read(string provider)
    {
        lock (_gate)
        {
            var state = !IsOpen ? "closed" : time.GetUtcNow() < _tryAt ? "open" : "half-open";
            return new(provider, state, _failures)
            {
                LastSuccessAt = _lastSuccessAt,
                LastFailureAt = _lastFailureAt,
                LastError = _last?.Code,
                TryAt = IsOpen ? _tryAt : null,
            };
        }
    }

    private bool IsOpen => _failures >= FailureLimit;

    private void Close()
    {
        if (_failures == 0)
        {
            return;
        }
        _failures = 0;
        _changed.TrySetResult();
        _changed = New();
    }

    // A rate limit is the queue's business; the rest of what is left out was an answer.
    private static bool Counts(ModelException failure) => failure.Failure is ModelFailure.ServerError or ModelFailure.Network
        or ModelFailure.StreamCut or ModelFailure.MalformedStream or ModelFailure.Silence;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
