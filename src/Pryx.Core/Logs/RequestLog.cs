using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Metrics;

namespace Pryx.Core.Logs;

/// <summary>Outside of everything: one line for each request when it is over, and its place in the metrics.</summary>
public sealed class RequestLog(RequestDelegate next, CoreLog log, Func<CoreMetrics> metrics, TimeProvider time)
{
    // As web servers write that the client has left before the answer.
    private const int ClientLeft = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var isSocket = http.Request.Headers.Upgrade is [{ } upgrade, ..] && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);
        if (isSocket)
        {
            metrics().SocketOpened();
        }
        try
        {
            await next(http);
        }
        finally
        {
            if (isSocket)
            {
                metrics().SocketClosed();
            }
            Done(http, time.GetElapsedTime(started));
        }
    }

    private void Done(HttpContext http, TimeSpan took)
    {
        var status = http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted ? ClientLeft : http.Response.StatusCode;
        metrics().RequestEnded(status, took);
        var route = http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>()?.Path;
        // Whoever watches over the daemon asks often, and only a bad answer says something.
        var level = status >= 500 ? LogSeverity.Warning : status < 400 && route is "/health" ? LogSeverity.Debug : LogSeverity.Info;
        if (level < log.Least)
        {
            return;
        }
        log.Write(new(level, "http.request")
        {
            RequestId = ApiErrors.RequestIdOf(http),
            Method = http.Request.Method.Length <= 16 ? http.Request.Method : "?",
            // What nobody has mapped is the caller's own text: a name of something, or a secret in the wrong place.
            Route = route ?? "(none)",
            SessionId = ValueOf(http, "id"),
            Status = status,
            Ms = Math.Round(took.TotalMilliseconds, 2),
            Caller = Caller.Of(http).Name,
            Surface = http.Request.Headers.ContainsKey("X-Pryx-Surface") ? http.Surface() : null,
        });
    }

    private static string? ValueOf(HttpContext http, string name) => Guid.TryParseExact(http.RouteText(name), "D", out var id) ? id.ToString() : null;
}
