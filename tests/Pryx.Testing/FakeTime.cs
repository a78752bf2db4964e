namespace Pryx.Testing;

/// <summary>A clock that stands still until a test advances it; timers and Task.Delay follow it.</summary>
public sealed class FakeTime(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _now = start ?? new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() { lock (_gate) { return _now; } }
    public override long GetTimestamp() => GetUtcNow().Ticks;
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that wait: a test that must not advance too early asks this first.</summary>
    public int WaitingTimers { get { lock (_gate) { return _timers.Count(timer => timer.Due is not null); } } }

    /// <summary>When the next timer fires; null when none waits.</summary>
    public DateTimeOffset? NextTimer { get { lock (_gate) { return _timers.Min(timer => timer.Due); } } }

    /// <summary>Whether one of the waiting timers fires so long from now.</summary>
    public bool FiresIn(TimeSpan wait) { lock (_gate) { return _timers.Exists(timer => timer.Due == _now + wait); } }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires what becomes due on the way, in the order of time, each at its own moment.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }
        lock (_gate)
        {
            _now = end;
        }
    }

    /// <summary>Waits, in real time, until somebody waits on this clock.</summary>
    public async Task WaitForTimerAsync(CancellationToken cancellationToken)
    {
        while (WaitingTimers == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), System, cancellationToken);
        }
    }

    /// <summary>Waits, in real time, until somebody waits on this clock for so long.</summary>
    public async Task WaitForTimerAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        while (!FiresIn(wait))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), System, cancellationToken);
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is not null)
            {
                _now = next.Due!.Value > _now ? next.Due.Value : _now;
                next.Due = next.Period > TimeSpan.Zero ? next.Due + next.Period : null;
            }
            return next;
        }
    }

    private sealed class FakeTimer(FakeTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }
        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                if (!time._timers.Contains(this))
                {
                    time._timers.Add(this);
                }
            }
            if (dueTime == TimeSpan.Zero)
            {
                time.Advance(TimeSpan.Zero);
            }
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() { lock (time._gate) { Due = null; time._timers.Remove(this); } }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
