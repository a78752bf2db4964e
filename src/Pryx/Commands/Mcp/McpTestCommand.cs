using System.CommandLine;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp test</c>: connects and lists the tools. A server that can not be used is exit code 1.</summary>
internal static class McpTestCommand
{
    public static Command Create(CommandIo io)
    {
        var (name, json) = (McpClientCommands.Name(), McpClientCommands.Json());
        var command = new Command("test", "Connect to a server, list its tools, and say how that went") { name, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var server = parsed.GetValue(name)!;
            var test = await api.CallAsync("POST", McpClientCommands.PathOf(server, "/test"), null, McpJson.Default.McpTest, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(test, McpJson.Default.McpTest);
                return test.Ok ? ExitCodes.Ok : ExitCodes.Failed;
            }
            if (!test.Ok)
            {
                throw new PryxException("MCP_TEST_FAILED", test.Error ?? $"The MCP server '{test.Name}' can not be used.", $"pryx mcp logs {test.Name} shows what it wrote");
            }
            var itself = test.ServerName is { Length: > 0 } own ? $" ({SafeText.Line($"{own} {test.ServerVersion}".Trim(), 200)}, MCP {SafeText.Line(test.ProtocolVersion ?? "?", 20)})" : "";
            io.Out.WriteLine($"{io.OutStyle.Green("✓")} {SafeText.Line(test.Name, 64)}: {test.Tools} tools in {test.Took} ms{itself}");
            foreach (var warning in test.Warnings ?? [])
            {
                io.Warn(warning);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp test linear\npryx mcp test linear --json");
    }
}
