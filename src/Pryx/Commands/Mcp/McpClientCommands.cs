using System.CommandLine;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary>The commands of <c>pryx mcp</c> about servers that Pryx uses; those that serve stand beside them.</summary>
internal static class McpClientCommands
{
    public static IEnumerable<Command> All(CommandIo io) =>
    [
        McpListCommand.Create(io),
        McpAddCommand.Create(io),
        McpChangeCommands.Remove(io),
        McpTestCommand.Create(io),
        McpAuthCommand.Create(io),
        McpToolCommands.Tools(io),
        McpToolCommands.Call(io),
        McpLogsCommand.Create(io),
        McpImportCommand.Create(io),
        McpChangeCommands.Enable(io),
        McpChangeCommands.Disable(io),
    ];

    public static Argument<string> Name() => new("NAME") { Description = "A server's name, as pryx mcp list shows it" };

    public static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };

    public static string PathOf(string server, string action = "") => $"/api/v1/mcp/servers/{Uri.EscapeDataString(server)}{action}";
}
