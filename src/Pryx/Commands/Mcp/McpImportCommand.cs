using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp import</c>: takes the <c>mcpServers</c> of another tool's file over.</summary>
internal static class McpImportCommand
{
    public static Command Create(CommandIo io)
    {
        var file = new Argument<string>("FILE") { Description = "A JSON file with mcpServers, such as another agent's configuration" };
        var json = McpClientCommands.Json();
        var command = new Command("import", "Take servers over from another tool's configuration; names that are taken stay as they are") { file, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var path = Path.GetFullPath(parsed.GetValue(file)!, io.WorkingDirectory);
            if (!File.Exists(path))
            {
                throw new PryxException("FILE_MISSING", $"There is no file {path}.", "name the other tool's JSON file, such as .mcp.json");
            }
            var body = await api.CallAsync("POST", "/api/v1/mcp/import", JsonSerializer.Serialize(new McpImportInput(Path: path), McpJson.Default.McpImportInput), McpJson.Default.McpImported, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(body, McpJson.Default.McpImported);
                return ExitCodes.Ok;
            }
            foreach (var name in body.Added)
            {
                io.Out.WriteLine($"{io.OutStyle.Green("✓")} Added MCP server: {SafeText.Line(name, 64)}");
            }
            foreach (var skipped in body.Skipped)
            {
                io.Warn($"Skipped: {skipped}");
            }
            if (body.Added.Count == 0)
            {
                io.Out.WriteLine("Nothing was added.");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp import .mcp.json\npryx mcp import ~/.cursor/mcp.json");
    }
}
