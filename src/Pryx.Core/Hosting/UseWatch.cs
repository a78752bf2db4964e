using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Hosting;

/// <summary>
/// Knows whether anybody uses this gateway: requests that are being answered (a surface keeps its stream of events open), the time since
/// the last one, and work that goes on by itself.
/// </summary>
/// <param name="isAtWork">True while a turn or background process is open, which nobody needs to watch.</param>
public sealed class UseWatch(TimeSpan patience, Func<bool> isAtWork, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private int _open;
    private long _last = time.GetTimestamp();

    public RequestDelegate Count(RequestDelegate next) => async http =>
    {
        Interlocked.Increment(ref _open);
        try
        {
            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            Volatile.Write(ref _last, time.GetTimestamp());
        }
    };

    /// <summary>Ends when nobody has used it for so long and nothing is open.</summary>
    public async Task UnusedAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _open) > 0 || isAtWork() || time.GetElapsedTime(Volatile.Read(ref _last)) < patience)
        {
            await Task.Delay(Look < patience ? Look : patience, time, cancellationToken);
            if (isAtWork())
            {
                Volatile.Write(ref _last, time.GetTimestamp());
            }
        }
    }
}
