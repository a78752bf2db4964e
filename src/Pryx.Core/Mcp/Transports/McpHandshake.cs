using System.Text.Json;
using ModelContextProtocol.Client;

namespace Pryx.Core.Mcp.Transports;

/// <summary>Agrees with a server on how to speak.</summary>
public static class McpHandshake
{
    /// <summary>The last revision that begins with <c>initialize</c>.</summary>
    private const string Stateful = "2025-11-25";

    /// <summary>
    /// Begins with the newest revision. A server that does not know it is to say so; there are some that answer every question with something,
    /// and what they answer is no discovery: with those it begins as all older clients do.
    /// </summary>
    public static async Task<McpClient> ConnectAsync(IClientTransport transport, McpClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await McpClient.CreateAsync(transport, options, loggerFactory: null, cancellationToken);
        }
        catch (JsonException) when (options.ProtocolVersion is null)
        {
            options.ProtocolVersion = Stateful;
            return await McpClient.CreateAsync(transport, options, loggerFactory: null, cancellationToken);
        }
    }
}
