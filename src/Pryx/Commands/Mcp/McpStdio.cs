using System.Net.WebSockets;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary>
/// Puts standard input and output before the gateway's MCP server: the daemon's where one runs, so that its surfaces answer approvals, else
/// one inside this process. Nothing but the protocol is written to standard output.
/// </summary>
internal static class McpStdio
{
    private const int BufferSize = 64 * 1024;

    /// <param name="server">A bundled one; null for the built-in tools.</param>
    /// <param name="workspace">Absolute.</param>
    public static async Task<int> RunAsync(CommandIo io, string? server, string workspace, CancellationToken cancellationToken)
    {
        using var interrupts = io.Interrupts();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupts.Any);
        await using var api = await io.Reach.OpenApiAsync(warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"), io.WorkingDirectory, either.Token);
        using var socket = await api.OpenSocketAsync($"/mcp/ws?workspace={Uri.EscapeDataString(workspace)}{(server is null ? "" : $"&server={server}")}", either.Token);
        if (api.Daemon is null)
        {
            io.Error.WriteLine("Note: Pryx is not running (pryx serve), so nobody can be asked: calls that need an approval are refused.");
        }
        using var input = io.OpenRawIn();
        using var output = io.OpenRawOut();
        // Not awaited: a read from a terminal or a pipe can not be cancelled everywhere, and ends with the process.
        _ = SendAsync(input, socket, either.Token);
        try
        {
            await ReceiveAsync(socket, output, either.Token);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
        catch (WebSocketException)
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Error:")} Pryx has ended. Start this server again.");
            return ExitCodes.Failed;
        }
    }

    private static async Task SendAsync(Stream input, WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await input.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await socket.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            }
            // The client has closed its end: the server ends with what it still has to say.
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction tells why.
        }
    }

    private static async Task ReceiveAsync(WebSocket socket, Stream output, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }
            await output.WriteAsync(buffer.AsMemory(0, received.Count), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }
}
