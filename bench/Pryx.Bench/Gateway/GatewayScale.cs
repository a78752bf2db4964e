namespace Pryx.Bench.Gateway;

/// <summary>How much of everything; the budgets are those of <see cref="Full"/>.</summary>
internal sealed record GatewayScale(int Starts, int Turns, int Subscribers, int Concurrent, int Posts, int Sessions, int Steps, int CallsOfAStep, TimeSpan Idle)
{
    public static GatewayScale Full { get; } = new(15, 60, 100, 200, 1000, 10_000, 80, 63, TimeSpan.FromSeconds(20));

    /// <summary>For CI: that every measure works.</summary>
    public static GatewayScale Smoke { get; } = new(2, 3, 5, 5, 20, 30, 3, 5, TimeSpan.FromSeconds(1));

    /// <summary>Items that the long session ends up with: a call and its result each.</summary>
    public int Items => Steps * CallsOfAStep * 2;
}
