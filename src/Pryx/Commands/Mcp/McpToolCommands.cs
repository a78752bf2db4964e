using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp tools</c> and <c>pryx mcp call</c>.</summary>
internal static class McpToolCommands
{
    public static Command Tools(CommandIo io)
    {
        var name = new Argument<string?>("SERVER") { Description = "One server's; all without it", Arity = ArgumentArity.ZeroOrOne };
        var json = McpClientCommands.Json();
        var command = new Command("tools", "The tools that servers offer") { name, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var path = parsed.GetValue(name) is { } server ? McpClientCommands.PathOf(server, "/tools") : "/mcp/tools";
            var body = await api.CallAsync("GET", path, null, McpWireJson.Default.McpToolsBody, token);
            foreach (var problem in body.Problems ?? [])
            {
                io.Warn(problem);
            }
            if (parsed.GetValue(json))
            {
                io.WriteJson(body, McpWireJson.Default.McpToolsBody);
                return ExitCodes.Ok;
            }
            foreach (var tool in body.Tools)
            {
                io.Out.WriteLine($"{io.OutStyle.Bold(SafeText.Line(tool.Name, 200))}  {SafeText.Line(tool.Description, 160)}{(tool.Changed ? io.OutStyle.Yellow(" (changed since it was approved)") : "")}");
            }
            if (body.Tools.Count == 0)
            {
                io.Out.WriteLine("No tools.");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp tools\npryx mcp tools linear --json");
    }

    public static Command Call(CommandIo io)
    {
        var server = new Argument<string>("SERVER") { Description = "A server's name" };
        var tool = new Argument<string>("TOOL") { Description = "As pryx mcp tools shows it, without the server" };
        var arguments = new Argument<string?>("ARGUMENTS") { Description = "A JSON object", Arity = ArgumentArity.ZeroOrOne };
        var json = McpClientCommands.Json();
        var command = new Command("call", "Call a tool yourself; what your policy denies stays denied") { server, tool, arguments, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var call = new McpCall($"{parsed.GetValue(server)}:{parsed.GetValue(tool)}", Read(parsed.GetValue(arguments))) { ApproveAll = true }; // Whoever types it has decided it.
            var result = await api.CallAsync("POST", "/mcp/tools/call", JsonSerializer.Serialize(call, McpJson.Default.McpCall), McpWireJson.Default.McpCallResult, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(result, McpWireJson.Default.McpCallResult);
            }
            else
            {
                (result.IsError == true ? io.Error : io.Out).WriteLine(SafeText.Of(result.Text));
            }
            return result.IsError == true ? ExitCodes.Failed : ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp call memory read_graph\npryx mcp call linear list_issues '{\"limit\": 5}'");
    }

    private static JsonElement? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.Clone();
            }
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw UsageError.Of("The arguments are no JSON object.", "in quotes of the shell: '{\"limit\": 5}'");
    }
}
