using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Processes;

namespace Pryx.Core.Mcp.Transports;

/// <summary>Starts a server's program and speaks with it over its standard input and output.</summary>
internal sealed class McpStdioTransport(McpServer server, McpLaunch launch, McpLog log) : IClientTransport
{
    public string Name => server.Name;

    /// <summary>Set once it is connected.</summary>
    public McpStdioSession? Session { get; private set; }

    /// <exception cref="SpawnException">No such program or folder; or no sandbox that it could run in.</exception>
    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var place = await launch.PrepareAsync(server, log, cancellationToken).ConfigureAwait(false);
        try
        {
            var process = await launch.Spawner.StartAsync(place.Request, cancellationToken).ConfigureAwait(false);
            return Session = new McpStdioSession(server.Name, process, place, log);
        }
        catch
        {
            await place.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
