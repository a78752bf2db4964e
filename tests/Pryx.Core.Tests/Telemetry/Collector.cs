using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pryx.Core.Tests.Telemetry;

/// <summary>Somebody who is sent telemetry and traces, on loopback: keeps every request, and answers what the test wants.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Headers, string Body)> _got = [];

    private Collector(WebApplication app) => _app = app;

    public int Status { get; set; } = 200;
    public Uri Url { get; private set; } = new("http://127.0.0.1");
    public IReadOnlyList<(string Path, string Headers, string Body)> Got => [.. _got];

    /// <summary>Bodies that were taken.</summary>
    public IReadOnlyList<string> Bodies(string path) => [.. _got.Where(request => request.Path == path).Select(request => request.Body)];

    public static async Task<Collector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var collector = new Collector(builder.Build());
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync(cancellationToken);
        collector.Url = new(collector._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return collector;
    }

    public async Task WaitAsync(Func<Collector, bool> isEnough, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(40));
        while (!isEnough(this))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        if (Status == 200)
        {
            _got.Enqueue((http.Request.Path, string.Join('\n', http.Request.Headers.Select(header => $"{header.Key}: {header.Value}")), Encoding.UTF8.GetString(buffer.ToArray())));
        }
        http.Response.StatusCode = Status;
    }
}
