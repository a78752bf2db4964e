using System.Net;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol.Client;
using Pryx.Testing;

namespace Pryx.Core.Tests.Client;

/// <summary>The ways in which a surface reaches Core.</summary>
public enum Road
{
    /// <summary>In the same process, without HTTP.</summary>
    Local,
    /// <summary>HTTP over a loopback socket.</summary>
    Sockets,
    /// <summary>HTTP inside the process.</summary>
    Pipes,
}

/// <summary>A Core with a store of its own, and a client on one of the roads to it.</summary>
internal sealed class ClientBed : IAsyncDisposable
{
    private readonly IReadOnlyList<IAsyncDisposable> _parts;

    private ClientBed(TempHome home, IPryxClient client, params IReadOnlyList<IAsyncDisposable> parts) => (Home, Client, _parts) = (home, client, parts);

    public TempHome Home { get; }
    public IPryxClient Client { get; }

    public static async Task<ClientBed> StartAsync(Road road, FakeProvider provider, CancellationToken cancellationToken)
    {
        var home = new TempHome();
        var options = new CoreOptions
        {
            Paths = new PryxPaths(home.Home, home.Data),
            Settings = new Settings(name => name switch { "OPENAI_BASE_URL" => provider.OpenAiUrl.ToString(), "OPENAI_API_KEY" => "sk-test", _ => null }),
        };
        if (road == Road.Local)
        {
            return new(home, new LocalClient(new PryxCore(options)));
        }
        var core = new PryxCore(options);
        var gateway = await Gateway.StartAsync(core, new GatewayOptions { Endpoints = road == Road.Sockets ? [new IPEndPoint(IPAddress.Loopback, 0)] : [], WorkingDirectory = home.Workspace }, cancellationToken);
        var http = road == Road.Sockets ? new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false }) : gateway.CreateHttp();
        var address = new CoreAddress(gateway.Url ?? new Uri("http://localhost"), (await File.ReadAllTextAsync(options.Paths.CoreToken, cancellationToken)).Trim());
        return new(home, new PryxHttpClient(http, new PryxHttpOptions { FindCoreAsync = _ => Task.FromResult<CoreAddress?>(address), Surface = "test" }), gateway, core);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
        Home.Dispose();
    }
}
