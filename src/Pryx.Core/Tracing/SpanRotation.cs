namespace Pryx.Core.Tracing;

/// <summary>Keeps the newest spans: looks every few minutes and drops the oldest beyond the limit, a batch at a time so that no commit waits long.</summary>
/// <param name="limit">How many are kept; 0 or less keeps all.</param>
public sealed class SpanRotation(SpanStore spans, long limit, TimeProvider time)
{
    private const int Batch = 2_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await RotateAsync(cancellationToken);
        }
    }

    /// <summary>How many were dropped.</summary>
    public async Task<long> RotateAsync(CancellationToken cancellationToken)
    {
        long dropped = 0;
        while (limit > 0 && await spans.DropOldestAsync(limit, Batch, cancellationToken) is > 0 and var count)
        {
            dropped += count;
        }
        return dropped;
    }
}
