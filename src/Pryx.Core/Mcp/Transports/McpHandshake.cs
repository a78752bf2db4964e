using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace Pryx.Core.Mcp.Transports;

/// <summary>Agrees with a server on how to speak.</summary>
public static class McpHandshake
{
    // Those that begin with initialize, newest first.
    private static readonly string[] Older = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

    /// <summary>
    /// Begins with the newest revision. A server that does not know it is to say so; there are some that answer every question with something,
    /// and what they answer is no discovery: with those it begins as all older clients do, with the revision that they name.
    /// </summary>
    public static async Task<McpClient> ConnectAsync(IClientTransport transport, McpClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await McpClient.CreateAsync(transport, options, loggerFactory: null, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException) when (options.ProtocolVersion is null)
        {
            options.ProtocolVersion = Older[0];
        }
        try
        {
            return await McpClient.CreateAsync(transport, options, loggerFactory: null, cancellationToken).ConfigureAwait(false);
        }
        catch (McpException e) when (Older.FirstOrDefault(version => e.Message.EndsWith(version, StringComparison.Ordinal)) is { } theirs && theirs != options.ProtocolVersion)
        {
            options.ProtocolVersion = theirs;
            return await McpClient.CreateAsync(transport, options, loggerFactory: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
