namespace Pryx.Tui.Driver;

/// <summary>What has to run again after a time. There is one timer, and only while something waits for it.</summary>
internal sealed class Ticks(TimeProvider time)
{
    private readonly List<Tick> _all = [];

    /// <summary>When the next one is due, in ticks of the clock; null when none is.</summary>
    public long? Due
    {
        get
        {
            long? due = null;
            foreach (var tick in _all)
            {
                due = due is { } first && first <= tick.Due ? first : tick.Due;
            }
            return due;
        }
    }

    public IDisposable Add(TimeSpan interval, Action action, bool isOnce)
    {
        var tick = new Tick(_all, action, isOnce ? null : interval) { Due = After(interval) };
        _all.Add(tick);
        return tick;
    }

    /// <summary>Runs what is due; true when something was.</summary>
    public bool Run()
    {
        var now = time.GetTimestamp();
        var due = _all.FindAll(tick => tick.Due <= now);
        foreach (var tick in due)
        {
            if (tick.Interval is { } interval)
            {
                tick.Due = After(interval);
            }
            else
            {
                tick.Dispose();
            }
            tick.Action();
        }
        return due.Count > 0;
    }

    private long After(TimeSpan interval) => time.GetTimestamp() + (long)(interval.TotalSeconds * time.TimestampFrequency);

    private sealed class Tick(List<Tick> all, Action action, TimeSpan? interval) : IDisposable
    {
        public Action Action => action;
        public TimeSpan? Interval => interval;
        public long Due { get; set; }

        public void Dispose() => all.Remove(this);
    }
}
