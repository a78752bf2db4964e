using System.CommandLine;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp</c>: Pryx as an MCP server, and the servers that are part of it.</summary>
internal static class McpCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("mcp", "Serve Pryx's tools to other agents over MCP") { McpServeCommand.Create(io) };
        foreach (var bundled in McpBundledCommand.All(io))
        {
            command.Add(bundled);
        }
        return command;
    }
}
