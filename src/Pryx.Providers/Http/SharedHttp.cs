using System.Net;

namespace Pryx.Providers.Http;

/// <summary>The one connection pool of all wires: a second step reuses the first one's connection.</summary>
public static class SharedHttp
{
    public static HttpClient Client { get; } = new(CreateTransport(), disposeHandler: false)
    {
        // The idle limit watches the whole exchange; a total limit would cut long honest answers.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
    };

    private static SocketsHttpHandler CreateTransport() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(15),
        Proxy = new DirectToLoopback(),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(30),
        EnableMultipleHttp2Connections = true,
        // A redirect would carry the key headers to whatever host it names.
        AllowAutoRedirect = false,
        UseCookies = false,
        // Compression makes proxies hold tokens back.
        AutomaticDecompression = DecompressionMethods.None,
    };
}
