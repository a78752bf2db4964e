using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Core.Mcp.Auth;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Transports;

/// <summary>One connection to a server over HTTP: Streamable HTTP, the older HTTP+SSE, or whichever it speaks.</summary>
public sealed class McpHttpTransport : IClientTransport, IAsyncDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);
    private readonly McpServer _server;
    private readonly McpHttpGuard _guard;
    private readonly McpClientGrant? _grant;
    private readonly HttpClient _http;
    private readonly HttpClientTransport _inner;
    private ITransport? _session;
    private int _isTooLong;
    private PryxException? _refusal;

    /// <param name="url">Absolute, http or https.</param>
    /// <param name="headers">Resolved; sent to the server's own origin only.</param>
    /// <param name="oauth">Null where a token stands in the headers, or nobody can sign in.</param>
    /// <param name="grant">Put before the guard where a client gets in by itself.</param>
    internal McpHttpTransport(McpServer server, Uri url, IReadOnlyList<KeyValuePair<string, string>> headers, ClientOAuthOptions? oauth, Func<HttpMessageHandler, McpClientGrant>? grant = null)
    {
        _server = server;
        _guard = new(url, headers, EndTooLong);
        // Calls may take long; whoever makes one says how long.
        _grant = grant?.Invoke(_guard);
        _http = new(_grant is null ? _guard : _grant) { Timeout = Timeout.InfiniteTimeSpan };
        if (oauth?.AuthorizationCallbackHandler is { } ask)
        {
            oauth.AuthorizationCallbackHandler = async (context, cancellationToken) =>
            {
                try
                {
                    return await ask(context, cancellationToken);
                }
                catch (PryxException e)
                {
                    // The SDK has words of its own for it, in which this is lost.
                    _refusal = e;
                    throw;
                }
            };
        }
        _inner = new(new()
        {
            Endpoint = url,
            Name = server.Name,
            TransportMode = server.Transport == McpTransport.Sse ? HttpTransportMode.Sse : HttpTransportMode.AutoDetect,
            ConnectionTimeout = ConnectPatience,
            OAuth = oauth,
        }, _http, loggerFactory: null, ownsHttpClient: false);
    }

    public string Name => _server.Name;

    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) => _session = await _inner.ConnectAsync(cancellationToken);

    /// <summary>What an exception of this connection means for a person; null when it is none of the transport's.</summary>
    public PryxException? Explain(Exception exception) =>
        exception is PryxException known ? known
        : Volatile.Read(ref _isTooLong) == 1 ? new PryxException("MCP_TOO_LARGE", $"The MCP server '{_server.Name}' has sent a message of more than {McpHttpGuard.MaxMessage / (1024 * 1024)} MB; the connection was ended.", "ask it for less")
        : _refusal is { } said ? said
        : _grant?.Problem is { } problem ? problem
        : _guard.Refusal is { } refusal ? new PryxException("MCP_REFUSED", $"The MCP server '{_server.Name}' was refused: {refusal}", "check its address, or ask whoever runs it")
        : _guard.Denied is System.Net.HttpStatusCode.Unauthorized ? SigninNeeded(_server)
        : _guard.Denied is { } denied ? new PryxException("MCP_DENIED", $"The MCP server '{_server.Name}' does not let this account in (HTTP {(int)denied}).", $"sign in with another one: pryx mcp auth {_server.Name}")
        : Root(exception) is { } cause ? new PryxException("MCP_UNREACHABLE", $"The MCP server '{_server.Name}' could not be reached at {_server.Url}: {cause}", $"check that it runs, then: pryx mcp test {_server.Name}")
        : null;

    public async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        _http.Dispose();
    }

    internal static PryxException SigninNeeded(McpServer server) => server.Auth is { Type: McpAuth.ClientCredentials }
        ? new("MCP_SIGNIN_NEEDED", $"The MCP server '{server.Name}' needs the secret or key of your client.", $"pryx mcp auth {server.Name} --client-secret")
        : server.Auth is { Type: "bearer" } or { Type: "none" } || server.Headers.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase)
        ? new("MCP_SIGNIN_NEEDED", $"The MCP server '{server.Name}' does not accept its token.", $"give a new one: pryx mcp auth {server.Name} --token")
        : new("MCP_SIGNIN_NEEDED", $"The MCP server '{server.Name}' needs you to sign in.", $"pryx mcp auth {server.Name}");

    private static string? Root(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException { StatusCode: { } status })
            {
                return $"it answers HTTP {(int)status}.";
            }
            if (e is TimeoutException)
            {
                return "it does not answer.";
            }
            if (e is HttpRequestException or IOException && e.InnerException is null or System.Net.Sockets.SocketException)
            {
                return e.Message.TrimEnd('.') + ".";
            }
        }
        return null;
    }

    // The reader's exception ends one request; a server that sends this is not asked again.
    private void EndTooLong()
    {
        if (Interlocked.Exchange(ref _isTooLong, 1) == 0 && _session is { } session)
        {
            _ = Task.Run(async () => await session.DisposeAsync());
        }
    }
}
