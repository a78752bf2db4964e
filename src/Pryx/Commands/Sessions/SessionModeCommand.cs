using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary><c>pryx session mode ID [plan|act]</c>: plan mode of a session.</summary>
internal static class SessionModeCommand
{
    public static Command Create(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "The id, or at least its first 4 characters" };
        var mode = new Argument<string?>("MODE") { Arity = ArgumentArity.ZeroOrOne, Description = "plan: only read and ask until a plan is approved; act: as usual; leave it out to see which" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("mode", "See or switch plan mode") { id, mode, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = "";
            await ClientCommand.RunAsync(io, async (client, token) =>
            {
                path = $"/api/v1/sessions/{(await SessionLookup.FindAsync(client, parsed.GetValue(id)!, token)).Id}/mode";
                return ExitCodes.Ok;
            }, cancellationToken);
            return await ApiCall.RunAsync(io, async (api, token) =>
            {
                var body = parsed.GetValue(mode) is { } wanted ? JsonSerializer.Serialize(new SessionMode(wanted), ProtocolJson.Default.SessionMode) : null;
                var now = await api.CallAsync(body is null ? "GET" : "PUT", path, body, ProtocolJson.Default.SessionMode, token);
                if (parsed.GetValue(json))
                {
                    io.WriteJson(now, ProtocolJson.Default.SessionMode);
                    return ExitCodes.Ok;
                }
                io.Out.WriteLine(now.Mode == "plan" ? "Plan mode: the agent reads and asks, and acts once its plan is approved." : "The agent acts; its calls are judged as usual.");
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx session mode 3f2a plan");
    }
}
