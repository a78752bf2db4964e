using System.Net;
using System.Net.Sockets;
using Pryx.Core.Network;

namespace Pryx.Core.Mcp.Transports;

/// <summary>
/// Every request for one server over HTTP. The server's own address is the user's choice, be it on this machine; what the server names
/// – where to sign in, where to go on – is a stranger's: only https on the public internet, judged at the moment of connecting, a small answer,
/// and never the server's headers or tokens.
/// </summary>
/// <param name="headers">For the server's own origin only.</param>
/// <param name="onTooLong">A message of the server was longer than it may be.</param>
internal sealed class McpHttpGuard(Uri server, IReadOnlyList<KeyValuePair<string, string>> headers, Action onTooLong) : HttpMessageHandler
{
    public const int MaxMessage = 16 * 1024 * 1024;
    private const int MaxForeign = 1024 * 1024, MaxRedirects = 5;
    private static readonly TimeSpan ForeignPatience = TimeSpan.FromSeconds(30);

    private static readonly Lazy<HttpMessageInvoker> Direct = new(static () => new(Create()));
    private static readonly Lazy<HttpMessageInvoker> Guarded = new(static () =>
    {
        var handler = Create();
        handler.UseProxy = false; // A proxy would connect in our place, and judge nothing.
        handler.ConnectCallback = static async (context, cancellationToken) => new NetworkStream(
            await GuardedConnection.OpenAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, PublicAddress.IsPublic, Dns.GetHostAddressesAsync, cancellationToken), ownsSocket: true);
        return new(handler);
    });

    private readonly bool _isLocal = server.IsLoopback;

    /// <summary>Why a request was not sent, the last one; null when none was refused.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The server's last answer was that one has to sign in, or may not.</summary>
    public HttpStatusCode? Denied { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var url = request.RequestUri!;
            var response = IsOwn(url) ? await SendOwnAsync(request, cancellationToken) : await SendForeignAsync(request, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }
            response.Dispose();
            var next = new Uri(url, location);
            // A body is only said again to who was meant to hear it.
            var isAllowed = redirects < MaxRedirects && (url.Scheme == next.Scheme || next.Scheme == Uri.UriSchemeHttps)
                && (IsOwn(next) && IsOwn(url) && ((int)response.StatusCode is 307 or 308 || request.Method == HttpMethod.Get) || (request.Method == HttpMethod.Get && request.Headers.Authorization is null && !IsOwn(next)));
            if (!isAllowed)
            {
                throw Refuse($"{url.Host} sends on to {next.GetLeftPart(UriPartial.Path)}, which is not followed: use that address for the server if it is right.");
            }
            var again = new HttpRequestMessage(request.Method, next) { Content = request.Content, Version = request.Version };
            foreach (var (name, values) in request.Headers)
            {
                again.Headers.TryAddWithoutValidation(name, values);
            }
            request = again;
        }
    }

    private async Task<HttpResponseMessage> SendOwnAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        var response = await Direct.Value.SendAsync(request, cancellationToken);
        Denied = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? response.StatusCode : response.IsSuccessStatusCode ? null : Denied;
        response.Content = new LimitedContent(response.Content, MaxMessage, onTooLong);
        return response;
    }

    private async Task<HttpResponseMessage> SendForeignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        if (!_isLocal && url.Scheme != Uri.UriSchemeHttps)
        {
            throw Refuse($"{server.Host} names {url.GetLeftPart(UriPartial.Authority)} to sign in, which is not https.");
        }
        if (request.Headers.Authorization is { Scheme: "Bearer" })
        {
            throw Refuse($"{server.Host} sends its messages on to {url.Host}; its token is not given to another host.");
        }
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ForeignPatience);
        HttpResponseMessage? response = null;
        try
        {
            response = await (_isLocal ? Direct : Guarded).Value.SendAsync(request, timeout.Token);
            await response.Content.LoadIntoBufferAsync(MaxForeign, timeout.Token);
            return response;
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            response?.Dispose();
            throw Refuse($"{server.Host} names {url.Host} to sign in: {refused.Message}");
        }
        catch
        {
            response?.Dispose();
            throw;
        }
    }

    private HttpRequestException Refuse(string why)
    {
        Refusal = why;
        return new(why);
    }

    private bool IsOwn(Uri url) => Uri.Compare(url, server, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    // Nothing is decompressed: a small bomb stays small.
    private static SocketsHttpHandler Create() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
