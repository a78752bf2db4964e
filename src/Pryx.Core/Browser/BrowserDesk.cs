using Pryx.Protocol;

namespace Pryx.Core.Browser;

/// <summary>The browsers that run, one for each session that has opened a page. One that nobody has used for five minutes ends.</summary>
public sealed class BrowserDesk(BrowserOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<SessionId, Entry> _entries = [];
    private readonly Lock _lock = new();

    /// <summary>Where the session's page is; null when none is open.</summary>
    public Uri? UrlOf(SessionId session) => Find(session)?.Page?.Url;

    /// <summary>Alone: another call of the session waits.</summary>
    /// <param name="starts">False: only where a page is open.</param>
    /// <exception cref="BrowserException">None is installed, none is open, or it does not start.</exception>
    public async Task<T> UseAsync<T>(SessionId session, bool starts, Func<BrowserInstance, BrowserPage, Task<T>> useAsync, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_lock)
        {
            entry = _entries.TryGetValue(session, out var found) ? found : _entries[session] = new(time);
        }
        await entry.Gate.WaitAsync(cancellationToken);
        entry.Timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            if (entry.Browser is { HasEnded: true })
            {
                await entry.EndAsync();
            }
            if (entry.Browser is null)
            {
                if (!starts)
                {
                    throw new BrowserException("No page is open. Open one with navigate.");
                }
                entry.Browser = await BrowserInstance.StartAsync(options, cancellationToken);
                try
                {
                    entry.Page = await BrowserPage.OpenAsync(entry.Browser, time, cancellationToken);
                }
                catch
                {
                    await entry.EndAsync();
                    throw;
                }
            }
            return await useAsync(entry.Browser, entry.Page!);
        }
        finally
        {
            entry.Timer.Change(Patience, Timeout.InfiniteTimeSpan);
            entry.Gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> all;
        lock (_lock)
        {
            all = [.. _entries.Values];
            _entries.Clear();
        }
        foreach (var entry in all)
        {
            await entry.Timer.DisposeAsync();
            await entry.EndAsync();
        }
    }

    private Entry? Find(SessionId session)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(session);
        }
    }

    private sealed class Entry
    {
        public Entry(TimeProvider time) =>
            Timer = time.CreateTimer(_ => _ = RetireAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public SemaphoreSlim Gate { get; } = new(1, 1);
        public ITimer Timer { get; }
        public BrowserInstance? Browser { get; set; }
        public BrowserPage? Page { get; set; }

        public async Task EndAsync()
        {
            var browser = Browser;
            (Browser, Page) = (null, null);
            if (browser is not null)
            {
                await browser.DisposeAsync();
            }
        }

        private async Task RetireAsync()
        {
            // Somebody uses it: then its time begins anew.
            if (!Gate.Wait(0, CancellationToken.None))
            {
                return;
            }
            try
            {
                await EndAsync();
            }
            finally
            {
                Gate.Release();
            }
        }
    }

}
