using ModelContextProtocol.Client;
using Pryx.Core.Mcp.Connections;

namespace Pryx.Core.Mcp.Transports;

/// <summary>The way to a server.</summary>
internal static class McpTransports
{
    public static async Task<IClientTransport> CreateAsync(McpServer server, McpLaunch launch, McpLog log, CancellationToken cancellationToken) => server.Transport == McpTransport.Stdio
        ? new McpStdioTransport(server, launch, log)
        : new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(server.Url!),
            Name = server.Name,
            TransportMode = server.Transport == McpTransport.Sse ? HttpTransportMode.Sse : HttpTransportMode.AutoDetect,
            AdditionalHeaders = await HeadersAsync(server, launch.Values, cancellationToken).ConfigureAwait(false),
        });

    private static async Task<Dictionary<string, string>> HeadersAsync(McpServer server, McpValues values, CancellationToken cancellationToken)
    {
        var headers = await values.ResolveAsync(server.Headers, cancellationToken).ConfigureAwait(false);
        if (server.Auth is { TokenRef: { Length: > 0 } reference } && !headers.ContainsKey("Authorization"))
        {
            headers["Authorization"] = $"Bearer {await values.ResolveAsync(reference, cancellationToken).ConfigureAwait(false)}";
        }
        return headers;
    }
}
