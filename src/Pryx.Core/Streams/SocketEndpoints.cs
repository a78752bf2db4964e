using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pryx.Core.Approvals;
using Pryx.Core.Events;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Streams;

/// <summary>The WebSocket, under its two paths. <c>/api/v1/ws</c> also speaks the names of the PRD's §12.2.</summary>
/// <param name="folder">Of sessions that are made here.</param>
/// <param name="onUnexpected">Gets a trace id and a failure that nobody expected.</param>
public sealed class SocketEndpoints(
    EventLog events, SessionStore sessions, TurnStore turns, SessionTurns running, ApprovalDesk desk, ApprovalStore approvals,
    Func<string, CancellationToken, Task<StoppedEverything>> stopAllAsync, SocketLimits limits, string folder, Action<string, Exception> onUnexpected)
{
    private const string AliasPath = "/api/v1/ws";
    private static readonly ApiParameter[] Query =
    [
        new("surface", "What connects: tui, web, a channel"),
        new("session_id", "Only events of this session"),
        new("event", "Only events of this name; may be repeated"),
        new("after", "Events after this version are sent first; without it the stream begins now", "integer"),
        new("version", "The same as after", "integer"),
        new("can_approve", "0: there is no person here who answers approvals", "boolean"),
    ];

    private readonly OpenSockets _open = new();
    private SocketCommands Commands => field ??= new(events, sessions, new(sessions, turns, running, stopAllAsync, folder), desk, approvals, _open, onUnexpected);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/ws", "The WebSocket: every event as it happens, and all a surface can say") { Status = StatusCodes.Status101SwitchingProtocols, Query = Query }, http => ServeAsync(http, hasAliases: false));
        routes.Add(new("GET", AliasPath, "The WebSocket, with tool.request, tool.result and error also under these names") { Status = StatusCodes.Status101SwitchingProtocols, Query = Query }, http => ServeAsync(http, hasAliases: true));
    }

    private async Task ServeAsync(HttpContext http, bool hasAliases)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw new PryxException("UPGRADE_REQUIRED", "This is a WebSocket: connect with ws:// or wss://.");
        }
        var client = new SocketClient(Guid.NewGuid().ToString("N")[..12], Caller.Of(http), SurfaceOf(http), SessionOf(http), WantedOf(http))
        {
            HasAliases = hasAliases,
            OffersApproval = http.QueryText("can_approve") is null || http.QueryFlag("can_approve"),
        };
        var after = await AfterAsync(http);
        using var place = limits.Enter(http);
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        _open.Add(client);
        try
        {
            using var connection = new SocketConnection(socket, client, Commands, events, limits.MaxMessage, http.Abort);
            await connection.RunAsync(after, Stopping(http), http.RequestAborted);
        }
        finally
        {
            _open.Remove(client);
        }
    }

    private async Task<long> AfterAsync(HttpContext http) => (http.QueryText("after") ?? http.QueryText("version")) switch
    {
        null => await events.ReadLastVersionAsync(http.RequestAborted),
        var text when long.TryParse(text, out var version) && version >= 0 => version,
        _ => throw new PryxException("VALIDATION_ERROR", "after: the version of an event is expected"),
    };

    private static SessionId? SessionOf(HttpContext http) => http.QueryText("session_id") switch
    {
        null => null,
        var text when SessionId.TryParse(text, out var id) && id.Value is { Version: 4, Variant: >= 8 and <= 11 } => id,
        _ => throw new PryxException("VALIDATION_ERROR", "session_id: a UUID of version 4 is expected"),
    };

    private static WantedEvents WantedOf(HttpContext http)
    {
        var names = http.Request.Query["event"].OfType<string>().SelectMany(static value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
        return names.Count <= WantedEvents.MaxNames ? WantedEvents.Of(names) : throw new PryxException("VALIDATION_ERROR", $"event: at most {WantedEvents.MaxNames} names are expected");
    }

    // A browser can not set headers of a WebSocket.
    private static string SurfaceOf(HttpContext http) => http.QueryText("surface") switch
    {
        null => http.Request.Headers.ContainsKey("X-Pryx-Surface") ? http.Surface() : "ws",
        { Length: <= 32 } text when text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') => text,
        _ => throw new PryxException("VALIDATION_ERROR", "surface: up to 32 letters, digits, - and _ are expected"),
    };

    private static CancellationToken Stopping(HttpContext http) => http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
}
