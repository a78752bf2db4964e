namespace Pryx.Providers.Http;

/// <summary>
/// Cancels a pending read when nothing arrived for the limit. Only pending reads count: a reader that takes its time
/// between them is not a silent provider.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private readonly TimeSpan _limit;
    private int _isPending;

    public SilenceWatch(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(static state => ((SilenceWatch)state!).OnLimit(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;
    public bool IsSilent { get; private set; }
    public TimeSpan Limit => _limit;

    public void Begin()
    {
        Volatile.Write(ref _isPending, 1);
        _timer.Change(_limit, Timeout.InfiniteTimeSpan);
    }

    public void End()
    {
        Volatile.Write(ref _isPending, 0);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void OnLimit()
    {
        if (Volatile.Read(ref _isPending) == 0)
            return;
        IsSilent = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The exchange ended while the timer was firing.
        }
    }
}
