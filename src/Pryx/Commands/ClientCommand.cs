using Pryx.Host;
using Pryx.Protocol.Client;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>Runs a command that asks Core something and prints the answer.</summary>
internal static class ClientCommand
{
    /// <returns>The exit code of the action.</returns>
    public static async Task<int> RunAsync(CommandIo io, Func<IPryxClient, CancellationToken, Task<int>> actAsync, CancellationToken cancellationToken)
    {
        using var interrupts = io.Interrupts();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupts.Any);
        await using var client = await io.ConnectAsync(new ConnectOptions(IsLocal: false, io.WorkingDirectory), either.Token);
        return await actAsync(client, either.Token);
    }
}
