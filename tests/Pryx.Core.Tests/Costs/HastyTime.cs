namespace Pryx.Core.Tests.Costs;

/// <summary>The real time, in which short waits (before another attempt, for other calls) take next to none.</summary>
internal sealed class HastyTime : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(4.5);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime < Short ? dueTime / 200 : dueTime, period);
}
