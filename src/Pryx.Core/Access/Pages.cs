using System.Text;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;

namespace Pryx.Core.Access;

/// <summary>
/// The pages and assets a browser gets without a token: the web UI and small texts, all from this assembly and found by their name in a table,
/// so no path leads anywhere else.
/// </summary>
public static class Pages
{
    private const string Policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Style = """
        body { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; font: 17px/1.6 system-ui, sans-serif; color: #1d2330; background: #fbfaf8 }
        h1 { font-size: 1.5rem; line-height: 1.3 }
        code { padding: .15em .4em; border-radius: .3em; background: #ecebe7; font-size: .95em }
        @media (prefers-color-scheme: dark) { body { color: #e7e6e3; background: #16181d } code { background: #272a31 } }
        """;

    private static readonly Dictionary<string, (string ContentType, string Text)> Assets = new(StringComparer.Ordinal) { ["pryx.css"] = ("text/css; charset=utf-8", Style) };

    internal static string LinkIsOver { get; } = Page("This sign-in link is over", """
        <p>A link signs in one browser, once, within two minutes. This one was used before, or it is too old.</p>
        <p>Make another one in a terminal: <code>pryx ui</code></p>
        """);

    private static string Home { get; } = Page("Pryx runs here", """
        <p>This build has no web pages: they are made with Node 20 or newer (<code>npm</code>), which was not there. Install it and build again: <code>dotnet build</code></p>
        <p>In a terminal all is there: <code>pryx run "what to do"</code>. For programs: <code>pryx api GET /openapi.json</code> lists every route.</p>
        """);

    public static void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/", "The web UI") { Scope = Scopes.None, ContentType = "text/html" }, HomeAsync);
        routes.Add(new("GET", "/ui/{**view}", "The web UI at one of its views: the page reads the path") { Scope = Scopes.None, ContentType = "text/html" }, HomeAsync);
        routes.Add(new("GET", "/assets/{name}", "What its pages need") { Scope = Scopes.None, ContentType = "text/css" }, AssetAsync);
    }

    internal static Task WriteAsync(HttpContext http, string page, int status)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        return WriteAsync(http, "text/html; charset=utf-8", page, status);
    }

    private static Task HomeAsync(HttpContext http) =>
        WebFiles.Find("index.html") is { } page ? page.WriteAsync(http) : WriteAsync(http, Home, StatusCodes.Status200OK);

    private static Task AssetAsync(HttpContext http) => WebFiles.Find("assets/" + http.RouteText("name")) is { } file ? file.WriteAsync(http)
        : Assets.TryGetValue(http.RouteText("name"), out var asset)
        ? WriteAsync(http, asset.ContentType, asset.Text, StatusCodes.Status200OK)
        : throw new Protocol.Errors.PryxException("NOT_FOUND", "There is no such asset.");

    private static async Task WriteAsync(HttpContext http, string contentType, string text, int status)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static string Page(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><link rel="stylesheet" href="/assets/pryx.css"></head>
        <body>
        <h1>{title}</h1>
        {body}
        </body>
        </html>
        """;
}
