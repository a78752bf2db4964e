using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>What a page may do here: nothing, unless its origin is our own or was allowed; on WebSockets as on everything else.</summary>
internal static class CrossOrigin
{
    private const string Methods = "GET, POST, OPTIONS, PUT, DELETE, PATCH";
    private const string Headers = "Accept, Authorization, Content-Type, X-CSRF-Token, X-Requested-With, Last-Event-ID, Idempotency-Key, X-Pryx-Surface, X-Request-Id";
    private const string Exposed = "Retry-After, X-Request-Id";

    /// <returns>True when that was all: a preflight was answered.</returns>
    /// <exception cref="PryxException">ORIGIN_REFUSED.</exception>
    public static bool Check(HttpContext http, AccessRules rules, RequestSource source)
    {
        var origins = http.Request.Headers.Origin;
        if (origins.Count == 0)
        {
            // No page, or its own. Whoever only asks what is taken here learns nothing secret.
            return HttpMethods.IsOptions(http.Request.Method) && AnswerOptions(http);
        }
        if (origins is not [{ Length: > 0 } origin] || !rules.AcceptsOrigin(origin, source.Origin, IsWebSocket(http)))
        {
            throw new PryxException("ORIGIN_REFUSED", "Pages of this origin may not use this Pryx.", "allow it in config.yaml: allowed_origins");
        }
        // When the answer starts: an error body clears what was set before.
        http.Response.OnStarting(static state =>
        {
            var (http, origin) = ((HttpContext, string))state;
            var headers = http.Response.Headers;
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowCredentials = "true";
            headers.AccessControlExposeHeaders = Exposed;
            headers.Vary = StringValues.Concat(headers.Vary, "Origin");
            return Task.CompletedTask;
        }, (http, origin));
        return HttpMethods.IsOptions(http.Request.Method) && AnswerOptions(http);
    }

    private static bool AnswerOptions(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.AccessControlAllowMethods = Methods;
        http.Response.Headers.AccessControlAllowHeaders = Headers;
        http.Response.Headers.AccessControlMaxAge = "86400";
        return true;
    }

    /// <summary>
    /// Whether a cookie that came along says who is asking. Cookies go to every port of a host, so a page of another local program sends
    /// ours as well: the browser must say that the request is of our own page, or the Origin must have been accepted.
    /// </summary>
    public static bool MayUseCookie(HttpContext http)
    {
        if (http.Request.Headers.Origin.Count > 0)
        {
            return true; // It was checked.
        }
        return http.Request.Headers["Sec-Fetch-Site"] switch
        {
            ["same-origin"] => true,
            ["none"] or [] => !IsWebSocket(http) && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)),
            _ => false,
        };
    }

    public static bool IsWebSocket(HttpContext http) => http.Request.Headers.Upgrade.Count > 0;

    /// <summary>The answer goes on for as long as the client stays.</summary>
    public static bool IsLasting(HttpContext http) => IsWebSocket(http) || http.GetEndpoint()?.Metadata.GetMetadata<ApiRoute>()?.ContentType == "text/event-stream";
}
