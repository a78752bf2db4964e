using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pryx.Core.Access;
using Pryx.Core.Http;
using Pryx.Core.Logs;
using Pryx.Core.Turns;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>Core behind HTTP: every route of every slice, on sockets or inside the process.</summary>
public sealed class Gateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PipeListenerFactory _pipes;

    private Gateway(WebApplication app, PipeListenerFactory pipes, ApiRoutes routes) => (_app, _pipes, Routes) = (app, pipes, routes);

    public ApiRoutes Routes { get; }

    /// <summary>What is really mapped: a test compares it with <see cref="Routes"/>.</summary>
    internal IEnumerable<Endpoint> Endpoints => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints);

    /// <summary>Where it listens; null when only inside the process.</summary>
    public Uri? Url { get; private set; }

    /// <summary>Listens when it returns.</summary>
    /// <exception cref="PryxException">PORT_IN_USE, ADDRESS_REFUSED, STORAGE_…</exception>
    public static async Task<Gateway> StartAsync(PryxCore core, GatewayOptions options, CancellationToken cancellationToken)
    {
        await OpenAccessAsync(core, options, cancellationToken);
        var store = await core.StoreAsync(cancellationToken);
        var turns = await core.TurnsAsync(cancellationToken);
        IOException? inUse = null;
        foreach (var endpoint in options.Endpoints.DefaultIfEmpty())
        {
            var gateway = Build(core, store, turns, options, endpoint);
            try
            {
                await gateway._app.StartAsync(cancellationToken);
                gateway.Url = endpoint is null ? null : new(gateway._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
                return gateway;
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                inUse = e;
                await gateway._app.DisposeAsync();
            }
            catch (SocketException e)
            {
                await gateway._app.DisposeAsync();
                throw new PryxException(
                    "ADDRESS_REFUSED", $"Pryx can not listen on {endpoint} ({e.Message}).", "use an address of this machine and a port above 1023, such as 127.0.0.1:8080", e);
            }
            catch
            {
                await gateway._app.DisposeAsync();
                throw;
            }
        }
        var port = options.Endpoints[^1].Port;
        throw new PryxException("PORT_IN_USE", $"Port {port} is in use by another program.", "take another one with --port, or any free one with --listen :0", inUse);
    }

    /// <summary>A client inside this process. Its base address stands for this gateway.</summary>
    public HttpMessageInvoker CreateHttp() => _pipes.CreateHttp();

    public async ValueTask DisposeAsync()
    {
        using (var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), TimeProvider.System))
        {
            await _app.StopAsync(now.Token);
        }
        await _app.DisposeAsync();
    }

    private static async Task OpenAccessAsync(PryxCore core, GatewayOptions options, CancellationToken cancellationToken)
    {
        var access = core.Access;
        access.IsOpen = !options.HasAuthentication;
        if (!access.IsOpen)
        {
            await access.OpenAsync(cancellationToken);
            return;
        }
        if (options.Endpoints.FirstOrDefault(endpoint => !IPAddress.IsLoopback(endpoint.Address)) is { } open)
        {
            throw new PryxException("ADDRESS_REFUSED", $"Without authentication Pryx does not listen on {open.Address}: everybody who reaches it could run commands here.", "leave out --no-auth, or listen on 127.0.0.1");
        }
        if (access.Rules.Remote is { } remote)
        {
            throw new PryxException("ADDRESS_REFUSED", $"Without authentication everybody who finds {remote.Host} could do everything.", "leave out --no-auth, or first: pryx remote --off");
        }
        await access.OpenAsync(cancellationToken);
        if (options.Endpoints.Count > 0)
        {
            core.Options.OnWarning("Authentication is off: every program on this machine may use this Pryx, its keys and your files.");
        }
    }

    private static Gateway Build(PryxCore core, CoreStore store, SessionTurns turns, GatewayOptions options, IPEndPoint? endpoint)
    {
        // The empty builder: no configuration files, no console logging, nothing that a start would pay for without using it.
        var builder = WebApplication.CreateEmptyBuilder(new());
        var pipes = new PipeListenerFactory();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ApiRoute.DefaultMaxBody;
            // Whoever drips headers or a body holds a connection for seconds, not for ever.
            kestrel.Limits.RequestHeadersTimeout = options.Patience;
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: options.Patience);
            if (endpoint is not null)
            {
                kestrel.Listen(endpoint);
            }
            if (options.HasPipes || endpoint is null)
            {
                kestrel.Listen(PipeEndPoint.Instance);
            }
        });
        // After Kestrel's own: the first factory registered keeps it from adding the one for sockets.
        builder.Services.AddSingleton<IConnectionListenerFactory>(pipes);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new ServerLogProvider(core.Log));
        var app = builder.Build();
        var observation = core.Observe(store);
        if (core.Options.IsDaemon)
        {
            app.Use(next => new RequestLog(next, core.Log, () => observation.Metrics, core.Options.Time).InvokeAsync);
        }
        if (options.Use is { } use)
        {
            app.Use(use.Count);
        }
        app.Use(next => new ApiErrors(next, core.Options.Time, core.Log.RequestFailed).InvokeAsync);
        app.UseRouting();
        app.Use(next => new AccessCheck(next, core.Access).InvokeAsync);
        // A peer that is gone without a word is noticed: nobody must wait for its approval.
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(60) });
        var routes = new ApiRoutes(app);
        GatewayRoutes.Map(routes, core, store, turns, options, core.Log.RequestFailed);
        app.UseEndpoints(static _ => { });
        return new Gateway(app, pipes, routes);
    }
}
