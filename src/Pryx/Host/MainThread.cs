using System.Collections.Concurrent;

namespace Pryx.Host;

/// <summary>
/// Work for the thread that lives as long as the process. Linux ends a child when the *thread* that forked it dies, so none other may.
/// </summary>
internal sealed class MainThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    /// <summary>From any thread.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e) // It belongs to the caller; the thread must survive it.
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Works until the task is done. For the main thread.</summary>
    public T WorkUntil<T>(Task<T> task)
    {
        _ = task.ContinueWith(_ => _work.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
        return task.GetAwaiter().GetResult();
    }

    public void Dispose() => _work.Dispose();
}
