using Pryx.Protocol.Errors;

namespace Pryx.Core.Catalog;

/// <summary>Keeps the daemon's catalog no older than a day. Nothing waits for it, and without a network it only tries again, less and less often.</summary>
/// <param name="usesOpenRouter">Whether OpenRouter's own list is wanted: it has a key, or it was chosen.</param>
public sealed class CatalogRefresh(CatalogDesk catalog, Func<bool> usesOpenRouter, Action<string> onWarning, TimeProvider time)
{
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)];

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether a refresh is due: a machine may have slept, the configuration may have changed.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(15);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A start has better things to do.
        await Task.Delay(Pause, time, cancellationToken);
        for (var failures = 0; ;)
        {
            var wait = Look;
            var withOpenRouter = usesOpenRouter();
            if (catalog.Url is not null && catalog.DueAt(withOpenRouter) <= time.GetUtcNow())
            {
                try
                {
                    await catalog.RefreshAsync(onlyStale: true, withOpenRouter, cancellationToken);
                    failures = 0;
                }
                catch (PryxException e)
                {
                    // Once is enough: being offline is no news.
                    if (failures == 0)
                    {
                        onWarning(e.Message);
                    }
                    wait = Waits[Math.Min(failures++, Waits.Length - 1)];
                }
            }
            await Task.Delay(wait, time, cancellationToken);
        }
    }
}
