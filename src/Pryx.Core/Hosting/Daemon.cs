using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>
/// <c>pryx-core</c>: the gateway with its sockets and everything that only one process of a data directory does, such as going on with
/// turns whose process died.
/// </summary>
public sealed class Daemon : IAsyncDisposable
{
    private readonly PryxCore _core;
    private readonly Gateway _gateway;
    private readonly DaemonLock _lock;

    private Daemon(PryxCore core, Gateway gateway, DaemonLock @lock)
    {
        (_core, _gateway, _lock) = (core, gateway, @lock);
        Url = Reachable(gateway.Url!);
    }

    /// <summary>As a program on this machine reaches it.</summary>
    public Uri Url { get; }

    public static Task<Daemon> StartAsync(CoreOptions options, GatewayOptions gateway, CancellationToken cancellationToken) =>
        StartAsync(new PryxCore(options with { IsDaemon = true }), gateway, cancellationToken);

    /// <summary>Answers when it returns, and is announced in <c>runtime.port</c> and <c>metadata.json</c>.</summary>
    /// <param name="core">The daemon's from here on.</param>
    /// <exception cref="PryxException">ALREADY_RUNNING, PORT_IN_USE, ADDRESS_REFUSED, STORAGE_…</exception>
    public static async Task<Daemon> StartAsync(PryxCore core, GatewayOptions gateway, CancellationToken cancellationToken)
    {
        DaemonLock? held = null;
        Daemon? daemon = null;
        var paths = core.Options.Paths;
        try
        {
            held = await DaemonLock.TakeAsync(paths.Create(), cancellationToken);
            // What a killed daemon has left must not be taken for this one.
            Announcement.Remove(paths);
            var store = await core.StoreAsync(cancellationToken);
            store.Owner.CleanUp();
            var observation = core.Observe(store);
            await observation.StartAsync(cancellationToken);
            daemon = new Daemon(core, await Gateway.StartAsync(core, gateway, cancellationToken), held);
            Announcement.Write(paths, new(daemon.Url.ToString().TrimEnd('/'), daemon.Url.Port, Environment.ProcessId, gateway.HostPid, Product.Version, core.Options.Time.GetUtcNow()));
            // After the daemon is ready, which it must not delay.
            await core.StartRecoveryAsync(cancellationToken);
            observation.IsReady = true;
            core.StartAbilitiesSoon();
            return daemon;
        }
        catch (Exception e)
        {
            if (daemon is not null)
            {
                await daemon.DisposeAsync();
            }
            else
            {
                await core.DisposeAsync();
                held?.Dispose();
            }
            if (e is IOException or UnauthorizedAccessException && StorageErrors.Translate(e, paths.Data) is PryxException clear)
            {
                throw clear;
            }
            throw;
        }
    }

    /// <summary>Closes streams, suspends turns, ends their tools, removes the announcement.</summary>
    public async ValueTask DisposeAsync()
    {
        Announcement.Remove(_core.Options.Paths);
        await _gateway.DisposeAsync();
        await _core.DisposeAsync();
        _lock.Dispose();
    }

    // Everywhere includes here, and no program can connect to "everywhere".
    private static Uri Reachable(Uri url) => url.Host is "0.0.0.0" or "[::]" or "+" or "*"
        ? new UriBuilder(url) { Host = url.Host == "[::]" ? "[::1]" : "127.0.0.1" }.Uri
        : url;
}
