using System.CommandLine;
using Pryx.Host;
using Pryx.Terminal;

namespace Pryx.Commands.Gateway;

/// <summary><c>pryx serve</c>: the daemon.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandIo io)
    {
        var port = new Option<int?>("--port") { Description = "Listen on this port of 127.0.0.1 (default: 42424, or any free one)" };
        var noAuth = new Option<bool>("--no-auth") { Description = "Let every program on this machine use it without a token" };
        var command = new Command("serve", "Run Pryx in the background: sessions, turns and approvals for every surface") { port, noAuth };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var interrupts = io.Interrupts();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupts.Any);
            await CoreProcess.RunAsync(
                parsed.GetValue(port), !parsed.GetValue(noAuth), io.WorkingDirectory, warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"),
                url => { io.Out.WriteLine($"Pryx is ready at {url.ToString().TrimEnd('/')}"); io.Out.Flush(); }, either.Token);
            return ExitCodes.Ok;
        });
        return command;
    }
}
