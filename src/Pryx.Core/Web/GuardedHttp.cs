using System.Net;
using Pryx.Core.Network;

namespace Pryx.Core.Web;

/// <summary>What the guard may be told, mostly by tests; the defaults are the safe ones.</summary>
public sealed record GuardedHttpOptions
{
    /// <summary>Judges every address at the moment of connecting.</summary>
    public Func<IPAddress, bool> IsAllowed { get; init; } = PublicAddress.IsPublic;

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>For the whole request with its redirects and its body.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>An answer that was read, and whether all of it was.</summary>
public sealed record GuardedResponse(Uri Url, HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool IsCut)
{
    /// <summary>Where a redirect leads that was not followed, and why not.</summary>
    public string? NotFollowed { get; init; }
}

/// <param name="Headers">Checked by the caller.</param>
public sealed record GuardedRequest(Uri Url, HttpMethod Method, IReadOnlyList<KeyValuePair<string, string>> Headers, string? Body, int MaxBytes);

/// <summary>
/// HTTP to strangers. The address is judged when the socket connects, not when the name is looked at, so a name that changes its answer
/// in between gains nothing. No proxy, no cookies, no credentials of ours.
/// </summary>
public sealed class GuardedHttp : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly GuardedHttpOptions _options;
    private readonly HttpMessageInvoker _http;

    public GuardedHttp(GuardedHttpOptions options)
    {
        _options = options;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            ConnectCallback = ConnectAsync,
        });
    }

    /// <exception cref="AddressRefusedException">The host, or the one a redirect leads to, is not public.</exception>
    /// <exception cref="HttpRequestException">No connection, no TLS, no HTTP.</exception>
    /// <exception cref="TimeoutException">Not done in time.</exception>
    public async Task<GuardedResponse> SendAsync(GuardedRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await FollowAsync(request, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.Url.Host} did not finish its answer within {_options.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            throw refused;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A host as policy names it: with the port unless it is the scheme's own.</summary>
    public static string TargetOf(Uri url)
    {
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
        return url.IsDefaultPort ? host : $"{host}:{url.Port}";
    }

    private async Task<GuardedResponse> FollowAsync(GuardedRequest request, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var message = Build(request);
            using var response = await _http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            var location = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 ? response.Headers.Location : null;
            if (location is null)
            {
                return await ReadAsync(request, response, null, cancellationToken).ConfigureAwait(false);
            }
            var next = new Uri(request.Url, location);
            var refusal = redirects == MaxRedirects ? $"more than {MaxRedirects} redirects"
                : request.Url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps ? "it leaves HTTPS"
                : next.Scheme is not ("http" or "https") ? "it is not HTTP"
                : TargetOf(next) != TargetOf(request.Url) ? "another host has to be requested on its own"
                : null;
            if (refusal is not null)
            {
                return await ReadAsync(request, response, $"{next.AbsoluteUri} ({refusal})", cancellationToken).ConfigureAwait(false);
            }
            request = Redirected(request, next, response.StatusCode);
        }
    }

    private static GuardedRequest Redirected(GuardedRequest request, Uri next, HttpStatusCode status)
    {
        // Another origin, be it only another scheme, gets no credentials.
        var headers = next.Scheme == request.Url.Scheme ? request.Headers
            : [.. request.Headers.Where(header => !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase))];
        var keepsMethod = (int)status is 307 or 308 || request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        return keepsMethod
            ? request with { Url = next, Headers = headers }
            : request with { Url = next, Headers = [.. headers.Where(header => !header.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))], Method = HttpMethod.Get, Body = null };
    }

    private static HttpRequestMessage Build(GuardedRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Url);
        if (request.Body is not null)
        {
            message.Content = new StringContent(request.Body);
            message.Content.Headers.ContentType = null;
        }
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        if (message.Headers.UserAgent.Count == 0)
        {
            message.Headers.TryAddWithoutValidation("User-Agent", "pryx");
        }
        return message;
    }

    private static async Task<GuardedResponse> ReadAsync(GuardedRequest request, HttpResponseMessage response, string? notFollowed, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[32 * 1024];
        // Counted after decompression, so a small bomb stays small; one byte more than allowed shows that there was more.
        while (body.Length <= request.MaxBytes)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, request.MaxBytes + 1 - body.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }
            body.Write(buffer, 0, read);
        }
        var isCut = body.Length > request.MaxBytes;
        body.SetLength(Math.Min(body.Length, request.MaxBytes));
        var headers = response.Headers.Concat(response.Content.Headers)
            .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(", ", group.SelectMany(header => header.Value)), StringComparer.OrdinalIgnoreCase);
        return new GuardedResponse(request.Url, response.StatusCode, headers, body.ToArray(), isCut) { NotFollowed = notFollowed };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) => new System.Net.Sockets.NetworkStream(
        await GuardedConnection.OpenAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, _options.IsAllowed, _options.Resolve, cancellationToken).ConfigureAwait(false), ownsSocket: true);
}
