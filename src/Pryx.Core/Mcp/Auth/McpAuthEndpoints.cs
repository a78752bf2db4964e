using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Auth;

/// <summary><c>/api/v1/mcp/servers/{name}/auth</c>: signing in to a server, for the command and for pages in a browser. Codes and tokens never come out.</summary>
/// <param name="find">The server of that name; MCP_SERVER_NOT_FOUND otherwise.</param>
/// <param name="onChanged">Told the server: it is connected anew.</param>
public sealed class McpAuthEndpoints(McpSigninDesk desk, Func<string, CancellationToken, Task<McpServer>> find, Func<string, Task> onChanged, AuditLog audit)
{
    private const string Path = "/api/v1/mcp/servers/{name}/auth";
    private const int LongestWait = 30;

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", Path, "Begins to sign in to an MCP server: gives the address to open in a browser on this machine, and ends by itself after 5 minutes; with token or client_secret, keeps that instead")
        { Scope = Scopes.Admin, Request = McpSigninJson.Default.McpSigninInput, Response = McpSigninJson.Default.McpSigninStarted }, StartAsync);
        routes.Add(new("GET", Path, "Whether one is signed in to an MCP server, and how an attempt stands: none, pending, signed_in or failed")
        { Query = [new("wait", $"Seconds to wait for the end of an attempt, up to {LongestWait}", "integer")], Response = McpSigninJson.Default.McpSigninState }, StateAsync);
        routes.Add(new("DELETE", Path, "Signs out of an MCP server: gives up the attempt that is going on, and forgets the tokens")
        { Scope = Scopes.Admin, Query = [new("keep", "Only gives up the attempt", "boolean")], Status = 204 }, SignOutAsync);
    }

    private async Task StartAsync(HttpContext http)
    {
        var server = await find(http.RouteText("name"), http.RequestAborted);
        var caller = $"{http.Surface()}:{Caller.Of(http).Name}";
        var request = await http.ReadOrDefaultAsync(McpSigninJson.Default.McpSigninInput, static () => new McpSigninInput());
        if (request.Token is not null || request.ClientSecret is not null)
        {
            if (request.ClientSecret is { } secret)
            {
                await desk.GiveSecretAsync(server, secret, http.RequestAborted);
            }
            if (request.Token is { } token)
            {
                await desk.GiveAsync(server, token, http.RequestAborted);
            }
            await SignedInAsync();
            await http.WriteAsync(new(server.Name, IsNeeded: false, 0), McpSigninJson.Default.McpSigninStarted);
            return;
        }
        await http.WriteAsync(await desk.StartAsync(server, SignedInAsync, http.RequestAborted), McpSigninJson.Default.McpSigninStarted);

        async Task SignedInAsync()
        {
            await audit.AppendAsync(new("mcp.signed_in", "mcp", server.Name, caller, "{}", "ok"), CancellationToken.None);
            await onChanged(server.Name);
        }
    }

    private async Task StateAsync(HttpContext http)
    {
        using var leaving = http.Leaving();
        var server = await find(http.RouteText("name"), leaving.Token);
        await http.WriteAsync(await desk.StateAsync(server, TimeSpan.FromSeconds(http.QueryNumber("wait", 0, 0, LongestWait)), leaving.Token), McpSigninJson.Default.McpSigninState);
    }

    private async Task SignOutAsync(HttpContext http)
    {
        var server = await find(http.RouteText("name"), http.RequestAborted);
        if (http.Request.Query["keep"] == "true")
        {
            await desk.StopAsync(server.Name, http.RequestAborted);
        }
        else if (await desk.SignOutAsync(server, http.RequestAborted))
        {
            await audit.AppendAsync(new("mcp.signed_out", "mcp", server.Name, $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), CancellationToken.None);
            await onChanged(server.Name);
        }
        await http.NoContent();
    }
}
