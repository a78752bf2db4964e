using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Sessions;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary><c>pryx stop</c>: STOP, for everything or for one session.</summary>
internal static class StopCommand
{
    public static Command Create(CommandIo io)
    {
        var session = new Argument<string?>("SESSION") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this session, what waits in it and its agents (default: everything)" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("stop", "Stop the agent at once: every turn, command, agent and open question") { session, json };
        command.SetAction(async (parsed, cancellationToken) => parsed.GetValue(session) is { } id
            ? await StopOneAsync(io, id, parsed.GetValue(json), cancellationToken)
            : await ApiCall.RunAsync(io, (api, token) => StopAllAsync(api, io, parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("""
            pryx stop
            pryx stop 4f1c
            """);
    }

    private static async Task<int> StopAllAsync(ApiConnection api, CommandIo io, bool isJson, CancellationToken cancellationToken)
    {
        var stopped = await api.CallAsync("POST", "/api/v1/stop", null, ProtocolJson.Default.StoppedEverything, cancellationToken);
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(stopped, ProtocolJson.Default.StoppedEverything));
            return ExitCodes.Ok;
        }
        var waited = stopped.Queued + stopped.Agents;
        io.Out.WriteLine((stopped.Turns, waited) switch
        {
            (0, 0) => "Nothing was running.",
            (var turns, 0) => $"Stopped {Count(turns, "turn")}.",
            var (turns, waiting) => $"Stopped {Count(turns, "turn")}; {Count(waiting, "waiting task")} will not begin.",
        });
        return ExitCodes.Ok;
    }

    private static async Task<int> StopOneAsync(CommandIo io, string id, bool isJson, CancellationToken cancellationToken)
    {
        var known = default(SessionId);
        var found = await ClientCommand.RunAsync(io, async (client, token) =>
        {
            known = (await SessionLookup.FindAsync(client, id, token)).Id;
            return ExitCodes.Ok;
        }, cancellationToken);
        return found != ExitCodes.Ok ? found : await ApiCall.RunAsync(io, async (api, token) =>
        {
            var stopped = await api.CallAsync("POST", $"/api/v1/sessions/{known}/stop?queued=1", null, ProtocolJson.Default.TurnStopped, token);
            io.Out.WriteLine(isJson ? JsonSerializer.Serialize(stopped, ProtocolJson.Default.TurnStopped) : stopped.Stopped ? "Stopped." : "Nothing was running in this session.");
            return ExitCodes.Ok;
        }, cancellationToken);
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
