using System.CommandLine;
using System.Globalization;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp logs</c>: what a server wrote since Pryx runs.</summary>
internal static class McpLogsCommand
{
    public static Command Create(CommandIo io)
    {
        var (name, json) = (McpClientCommands.Name(), McpClientCommands.Json());
        var limit = new Option<int>("--limit", "-n") { Description = "How many lines, 1 to 500", DefaultValueFactory = static _ => 100 };
        var command = new Command("logs", "What a server wrote last: its stderr, its logging, what became of it") { name, limit, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var body = await api.CallAsync("GET", McpClientCommands.PathOf(parsed.GetValue(name)!, $"/logs?limit={parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture)}"), null, McpJson.Default.McpLogsBody, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(body, McpJson.Default.McpLogsBody);
                return ExitCodes.Ok;
            }
            foreach (var line in body.Lines)
            {
                io.Out.WriteLine($"{io.OutStyle.Dim(line.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture))} {SafeText.Line(line.Stream, 10),-6} {SafeText.Line(line.Text, 4000)}");
            }
            if (body.Lines.Count == 0)
            {
                io.Out.WriteLine(api.Daemon is null ? "Nothing: Pryx is not running (pryx serve), and each command starts servers of its own." : "Nothing yet.");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp logs linear\npryx mcp logs linear -n 20");
    }
}
