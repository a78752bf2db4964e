using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Pryx.Attacks.World;

/// <summary>One thread that does one thing after the other for whoever asks.</summary>
internal sealed class BlockingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public BlockingThread() => new Thread(() =>
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    })
    { IsBackground = true }.Start();

    public T Run<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e) // Given to whoever asked.
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            done.Set();
        });
        done.Wait();
        failure?.Throw();
        return result;
    }

    public void Dispose() => _work.CompleteAdding();
}
