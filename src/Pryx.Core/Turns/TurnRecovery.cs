namespace Pryx.Core.Turns;

/// <summary>
/// What the daemon does at its start and every few seconds after: goes on with open turns that nobody works on, begins what waits.
/// Sessions are taken up side by side, and one that makes trouble holds up no other.
/// </summary>
/// <param name="onFound">Called before the turns that a look has found go on.</param>
public sealed class TurnRecovery(SessionTurns turns, Action onFound, ITurnLog log, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private const int AtOnce = 20;

    private readonly CancellationTokenSource _leaving = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Returns at once; looks at once, then again and again until it is disposed.</summary>
    public void Start() => _loop = Task.Run(LoopAsync, CancellationToken.None);

    /// <summary>One look.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await turns.ReviewBudgetsAsync(cancellationToken);
        var orphans = await turns.FindOrphansAsync(cancellationToken);
        if (orphans.Count > 0)
        {
            onFound();
        }
        await Parallel.ForEachAsync(orphans, options, async (orphan, token) => await turns.GoOnAsync(orphan, token));
        await Parallel.ForEachAsync(await turns.FindWaitingSessionsAsync(cancellationToken), options, async (session, _) => await turns.GoOnWithQueuedAsync(session));
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _loop;
        _leaving.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await RunAsync(_leaving.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // The store is in trouble, most likely: the next look may find it well.
                    log.TurnFailed(default, "recovery", e);
                }
            }
            while (await timer.WaitForNextTickAsync(_leaving.Token));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // Leaving.
        }
    }
}
