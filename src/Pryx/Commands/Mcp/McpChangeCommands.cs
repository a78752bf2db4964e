using System.CommandLine;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp remove</c>, <c>enable</c>, <c>disable</c>.</summary>
internal static class McpChangeCommands
{
    public static Command Remove(CommandIo io)
    {
        var name = McpClientCommands.Name();
        var command = new Command("remove", "End a server and take it out of servers.json; its account is forgotten") { name };
        command.Aliases.Add("rm");
        command.Aliases.Add("delete");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var server = parsed.GetValue(name)!;
            // Whoever adds another one under this name does not get its account.
            await api.CallAsync("DELETE", McpClientCommands.PathOf(server, "/auth"), token);
            await api.CallAsync("DELETE", McpClientCommands.PathOf(server), token);
            io.Out.WriteLine($"{io.OutStyle.Green("✓")} Removed MCP server: {SafeText.Line(server, 64)}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp remove linear");
    }

    public static Command Enable(CommandIo io) => Switch(io, "enable", "Switch a server on", "Enabled");

    public static Command Disable(CommandIo io) => Switch(io, "disable", "End a server and leave it configured", "Disabled");

    private static Command Switch(CommandIo io, string verb, string description, string done)
    {
        var (name, json) = (McpClientCommands.Name(), McpClientCommands.Json());
        var command = new Command(verb, description) { name, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var body = await api.CallAsync("POST", McpClientCommands.PathOf(parsed.GetValue(name)!, $"/{verb}"), null, McpJson.Default.McpServerBody, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(body, McpJson.Default.McpServerBody);
            }
            else
            {
                io.Out.WriteLine($"{io.OutStyle.Green("✓")} {done} MCP server: {SafeText.Line(body.Name, 64)}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples($"pryx mcp {verb} linear");
    }
}
