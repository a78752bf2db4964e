using System.CommandLine;
using System.CommandLine.Help;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp</c>: the servers that Pryx uses, Pryx as an MCP server, and the servers that are part of it.</summary>
internal static class McpCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("mcp", "Use MCP servers, and serve Pryx's tools to other agents");
        foreach (var client in McpClientCommands.All(io))
        {
            command.Add(client);
        }
        command.Add(McpServeCommand.Create(io));
        foreach (var bundled in McpBundledCommand.All(io))
        {
            command.Add(bundled);
        }
        command.SetAction(parsed =>
        {
            new HelpAction().Invoke(parsed);
            return ExitCodes.Usage;
        });
        return command;
    }
}
