using System.Collections.Frozen;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Access;

/// <summary>The built web UI inside this assembly: each file once, most of them compressed. Streamed, never kept in memory.</summary>
internal static class WebFiles
{
    private const string Prefix = "web/";
    private const string Packed = ".br";

    private static readonly Lazy<FrozenDictionary<string, WebFile>> All = new(static () => typeof(WebFiles).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(static name => new WebFile(name, name.EndsWith(Packed, StringComparison.Ordinal)))
        .ToFrozenDictionary(static file => file.Name, StringComparer.Ordinal));

    /// <param name="name">Such as <c>index.html</c> or <c>assets/main.1a2b3c.js</c>; null for what is not there, also when the build had no Node.</param>
    public static WebFile? Find(string name) => All.Value.GetValueOrDefault(name);

    /// <param name="Resource">Its name in the assembly.</param>
    /// <param name="IsPacked">It is stored as Brotli.</param>
    internal sealed record WebFile(string Resource, bool IsPacked)
    {
        /// <summary>
        /// Only what comes from this gateway runs, and nothing that stands in a page or an attribute. A picture may also be one that the
        /// page itself holds (an attachment).
        /// </summary>
        private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

        public string Name { get; } = Resource[Prefix.Length..(IsPacked ? ^Packed.Length : ^0)];

        // The build writes name.HASH.ending; what has no hash may change under its name.
        private bool IsHashed => Name.Count(static c => c == '.') > 1;

        public async Task WriteAsync(HttpContext http)
        {
            var headers = http.Response.Headers;
            headers.CacheControl = IsHashed ? "public, max-age=31536000, immutable" : "no-cache";
            http.Response.ContentType = TypeOf(Name);
            if (Name.EndsWith(".html", StringComparison.Ordinal))
            {
                headers.ContentSecurityPolicy = Policy;
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
            }
            await using var stored = typeof(WebFiles).Assembly.GetManifestResourceStream(Resource)!;
            if (!IsPacked)
            {
                http.Response.ContentLength = stored.Length;
                await stored.CopyToAsync(http.Response.Body, http.RequestAborted);
                return;
            }
            headers.Vary = "Accept-Encoding";
            if (TakesBrotli(http.Request))
            {
                headers.ContentEncoding = "br";
                http.Response.ContentLength = stored.Length;
                await stored.CopyToAsync(http.Response.Body, http.RequestAborted);
                return;
            }
            // Some browsers take Brotli over TLS only. Over loopback the bytes cost nothing.
            await using var plain = new BrotliStream(stored, CompressionMode.Decompress);
            await plain.CopyToAsync(http.Response.Body, http.RequestAborted);
        }

        private static bool TakesBrotli(HttpRequest request) => request.GetTypedHeaders().AcceptEncoding.Any(static coding => coding.Value == "br" && coding.Quality is not 0);

        private static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".woff2" => "font/woff2",
            ".webmanifest" => "application/manifest+json",
            ".json" => "application/json",
            ".png" => "image/png",
            _ => "application/octet-stream",
        };
    }
}
