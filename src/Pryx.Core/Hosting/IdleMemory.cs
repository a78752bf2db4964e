namespace Pryx.Core.Hosting;

/// <summary>
/// Gives memory back that a start, a refresh of the catalog or a turn has left behind. The collector of a process that does nothing never
/// runs by itself, so a daemon would hold all of it for as long as it is idle.
/// </summary>
/// <param name="isBusy">A turn runs: whatever it has left is collected after it.</param>
public sealed class IdleMemory(Func<bool> isBusy, TimeProvider time)
{
    /// <summary>After the start; and once more, after the first refresh of the catalog where it comes quickly.</summary>
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    // Bytes; less is not worth a collection.
    private const long Worth = 2 * 1024 * 1024;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var collected = 0L;
        for (var wait = First; ; wait = wait == First ? First * 2 : Look)
        {
            await Task.Delay(wait, time, cancellationToken);
            if (!isBusy() && GC.GetTotalAllocatedBytes() - collected > Worth)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                CodePages.Release();
                collected = GC.GetTotalAllocatedBytes();
            }
        }
    }
}
