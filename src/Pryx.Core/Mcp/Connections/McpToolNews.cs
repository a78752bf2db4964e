namespace Pryx.Core.Mcp.Connections;

/// <summary>
/// Keeps "my tools have changed" before whatever is done with them: a call is judged by what a tool says of itself now, and the list comes
/// later than the word that there is a new one.
/// </summary>
/// <param name="listAsync">Lists the tools again; its failures are its own.</param>
internal sealed class McpToolNews(Func<CancellationToken, Task> listAsync, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private Task _listing = Task.CompletedTask;
    private TaskCompletionSource? _heard;
    private int _announced;

    /// <summary>Seen on the wire; whoever handles it comes to it later.</summary>
    public void Announced()
    {
        lock (_lock)
        {
            _announced++;
            _heard ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>What a connection that has ended announced, nobody lists any more.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            (_announced, _listing) = (0, Task.CompletedTask);
            _heard?.SetResult();
            _heard = null;
        }
    }

    /// <summary>The notification itself: one list after the other.</summary>
    public ValueTask ChangedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_listing = ListAsync(_listing, cancellationToken));
        }
    }

    /// <summary>Returns when everything that was announced is known.</summary>
    /// <exception cref="TimeoutException">The server announces, and does not list.</exception>
    public Task SettledAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return (_heard is null ? _listing : Task.WhenAll(_listing, _heard.Task)).WaitAsync(Patience, time, cancellationToken);
        }
    }

    private async Task ListAsync(Task before, CancellationToken cancellationToken)
    {
        await Task.Yield(); // Not under the lock of whoever begins it.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await listAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (_announced > 0 && --_announced == 0)
                {
                    _heard!.SetResult();
                    _heard = null;
                }
            }
        }
    }
}
