using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pryx.Agent.Tools;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using SdkServer = ModelContextProtocol.Server.McpServer;

namespace Pryx.Core.Mcp.Serving;

/// <summary>Pryx as an MCP server: Streamable HTTP at <c>/mcp</c>, and a WebSocket behind which <c>pryx mcp serve</c> puts its standard streams.</summary>
/// <param name="tools">By bundled server; null for the built-in ones. Throws MCP_SERVER_NOT_FOUND.</param>
/// <param name="folder">Of clients that name none.</param>
public sealed class ServeEndpoints(Func<string?, ToolSet> tools, ServedCalls calls, ServedSessions sessions, string folder, string version)
{
    private const string SessionHeader = "Mcp-Session-Id";
    private const long MaxMessage = 16 * 1024 * 1024;
    private static readonly JsonTypeInfo<JsonRpcMessage> MessageType = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));
    private static readonly ApiParameter[] Query =
    [
        new("server", "A bundled server: filesystem, shell, browser, clipboard, …; without it all built-in tools"),
        new("workspace", "The folder its tools work in; the gateway's own without it"),
    ];

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/mcp", "MCP over Streamable HTTP: one JSON-RPC message, answered as server-sent events; every tool call goes through policy and approvals") { Query = Query, ContentType = "text/event-stream", MaxBody = MaxMessage }, PostAsync);
        routes.Add(new("GET", "/mcp", "MCP over Streamable HTTP: what the server says by itself") { Scope = Scopes.Chat, ContentType = "text/event-stream" }, GetAsync);
        routes.Add(new("DELETE", "/mcp", "MCP over Streamable HTTP: ends the client's session") { Status = StatusCodes.Status204NoContent }, DeleteAsync);
        routes.Add(new("GET", "/mcp/ws", "MCP over a WebSocket that carries what stdio would: lines of JSON-RPC") { Scope = Scopes.Chat, Query = Query, Status = StatusCodes.Status101SwitchingProtocols }, SocketAsync);
    }

    private async Task SocketAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw new PryxException("UPGRADE_REQUIRED", "This is a WebSocket: connect with ws:// or wss://.", "MCP over HTTP is POST /mcp");
        }
        var scope = ScopeOf(http);
        using var client = ClientOf(scope);
        using var leaving = http.Leaving();
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await using var stream = new SocketStream(socket);
        await using var transport = new StreamServerTransport(stream, stream, client.Options.ServerInfo!.Name);
        await using var server = SdkServer.Create(transport, client.Options);
        try
        {
            await server.RunAsync(leaving.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The client has left, or the gateway ends.
        }
        catch (WebSocketException)
        {
            // It has left without a word.
        }
    }

    private async Task PostAsync(HttpContext http)
    {
        var message = await ReadAsync(http);
        var id = http.Request.Headers[SessionHeader].ToString();
        if (id.Length > 0)
        {
            await AnswerAsync(http, sessions.Find(id, Caller.Of(http).Name), message);
            return;
        }
        var scope = ScopeOf(http);
        if (message is JsonRpcRequest { Method: "initialize" })
        {
            var session = await sessions.OpenAsync(ClientOf(scope), scope);
            http.Response.Headers[SessionHeader] = session.Id;
            await AnswerAsync(http, session, message);
            return;
        }
        // The newer revisions send everything with each request and know no sessions: what they do in one folder is one session of ours.
        var client = sessions.StatelessOf(scope, ClientOf);
        await using var once = new ServedSession(client, scope, isStateless: true);
        await AnswerAsync(http, once, message);
    }

    private static async Task AnswerAsync(HttpContext http, ServedSession session, JsonRpcMessage message)
    {
        using var leaving = http.Leaving();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache,no-store";
        try
        {
            if (!await session.UseAsync(transport => transport.HandlePostRequestAsync(message, http.Response.Body, leaving.Token)))
            {
                http.Response.ContentType = null;
                http.Response.StatusCode = StatusCodes.Status202Accepted;
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The client has left, or the gateway ends.
        }
    }

    private async Task GetAsync(HttpContext http)
    {
        var session = sessions.Find(http.Request.Headers[SessionHeader].ToString(), Caller.Of(http).Name);
        using var leaving = http.Leaving();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache,no-store";
        await http.Response.Body.FlushAsync(leaving.Token);
        try
        {
            await session.Transport.HandleGetRequestAsync(http.Response.Body, leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // As above.
        }
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await sessions.CloseAsync(sessions.Find(http.Request.Headers[SessionHeader].ToString(), Caller.Of(http).Name));
        await http.NoContent();
    }

    private static async Task<JsonRpcMessage> ReadAsync(HttpContext http)
    {
        using var document = await http.ReadDocumentAsync();
        try
        {
            return document.RootElement.Deserialize(MessageType) ?? throw new PryxException("VALIDATION_ERROR", "body: a JSON-RPC message is expected");
        }
        catch (JsonException e)
        {
            throw new PryxException("VALIDATION_ERROR", "body: one JSON-RPC message is expected", inner: e);
        }
    }

    private ServedClient ClientOf(ServedScope scope) => new(scope, tools(scope.Server), calls, version);

    private ServedScope ScopeOf(HttpContext http)
    {
        var workspace = http.QueryText("workspace") ?? folder;
        return !Path.IsPathRooted(workspace) ? throw new PryxException("VALIDATION_ERROR", "workspace: an absolute path is expected")
            : !Directory.Exists(workspace) ? throw new PryxException("WORKSPACE_MISSING", $"There is no folder {workspace}.", "name another one")
            : new(http.QueryText("server"), workspace, Caller.Of(http).Name);
    }
}
