using Pryx.Commands;

namespace Pryx.Host;

/// <summary>
/// Keeps a Core running: after a crash it is started again after 1, 2, 4, 8 and then every 16 seconds, and given up after ten crashes in
/// a row. One that has run for a minute has recovered, and the count begins anew.
/// </summary>
/// <param name="startAsync">Starts a Core. Its failure to start at all leaves through here.</param>
/// <param name="onFailure">Told of every crash before the wait that follows it.</param>
internal sealed class Supervisor(Func<Task<ICoreChild>> startAsync, Action<CoreFailure> onFailure, TimeProvider time)
{
    public const int LastingCount = 5;
    public const int LargestCount = 10;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>Core ends itself within 2 s; this leaves what is left of them for us to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1800);

    /// <summary>Until Core ends for good.</summary>
    /// <param name="stop">Ends it.</param>
    /// <param name="now">Ends it without waiting.</param>
    /// <returns>The exit code of the host.</returns>
    public async Task<int> RunAsync(CancellationToken stop, CancellationToken now)
    {
        var failures = 0;
        for (var isFirst = true; ; isFirst = false)
        {
            var began = time.GetTimestamp();
            int code;
            using (var core = await startAsync())
            {
                code = await ExitOfAsync(core, stop, now);
            }
            if (stop.IsCancellationRequested)
            {
                return now.IsCancellationRequested ? ExitCodes.Stopped : ExitCodes.Ok;
            }
            var hasRecovered = time.GetElapsedTime(began) > Window;
            // Zero: somebody has asked Core itself to end. An error of the first start hinders the next one too.
            if (code is ExitCodes.Ok or ExitCodes.Usage || (isFirst && !hasRecovered && code is (ExitCodes.Refused or ExitCodes.Failed)))
            {
                return code == ExitCodes.Refused ? ExitCodes.Failed : code;
            }
            failures = hasRecovered ? 1 : failures + 1;
            TimeSpan? delay = failures == LargestCount ? null : DelayAfter(failures);
            onFailure(new CoreFailure(code, failures, delay));
            if (delay is null)
            {
                return ExitCodes.Failed;
            }
            try
            {
                await Task.Delay(delay.Value, time, stop);
            }
            catch (OperationCanceledException)
            {
                return ExitCodes.Ok;
            }
        }
    }

    private static TimeSpan DelayAfter(int failures) => TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, 1 << (failures - 1)));

    private async Task<int> ExitOfAsync(ICoreChild core, CancellationToken stop, CancellationToken now)
    {
        try
        {
            return await core.Exited.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (!core.Exited.IsCompleted)
        {
            core.Stop();
        }
        try
        {
            return await core.Exited.WaitAsync(Patience, time, now);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            core.Kill();
        }
        return await core.Exited;
    }
}
