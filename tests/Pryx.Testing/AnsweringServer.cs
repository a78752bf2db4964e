using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pryx.Testing;

/// <param name="Form">Of a form's body; empty for others.</param>
public sealed record SeenRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body, IReadOnlyDictionary<string, string> Form);

/// <summary>A small web server on loopback that answers as the test says and remembers what it was asked.</summary>
public sealed class AnsweringServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    private AnsweringServer(Func<SeenRequest, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async http =>
        {
            var request = await ReadAsync(http);
            _seen.Enqueue(request);
            await answer(request, http);
        });
    }

    /// <summary>Without a trailing slash.</summary>
    public string Url { get; private set; } = "";

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    public static async Task<AnsweringServer> StartAsync(Func<SeenRequest, HttpContext, Task> answer, CancellationToken cancellationToken)
    {
        var server = new AnsweringServer(answer);
        await server._app.StartAsync(cancellationToken);
        server.Url = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
        return server;
    }

    /// <summary>Answers everything with JSON.</summary>
    public static Task<AnsweringServer> StartAsync(Func<SeenRequest, (int Status, string Json)> answer, CancellationToken cancellationToken) =>
        StartAsync((request, http) =>
        {
            var (status, json) = answer(request);
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(json, http.RequestAborted);
        }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using (var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System))
        {
            await _app.StopAsync(now.Token);
        }
        await _app.DisposeAsync();
    }

    private static async Task<SeenRequest> ReadAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var isForm = http.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) == true;
        return new(http.Request.Method, http.Request.Path.Value ?? "", http.Request.QueryString.Value ?? "",
            http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body,
            isForm ? Pairs(body) : new Dictionary<string, string>());
    }

    /// <summary>Name and value of a form's body or a query.</summary>
    public static Dictionary<string, string> Pairs(string encoded) => encoded.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pair => pair.Split('=', 2)).ToDictionary(static pair => Decode(pair[0]), static pair => pair.Length > 1 ? Decode(pair[1]) : "", StringComparer.Ordinal);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>For tests of projects that do not know the web framework.</summary>
public static class Answering
{
    public static Task WriteTextAsync(this HttpResponse response, string text) => response.WriteAsync(text, response.HttpContext.RequestAborted);
}
