namespace Pryx.Terminal;

/// <summary>
/// The real keyboard. A key can only be waited for by a blocked thread; when the wait is given up the thread stays, and the key
/// it gets goes to whoever waits by then, or is dropped.
/// </summary>
internal sealed class ConsoleKeyboard : IKeyboard
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<ConsoleKeyInfo>? _waiting;
    private bool _isReading;

    public void Discard()
    {
        lock (_lock)
        {
            if (_isReading)
            {
                return; // Its key comes after this, or it would have come already.
            }
        }
        while (Console.KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public async Task<ConsoleKeyInfo> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new TaskCompletionSource<ConsoleKeyInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting = waiting;
            if (!_isReading)
            {
                _isReading = true;
                new Thread(ReadOne) { IsBackground = true, Name = "keyboard" }.Start();
            }
        }
        await using var registration = cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken));
        return await waiting.Task;
    }

    private void ReadOne()
    {
        var key = default(ConsoleKeyInfo);
        Exception? failure = null;
        try
        {
            key = Console.ReadKey(intercept: true);
        }
        catch (InvalidOperationException e)
        {
            failure = e; // The terminal is gone.
        }
        TaskCompletionSource<ConsoleKeyInfo>? waiting;
        lock (_lock)
        {
            _isReading = false;
            (waiting, _waiting) = (_waiting, null);
        }
        if (failure is null)
        {
            waiting?.TrySetResult(key);
        }
        else
        {
            waiting?.TrySetException(failure);
        }
    }
}
