namespace Pryx.Testing.Tests;

public sealed class FakeTimeTests
{
    [Fact]
    public async Task A_delay_ends_when_its_time_has_come_and_not_before()
    {
        var time = new FakeTime();
        var delay = Task.Delay(TimeSpan.FromMinutes(1), time, TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await delay.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(0, time.WaitingTimers);
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_moment()
    {
        var time = new FakeTime();
        var start = time.GetUtcNow();
        var fired = new List<(string Name, double At)>();
        using var periodic = time.CreateTimer(_ => Fire("tick"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = time.CreateTimer(_ => Fire("once"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        void Fire(string name) => fired.Add((name, (time.GetUtcNow() - start).TotalSeconds));

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([("tick", 2), ("once", 3), ("tick", 4)], fired);
        Assert.Equal(start.AddSeconds(5), time.GetUtcNow());
        Assert.Equal(start.AddSeconds(6), time.NextTimer);
    }

    [Fact]
    public void A_disposed_timer_never_fires()
    {
        var time = new FakeTime();
        var timer = time.CreateTimer(_ => Assert.Fail("fired"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        timer.Dispose();

        time.Advance(TimeSpan.FromHours(1));
        Assert.Null(time.NextTimer);
    }

    [Fact]
    public void A_cancellation_source_follows_it()
    {
        var time = new FakeTime();
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);

        time.Advance(TimeSpan.FromSeconds(10));

        Assert.True(source.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(10), time.GetElapsedTime(time.GetTimestamp() - (10 * TimeSpan.TicksPerSecond)));
    }
}
