using Pryx.Agent.Turns;
using Pryx.Protocol.Models;

namespace Pryx.Core.Routing;

/// <summary>
/// The calls to one model, one after the other while a rate limit holds: what the provider says it still takes, what the catalog says of
/// requests per minute and hour, and its refusals. The session that was served longest ago comes first.
/// </summary>
internal sealed class CallQueue(TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private const int SessionsKept = 1_000;
    private readonly Lock _gate = new();
    private readonly Queue<DateTimeOffset> _sent = [];
    private readonly List<Place> _places = [];
    private readonly Dictionary<string, long> _served = [];
    private TaskCompletionSource _changed = New();
    private Block? _block;
    private long? _left;
    private DateTimeOffset _leftUntil;
    private int _refusals;
    private long _count;

    public TimeSpan WaitOf(ModelInfo model)
    {
        lock (_gate)
        {
            return Wait(model);
        }
    }

    public async Task EnterAsync(ModelInfo model, string session, Func<TimeSpan, Task> sayAsync, CancellationToken cancellationToken)
    {
        Place place;
        lock (_gate)
        {
            if (_places.Count == 0 && Wait(model) == TimeSpan.Zero)
            {
                Send(model, session);
                return;
            }
            _places.Add(place = new(session, ++_count));
        }
        try
        {
            var isSaid = false;
            while (true)
            {
                TimeSpan wait;
                Task changed;
                lock (_gate)
                {
                    (wait, changed) = (Wait(model), _changed.Task);
                    if (wait == TimeSpan.Zero && Next() == place)
                    {
                        Send(model, session);
                        return;
                    }
                }
                if (wait > RetryTable.Longest)
                {
                    throw RouteTrouble.TooLongToWait(model, wait, time.GetUtcNow());
                }
                if (!isSaid && wait > TimeSpan.Zero)
                {
                    isSaid = true;
                    await sayAsync(wait);
                }
                await WaitAsync(wait, changed, cancellationToken);
            }
        }
        finally
        {
            lock (_gate)
            {
                _places.Remove(place);
                Announce();
            }
        }
    }

    /// <summary>The provider has refused a call because there were too many.</summary>
    public void Refused(TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            var wait = retryAfter ?? TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _refusals), RetryTable.Longest.TotalSeconds));
            _refusals++;
            Hold(wait);
        }
    }

    public void Answered()
    {
        lock (_gate)
        {
            _refusals = 0;
        }
    }

    public void Heard(RateLimitState limits)
    {
        lock (_gate)
        {
            if (limits.Wait is { } wait)
            {
                Hold(wait);
            }
            // The calls that are on their way take of the same: counted down until the provider says more.
            if (limits is { Requests: { } requests, RequestsReset: { } reset })
            {
                (_left, _leftUntil) = (requests, time.GetUtcNow() + reset);
            }
        }
    }

    private async Task WaitAsync(TimeSpan wait, Task changed, CancellationToken cancellationToken)
    {
        if (wait == TimeSpan.Zero)
        {
            await changed.WaitAsync(cancellationToken);
            return;
        }
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(wait, time, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Hold(TimeSpan wait)
    {
        var now = time.GetUtcNow();
        if (wait > TimeSpan.Zero && !(_block?.Until > now + wait))
        {
            _block = new(now + wait, now + RetryTable.Longest);
            Announce();
        }
    }

    private TimeSpan Wait(ModelInfo model)
    {
        var now = time.GetUtcNow();
        var until = now;
        // Whoever has raised a limit meanwhile must not be shut out for hours: after a minute one call finds out.
        if (_block is { } block && block.Until > now && block.ProbeAt > now)
        {
            until = block.Until;
        }
        if (_left <= 0 && _leftUntil > until && _leftUntil - now <= RetryTable.Longest)
        {
            until = _leftUntil;
        }
        until = Later(until, model.RequestsPerMinute, Minute);
        until = Later(until, model.RequestsPerHour, Hour);
        return until - now;
    }

    // With so many sent in the window, the next one can go when the first of the last that many leaves it.
    private DateTimeOffset Later(DateTimeOffset until, int? most, TimeSpan window)
    {
        if (most is not > 0 || _sent.Count < most)
        {
            return until;
        }
        var free = _sent.ElementAt(_sent.Count - most.Value) + window;
        return free > until ? free : until;
    }

    private void Send(ModelInfo model, string session)
    {
        _left--;
        if (_served.Count >= SessionsKept)
        {
            _served.Clear();
        }
        _served[session] = ++_count;
        if (model.RequestsPerHour is null && model.RequestsPerMinute is null)
        {
            return;
        }
        var now = time.GetUtcNow();
        while (_sent.TryPeek(out var first) && first + Hour <= now)
        {
            _sent.Dequeue();
        }
        _sent.Enqueue(now);
    }

    private Place Next() => _places.MinBy(place => (_served.GetValueOrDefault(place.Session), place.Number))!;

    private void Announce()
    {
        _changed.TrySetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Place(string Session, long Number);

    /// <param name="ProbeAt">From then on it is tried whether it still holds.</param>
    private sealed record Block(DateTimeOffset Until, DateTimeOffset ProbeAt);
}
