using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Mcp.Definitions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp;

/// <summary><c>/api/v1/mcp/servers</c>: what is configured and how it is. Changes go into the user's servers.json and count at once.</summary>
public sealed class McpServerEndpoints(McpDesk desk, AuditLog audit)
{
    private const string Root = "/api/v1/mcp/servers";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "The MCP servers: how they are configured, and whether they are connected") { Response = McpJson.Default.McpServersBody }, ListAsync);
        routes.Add(new("POST", Root, "Adds a server to the user's servers.json, or changes what is given of it there; one with a command only from this machine")
        { Scope = Scopes.Admin, Request = McpJson.Default.McpServerInput, Response = McpJson.Default.McpServerBody, Status = 201 }, AddAsync);
        routes.Add(new("POST", "/api/v1/mcp/import", "Takes servers over from another tool's mcpServers; names that are taken stay as they are")
        { Scope = Scopes.Admin, Request = McpJson.Default.McpImportInput, Response = McpJson.Default.McpImported }, ImportAsync);
        routes.Add(new("GET", Root + "/{name}", "One MCP server") { Response = McpJson.Default.McpServerBody }, ShowAsync);
        routes.Add(new("DELETE", Root + "/{name}", "Ends a server and takes it out of the user's servers.json") { Scope = Scopes.Admin, Status = 204 }, RemoveAsync);
        routes.Add(new("POST", Root + "/{name}/enable", "Switches a server on") { Scope = Scopes.Admin, Response = McpJson.Default.McpServerBody }, http => SwitchAsync(http, isOn: true));
        routes.Add(new("POST", Root + "/{name}/disable", "Ends a server and switches it off") { Scope = Scopes.Admin, Response = McpJson.Default.McpServerBody }, http => SwitchAsync(http, isOn: false));
        routes.Add(new("POST", Root + "/{name}/test", "Connects to a server, lists its tools, and says how that went") { Scope = Scopes.Admin, Response = McpJson.Default.McpTest }, TestAsync);
        routes.Add(new("POST", Root + "/{name}/refresh", "Lists a server's tools again") { Response = McpJson.Default.McpServerBody }, RefreshAsync);
        routes.Add(new("GET", Root + "/{name}/logs", "What a server wrote last, oldest first") { Scope = Scopes.Admin, Query = [new("limit", "1 to 500; 100 without it", "integer")], Response = McpJson.Default.McpLogsBody }, LogsAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var problems = desk.Definitions.For(null).Problems;
        var all = desk.List(null);
        await http.WriteAsync(new McpServersBody([.. all.Select(static one => McpBodiesOf.Server(one.Server, one.Status, one.Tools))], desk.Definitions.Home.Path, problems.Count > 0 ? problems : null)
        {
            Configured = all.Where(static one => one.Server.Origin != McpOrigin.Bundled).ToDictionary(static one => one.Server.Name, static one => McpBodiesOf.Configured(one.Server)),
        }, McpJson.Default.McpServersBody);
    }

    private async Task AddAsync(HttpContext http)
    {
        var input = await http.ReadAsync(McpJson.Default.McpServerInput);
        if (!McpServerEntry.IsName(input.Name))
        {
            throw new PryxException("VALIDATION_ERROR", "name: 1 to 64 letters, digits, '-' and '_' are expected.");
        }
        if (input.Url is not null && input.Command is not null)
        {
            throw new PryxException("VALIDATION_ERROR", "url, command: one of the two is expected, not both.");
        }
        if (input.Url is not null && McpServerEntry.WhyNoUrl(input.Url) is { } why)
        {
            throw new PryxException("MCP_URL_INVALID", $"url: {why}.", "such as https://example.org/mcp");
        }
        if ((input.Command is not null || input.Env is not null || input.Sandbox == false) && Caller.Of(http).IsRemote)
        {
            throw new PryxException("CONFIG_LOCAL_ONLY", "A server that runs a program is configured on this machine alone.", "pryx mcp add NAME --cmd \"…\"");
        }
        var existing = desk.Definitions.Home.Read().Servers.FirstOrDefault(server => server.Name.Equals(input.Name, StringComparison.OrdinalIgnoreCase));
        if (existing is null && input.Url is null && input.Command is not { Count: > 0 })
        {
            throw new PryxException("VALIDATION_ERROR", "url, command: one of the two is expected.", "such as \"url\": \"https://example.org/mcp\"");
        }
        var replaced = desk.Definitions.Home.Change(existing?.Name ?? input.Name!, entry =>
        {
            McpBodiesOf.Fill(entry, input);
            try
            {
                // What could not be read back is not written.
                McpServerEntry.Read(input.Name!, entry);
            }
            catch (FormatException e)
            {
                throw new PryxException("VALIDATION_ERROR", $"{e.Message}.");
            }
        });
        await ChangedAsync(http, replaced ? "mcp.server_changed" : "mcp.server_added", input.Name!, input.Url ?? (input.Command is { } words ? string.Join(' ', words) : null));
        await WriteAsync(http, input.Name!, replaced ? StatusCodes.Status200OK : StatusCodes.Status201Created, replaced);
    }

    private async Task ImportAsync(HttpContext http)
    {
        var input = await http.ReadAsync(McpJson.Default.McpImportInput);
        if (Caller.Of(http).IsRemote)
        {
            throw new PryxException("CONFIG_LOCAL_ONLY", "Servers are imported on this machine alone.", "pryx mcp import FILE");
        }
        if (input.Json is not { } json)
        {
            if (input.Path is not { } path || !Path.IsPathFullyQualified(path) || !File.Exists(path))
            {
                throw new PryxException("VALIDATION_ERROR", "json, path: what to import is expected.", "such as the absolute path of a file with mcpServers");
            }
            try
            {
                using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, http.RequestAborted), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
                json = document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                throw new PryxException("MCP_CONFIG_INVALID", $"{path} is no JSON (line {e.LineNumber + 1}).");
            }
        }
        var imported = McpImport.Take(desk.Definitions.Home, json);
        foreach (var name in imported.Added)
        {
            await ChangedAsync(http, "mcp.server_added", name, "import");
        }
        await http.WriteAsync(imported, McpJson.Default.McpImported);
    }

    private Task ShowAsync(HttpContext http) => WriteAsync(http, http.RouteText("name"), StatusCodes.Status200OK, replaced: false);

    private async Task RemoveAsync(HttpContext http)
    {
        var server = desk.Require(http.RouteText("name"));
        if (server.Origin == McpOrigin.Bundled || !desk.Definitions.Home.Remove(server.Name))
        {
            throw new PryxException("MCP_SERVER_NOT_FOUND", $"server '{server.Name}' not found in {desk.Definitions.Home.Path}", "it is a part of Pryx, which can be disabled: pryx mcp disable NAME");
        }
        await ChangedAsync(http, "mcp.server_removed", server.Name, null);
        await http.NoContent();
    }

    private async Task SwitchAsync(HttpContext http, bool isOn)
    {
        var server = desk.Require(http.RouteText("name"));
        if (server.Origin == McpOrigin.Bundled)
        {
            // The first entry of a file takes the place of all bundled ones: then each stands in it.
            foreach (var other in desk.Definitions.For(null).Servers.Where(static other => other.Origin == McpOrigin.Bundled))
            {
                desk.Definitions.Home.Change(other.Name, static entry => entry["transport"] = "bundled");
            }
        }
        desk.Definitions.Home.Change(server.Name, entry =>
        {
            entry.Remove("disabled");
            entry["enabled"] = isOn;
        });
        await ChangedAsync(http, isOn ? "mcp.server_enabled" : "mcp.server_disabled", server.Name, null);
        await WriteAsync(http, server.Name, StatusCodes.Status200OK, replaced: false);
    }

    private async Task TestAsync(HttpContext http)
    {
        var server = desk.Require(http.RouteText("name"));
        var started = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            using var leaving = http.Leaving();
            await desk.RefreshAsync(server.Name, leaving.Token);
        }
        catch (PryxException e)
        {
            error = e.Next is { } next ? $"{e.Message} {next}" : e.Message;
        }
        var (_, status, tools) = desk.List(null).First(one => one.Server.Name == server.Name);
        await http.WriteAsync(new McpTest(error is null, server.Name, tools ?? 0, error, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds)
        {
            ProtocolVersion = status.ProtocolVersion,
            ServerName = status.ServerName,
            ServerVersion = status.ServerVersion,
            Warnings = status.Warnings.Count > 0 ? status.Warnings : null,
        }, McpJson.Default.McpTest);
    }

    private async Task RefreshAsync(HttpContext http)
    {
        using var leaving = http.Leaving();
        await desk.RefreshAsync(http.RouteText("name"), leaving.Token);
        await WriteAsync(http, http.RouteText("name"), StatusCodes.Status200OK, replaced: false);
    }

    private async Task LogsAsync(HttpContext http)
    {
        var server = desk.Require(http.RouteText("name"));
        await http.WriteAsync(new McpLogsBody(server.Name, desk.LogsOf(server.Name, http.QueryNumber("limit", 100, 1, McpLog.Kept))), McpJson.Default.McpLogsBody);
    }

    private async Task ChangedAsync(HttpContext http, string action, string name, string? what)
    {
        await audit.AppendAsync(new(action, "mcp_server", name, $"{http.Surface()}:{Caller.Of(http).Name}", AuditDetails.Of(("server", name), ("what", what)), "ok"), http.RequestAborted);
        await desk.ApplyAsync();
    }

    private async Task WriteAsync(HttpContext http, string name, int status, bool replaced)
    {
        var server = desk.Require(name);
        var (_, state, tools) = desk.List(null).First(one => one.Server.Name == server.Name);
        await http.WriteAsync(McpBodiesOf.Server(server, state, tools) with { Replaced = replaced }, McpJson.Default.McpServerBody, status);
    }
}
