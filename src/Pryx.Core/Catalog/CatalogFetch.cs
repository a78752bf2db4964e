using System.Net;
using System.Net.Http.Headers;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Catalog;

/// <param name="Body">Null when the server says that nothing has changed.</param>
internal sealed record FetchedBody(byte[]? Body, string? ETag, string? LastModified);

/// <summary>Gets a list of models: over TLS or from this machine, from the host that was asked, of at most 32 MB unpacked, within 30 s.</summary>
internal sealed class CatalogFetch(HttpMessageInvoker http, TimeProvider time)
{
    private const int Limit = 32 * 1024 * 1024;
    private const int Redirects = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static HttpMessageInvoker CreateHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        MaxResponseHeadersLength = 64,
    });

    /// <exception cref="PryxException">CATALOG_UNREACHABLE, CATALOG_INVALID (the address, or what is there).</exception>
    public async Task<FetchedBody> GetAsync(string address, string? etag, string? lastModified, CancellationToken cancellationToken)
    {
        var url = Uri.TryCreate(address, UriKind.Absolute, out var parsed) && IsSafe(parsed) ? parsed
            : throw new PryxException("CATALOG_INVALID", "catalog_url is no https address without a user name, and no address on this machine.", "write it as https://models.dev/api.json, or remove it for that default");
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            for (var hops = 0; ; hops++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
                request.Headers.TryAddWithoutValidation("User-Agent", "pryx");
                if (etag is not null)
                {
                    request.Headers.TryAddWithoutValidation("If-None-Match", etag);
                }
                if (lastModified is not null)
                {
                    request.Headers.TryAddWithoutValidation("If-Modified-Since", lastModified);
                }
                using var response = await http.SendAsync(request, either.Token);
                if (response.StatusCode == HttpStatusCode.NotModified)
                {
                    return new(null, etag, lastModified);
                }
                if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
                {
                    var next = new Uri(url, location);
                    if (!IsSafe(next) || next.Host != url.Host || next.Port != url.Port || next.Scheme != url.Scheme || hops >= Redirects)
                    {
                        throw new PryxException("CATALOG_INVALID", $"{url.Host} sends to {next.GetLeftPart(UriPartial.Authority)}, which was not asked.", "if it has moved, set catalog_url in config.yaml");
                    }
                    url = next;
                    continue;
                }
                if (!response.IsSuccessStatusCode)
                {
                    throw new PryxException("CATALOG_UNREACHABLE", $"{url.Host} answers {(int)response.StatusCode} {response.StatusCode}.");
                }
                var body = await ReadAsync(response, either.Token);
                return new(body, Header(response.Headers.ETag?.ToString()), Header(response.Content.Headers.LastModified?.ToString("r")));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PryxException("CATALOG_UNREACHABLE", $"{url.Host} has not answered within {Patience.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new PryxException("CATALOG_UNREACHABLE", $"{url.Host} can not be reached: {e.Message}", inner: e);
        }
    }

    private static bool IsSafe(Uri url) => url.UserInfo.Length == 0 && url.Host.Length > 0 && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream(capacity: (int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, 64 * 1024, Limit));
        var part = new byte[64 * 1024];
        while (await stream.ReadAsync(part, cancellationToken) is > 0 and var count)
        {
            if (whole.Length + count > Limit)
            {
                throw new PryxException("CATALOG_INVALID", $"The catalog is larger than {Limit / 1024 / 1024} MB and was refused.");
            }
            whole.Write(part, 0, count);
        }
        return whole.ToArray();
    }

    private static string? Header(string? value) => value is { Length: > 0 and < 500 } ? value : null;
}
