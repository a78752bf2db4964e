using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pryx.Core.Tests.Catalog;

/// <summary>A host of catalogs on loopback: <c>/api.json</c> and <c>/v1/models</c>, with an ETag for what they say now.</summary>
internal sealed class FakeCatalog : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeCatalog()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Root { get; private set; } = "";
    public string Url => $"{Root}/api.json";
    public string OpenRouterUrl => $"{Root}/v1";

    public string Catalog { get; set; } = Of("openai", "gpt-4o", 1);
    public string OpenRouter { get; set; } = """{"data":[{"id":"acme/live-1","name":"Live 1","context_length":5000,"pricing":{"prompt":"0.000001","completion":"0.000002"},"supported_parameters":["tools"]}]}""";

    /// <summary>Instead of an answer; null for one.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>Path, If-None-Match and status of each request.</summary>
    public ConcurrentQueue<(string Path, string? ETag, int Status, string? Authorization)> Requests { get; } = [];

    public static string Of(string provider, string model, decimal price) =>
        """{"PROVIDER":{"models":{"MODEL":{"name":"MODEL","cost":{"input":PRICE,"output":2},"limit":{"context":1000,"output":100}}}}}"""
            .Replace("PROVIDER", provider, StringComparison.Ordinal).Replace("MODEL", model, StringComparison.Ordinal).Replace("PRICE", price.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    public static async Task<FakeCatalog> StartAsync(CancellationToken cancellationToken)
    {
        var host = new FakeCatalog();
        await host._app.StartAsync(cancellationToken);
        host.Root = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return host;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var asked = (string?)http.Request.Headers.IfNoneMatch;
        var body = http.Request.Path == "/v1/models" ? OpenRouter : Catalog;
        var etag = $"\"{StringComparer.Ordinal.GetHashCode(body):x}\"";
        if (Instead is { } instead)
        {
            await instead(http);
        }
        else if (asked == etag)
        {
            http.Response.StatusCode = 304;
        }
        else
        {
            http.Response.Headers.ETag = etag;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(body, http.RequestAborted);
        }
        Requests.Enqueue((http.Request.Path, asked, http.Response.StatusCode, (string?)http.Request.Headers.Authorization));
    }
}
