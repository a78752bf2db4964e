using ModelContextProtocol.Client;
using Pryx.Core.Mcp.Connections;

namespace Pryx.Core.Mcp.Transports;

/// <summary>The way to a server.</summary>
internal static class McpTransports
{
    public static async Task<IClientTransport> CreateAsync(McpServer server, McpLaunch launch, McpLog log, CancellationToken cancellationToken) => server.Transport == McpTransport.Stdio
        ? new McpStdioTransport(server, launch, log)
        : await launch.Http.CreateAsync(server, consent: null, cancellationToken);
}
