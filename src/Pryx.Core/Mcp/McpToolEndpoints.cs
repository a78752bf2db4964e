using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Pryx.Agent.Tools;
using Pryx.Core.Http;
using Pryx.Core.Mcp.Serving;
using Pryx.Core.Mcp.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Mcp;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Mcp;

/// <summary><c>/mcp/tools</c>: the tools of all servers, the bundled ones too, and calls of them. A call goes the way of every other: policy, approval, audit.</summary>
/// <param name="bundled">The tools of a bundled server; null for none of that name.</param>
/// <param name="folder">Where calls without a session work.</param>
public sealed partial class McpToolEndpoints(McpDesk desk, ServedCalls calls, Func<string, ToolSet?> bundled, string folder)
{
    private readonly ConcurrentBag<SessionId> _idle = [];

    public void Map(ApiRoutes routes)
    {
        ApiParameter[] query = [new("refresh", "1: every server lists them again", "boolean")];
        routes.Add(new("GET", "/mcp/tools", "The tools of all MCP servers that are switched on") { Query = query, Response = McpWireJson.Default.McpToolsBody }, http => ListAsync(http, null));
        routes.Add(new("GET", "/api/v1/mcp/servers/{name}/tools", "The tools of one MCP server") { Query = query, Response = McpWireJson.Default.McpToolsBody }, http => ListAsync(http, desk.Require(http.RouteText("name"))));
        routes.Add(new("POST", "/mcp/tools/call", "Calls a tool; it is judged as a call of a model is, and asked where a surface is open. 502 when it was denied")
        { Scope = Scopes.Chat, Request = McpJson.Default.McpCall, Response = McpWireJson.Default.McpCallResult }, CallAsync);
    }

    private async Task ListAsync(HttpContext http, McpServer? only)
    {
        using var leaving = http.Leaving();
        List<McpToolBody> bodies = [];
        foreach (var server in BundledServers().Where(server => only is null || server.Name == only.Name))
        {
            bodies.AddRange(bundled(server.Name)?.Tools.Select(tool => BodyOf(server.Name, tool.Definition.WireName, tool)) ?? []);
        }
        var (tools, problems) = await desk.ToolsAsync(only?.Name, http.QueryFlag("refresh"), null, leaving.Token);
        foreach (var tool in tools)
        {
            bodies.Add(BodyOf(tool.Server.Name, tool.Info.Name, tool) with
            {
                Title = tool.Info.Title,
                OutputSchema = tool.Info.OutputSchema,
                Annotations = tool.Info.Annotations,
                Changed = await tool.HasChangedAsync(leaving.Token),
            });
        }
        await http.WriteAsync(new McpToolsBody(bodies, problems.Count > 0 ? problems : null), McpWireJson.Default.McpToolsBody);
    }

    private async Task CallAsync(HttpContext http)
    {
        var call = await http.ReadAsync(McpJson.Default.McpCall);
        if (call.Tool is not { } name || !ToolName().IsMatch(name))
        {
            throw new PryxException("VALIDATION_ERROR", "tool: a tool's name is expected, such as filesystem:read_file", "pryx mcp tools shows those there are");
        }
        if (call.ApproveAll && !Caller.Of(http).May(Scopes.Approve))
        {
            throw new PryxException("SCOPE_MISSING", "approve_all needs the scope Approve.");
        }
        var arguments = call.Arguments is { ValueKind: not JsonValueKind.Null } given ? given : ToolArguments.Parse("{}").Json;
        if (arguments.ValueKind != JsonValueKind.Object || arguments.EnumerateObject().Any(static argument => !ArgumentName().IsMatch(argument.Name)))
        {
            throw new PryxException("VALIDATION_ERROR", "arguments: an object is expected, with names of letters, digits, '_', '-', '.' and '$'.");
        }
        using var leaving = http.Leaving();
        var target = await FindAsync(name, leaving.Token)
            ?? throw new PryxException("TOOL_NOT_FOUND", $"tool: there is no tool '{name}'.", "pryx mcp tools shows those there are");
        var session = call.SessionId ?? await SessionAsync(leaving.Token);
        var result = await calls.CallAsync(session, target with { Arguments = arguments.GetRawText() }, Caller.Of(http).Name, static _ => Task.CompletedTask, leaving.Token, call.ApproveAll);
        if (call.SessionId is null)
        {
            _idle.Add(session);
        }
        if (result.Result is null or { Status: not (ToolStatus.Completed or ToolStatus.Failed) } || result.Text.StartsWith("approval timed out", StringComparison.Ordinal))
        {
            throw new PryxException("MCP_CALL_DENIED", result.Text);
        }
        await http.WriteAsync(McpCallBody.Of(result.Text, result.Result), McpWireJson.Default.McpCallResult);
    }

    // One at a time in a session: calls without one do not wait for each other.
    private async Task<SessionId> SessionAsync(CancellationToken cancellationToken) =>
        _idle.TryTake(out var idle) ? idle : (await calls.OpenSessionAsync("MCP calls over HTTP", folder, cancellationToken)).Id;

    private async Task<CallTool?> FindAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var server in BundledServers())
        {
            if (BundledTool(server.Name, name) is { } tool)
            {
                return new CallTool(tool, "{}") { Server = server.Name };
            }
        }
        var (tools, _) = await desk.ToolsAsync(null, refreshes: false, null, cancellationToken);
        return McpToolFinder.Find(tools, name) is { } found ? new CallTool(found.Definition.WireName, "{}") : null;
    }

    private string? BundledTool(string server, string name)
    {
        if (name.Length <= server.Length + 1 || !name.StartsWith(server, StringComparison.OrdinalIgnoreCase) || name[server.Length] is not (':' or '/' or '.' or '_') || bundled(server) is not { } set)
        {
            return null;
        }
        var wanted = name[(server.Length + 1)..].ToLowerInvariant();
        // The names by which programs of other agents know them.
        wanted = wanted switch { "list_directory" => "list_dir", "create_directory" => "mkdir", "execute" or "run" => "exec", "delete" or "remove_file" => "remove", "capture" => "screenshot", _ => wanted };
        return set.Find(wanted)?.Definition.WireName;
    }

    private IEnumerable<McpServer> BundledServers() => desk.Definitions.For(null).Servers.Where(static server => server is { Transport: McpTransport.Bundled, IsEnabled: true });

    private static McpToolBody BodyOf(string server, string name, ITool tool) => new($"{server}:{name}", server, name, null, tool.Definition.Description, tool.Definition.Schema)
    {
        PolicyName = tool.Definition.PolicyName,
        WireName = tool.Definition.WireName,
    };

    [GeneratedRegex("^[a-zA-Z0-9._:/-]{1,200}$")]
    private static partial Regex ToolName();

    [GeneratedRegex("^[a-zA-Z0-9_.$-]{1,128}$")]
    private static partial Regex ArgumentName();
}
