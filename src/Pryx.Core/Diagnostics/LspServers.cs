using Pryx.Agent.Tools;

namespace Pryx.Core.Diagnostics;

/// <summary>The language servers that are kept, one for a checker and a project. One that nobody has asked for a while is ended: it may hold a gigabyte.</summary>
internal sealed class LspServers(CheckRun run, TimeProvider time) : IAsyncDisposable
{
    internal static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    // Also while one starts: two for the same project would read it twice.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _kept.Count;

    /// <summary>The errors of the file, from the server that is there or from a new one.</summary>
    public async Task<IReadOnlyList<Diagnostic>> CheckAsync(CheckPlace place, ToolContext context, CancellationToken cancellationToken)
    {
        var kept = await TakeAsync(place, context, cancellationToken);
        try
        {
            return await kept.Server.CheckAsync(place.File, context.Workspace, cancellationToken);
        }
        finally
        {
            await GiveBackAsync(kept);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            foreach (var kept in _kept.Values)
            {
                await kept.DisposeAsync();
            }
            _kept.Clear();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Kept> TakeAsync(CheckPlace place, ToolContext context, CancellationToken cancellationToken)
    {
        var key = $"{place.Checker.Name}\n{place.Folder}";
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_kept.TryGetValue(key, out var kept) && kept.Server.IsAlive)
            {
                kept.Users++;
                return kept;
            }
            if (kept is not null)
            {
                _kept.Remove(key);
                await kept.DisposeAsync();
            }
            var (child, sandbox) = await run.StartAsync(place, context, keepsInput: true, cancellationToken);
            var server = new LspServer(child, sandbox, place.Folder);
            try
            {
                await server.InitializeAsync(cancellationToken);
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
            kept = new(key, server) { Users = 1 };
            kept.Timer = time.CreateTimer(_ => _ = EndAsync(kept), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return _kept[key] = kept;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task GiveBackAsync(Kept kept)
    {
        await _gate.WaitAsync();
        try
        {
            if (--kept.Users == 0)
            {
                kept.Timer?.Change(Rest, Timeout.InfiniteTimeSpan);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task EndAsync(Kept kept)
    {
        await _gate.WaitAsync();
        try
        {
            if (kept.Users == 0 && _kept.GetValueOrDefault(kept.Key) == kept)
            {
                _kept.Remove(kept.Key);
                await kept.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed class Kept(string key, LspServer server) : IAsyncDisposable
    {
        public string Key => key;
        public LspServer Server => server;
        public int Users { get; set; }
        public ITimer? Timer { get; set; }

        public async ValueTask DisposeAsync()
        {
            await (Timer?.DisposeAsync() ?? ValueTask.CompletedTask);
            await server.DisposeAsync();
        }
    }
}
