namespace Pryx.Tui.Driver;

internal enum Urgency : byte
{
    None,

    /// <summary>Something arrived: many pieces share a frame.</summary>
    Stream,

    /// <summary>A person waits for it.</summary>
    Key,
}

/// <summary>Says when the next frame is due, and sets the only alarm for it.</summary>
internal sealed class FrameClock(AppOptions options, TimeProvider time, Action wake) : IDisposable
{
    private Urgency _asked;
    private long? _drawn;
    private long _heldUntil;
    private ITimer? _alarm;

    /// <summary>True while nothing may be drawn at all.</summary>
    public bool IsHeld { get; set; }

    public bool IsDue => !IsHeld && Due is { } due && due <= time.GetTimestamp();

    private long? Due => _asked == Urgency.None ? null
        : Math.Max(_heldUntil, _drawn is { } drawn ? drawn + Ticks(_asked == Urgency.Key ? options.Frame : options.StreamFrame) : 0);

    public void Ask(Urgency urgency) => _asked = urgency > _asked ? urgency : _asked;

    /// <summary>Nothing is drawn before.</summary>
    public void HoldFor(TimeSpan delay) => _heldUntil = time.GetTimestamp() + Ticks(delay);

    public void Drawn()
    {
        _asked = Urgency.None;
        _drawn = time.GetTimestamp();
    }

    /// <summary>Wakes the loop for the next frame or the next tick, whichever comes first; not at all when there is neither.</summary>
    public void SetAlarm(long? tick)
    {
        var frame = IsHeld ? null : Due;
        if ((frame, tick) is (null, null))
        {
            return;
        }
        var wait = time.GetElapsedTime(time.GetTimestamp(), Math.Min(frame ?? long.MaxValue, tick ?? long.MaxValue));
        // A timer counts whole milliseconds: one that rings too early would spin.
        wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        _alarm ??= time.CreateTimer(static state => ((Action)state!)(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(wait, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _alarm?.Dispose();

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
