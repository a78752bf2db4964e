using System.CommandLine;
using System.Text;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp list</c>: the servers and how they are. With <c>--json</c> what is configured, by name.</summary>
internal static class McpListCommand
{
    public static Command Create(CommandIo io)
    {
        var json = McpClientCommands.Json();
        var command = new Command("list", "The MCP servers that are configured, and how they are") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var body = await api.CallAsync("GET", "/api/v1/mcp/servers", null, McpJson.Default.McpServersBody, token);
            foreach (var problem in body.Problems ?? [])
            {
                io.Error.WriteLine($"{io.ErrorStyle.Yellow("Warning:")} {SafeText.Of(problem)}");
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(ToJson(body.Configured ?? new Dictionary<string, JsonElement>()));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine(io.OutStyle.Bold($"MCP Servers ({body.Servers.Count})"));
            io.Out.WriteLine($"Config: {SafeText.Line(body.Config, 4000)}");
            foreach (var server in body.Servers)
            {
                Write(io, server);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx mcp list\npryx mcp list --json");
    }

    private static void Write(CommandIo io, McpServerBody server)
    {
        var style = io.OutStyle;
        var state = server.State switch
        {
            McpStates.Connected => style.Green($"connected, {server.Tools ?? 0} tools"),
            McpStates.Failed => style.Red("failed"),
            McpStates.NeedsAuth => style.Yellow("sign-in needed"),
            McpStates.Idle => style.Dim("not connected yet"),
            _ => style.Dim(SafeText.Line(server.State, 40)),
        };
        io.Out.WriteLine($"  • {style.Bold(SafeText.Line(server.Name, 64))} [{(server.Origin == "bundled" ? "bundled" : server.Origin == "workspace" ? "configured, workspace" : "configured")}] {state}");
        if (server.Url is { } url)
        {
            io.Out.WriteLine($"    URL: {SafeText.Line(url, 2048)}");
        }
        if (server.Origin != "bundled" && server.Command is { Count: > 0 } words)
        {
            io.Out.WriteLine($"    Command: {SafeText.Line(string.Join(' ', words), 2048)}{(server.Sandboxed ? "" : style.Yellow(" (not in the sandbox)"))}");
        }
        if (server.Auth is { } auth)
        {
            io.Out.WriteLine($"    Auth: {SafeText.Line(auth.Type, 40)}{(auth.TokenRef is { } reference ? $" ({SafeText.Line(reference, 300)})" : "")}");
        }
        if (server.Error is { } error)
        {
            io.Out.WriteLine($"    {SafeText.Line(error, 1000)}");
        }
        foreach (var warning in server.Warnings ?? [])
        {
            io.Out.WriteLine($"    {style.Yellow("Note:")} {SafeText.Line(warning, 1000)}");
        }
    }

    private static string ToJson(IReadOnlyDictionary<string, JsonElement> servers)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, definition) in servers)
            {
                writer.WritePropertyName(name);
                definition.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
