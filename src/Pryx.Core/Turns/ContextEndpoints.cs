using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>What fills a session's window, and making room in it.</summary>
/// <param name="measureAsync">How full it is now.</param>
public sealed class ContextEndpoints(Func<SessionId, CancellationToken, Task<ContextUsage>> measureAsync, SessionTurns running)
{
    private const int InstructionsLimit = 4_000;

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/sessions/{id}/context", "What fills its context window: tokens by class, of how many, how full") { Response = ProtocolJson.Default.ContextUsage }, GetAsync);
        routes.Add(new("POST", "/api/v1/sessions/{id}/compact", "Summarises the session's history in a turn of its own, which begins when those before it have ended; instructions say what to pay attention to")
        { Request = ProtocolJson.Default.CompactSession, Response = ProtocolJson.Default.TurnAccepted, Status = 202 }, CompactAsync);
    }

    private async Task GetAsync(HttpContext http) =>
        await http.WriteAsync(await measureAsync(http.RouteSession(), http.RequestAborted), ProtocolJson.Default.ContextUsage);

    private async Task CompactAsync(HttpContext http)
    {
        var id = http.RouteSession();
        var body = await http.ReadOrDefaultAsync(ProtocolJson.Default.CompactSession);
        if (body.Instructions is { Length: > InstructionsLimit })
        {
            throw new PryxException("VALIDATION_ERROR", $"instructions: at most {InstructionsLimit:N0} characters are expected");
        }
        var turn = await running.StartAsync(
            new StartTurn { SessionId = id, Compact = body, Delivery = Delivery.Queue, KeepsSessionModel = true, Surface = http.Surface(), Principal = Caller.Of(http).Name }, http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/turns/{turn.Id}";
        await http.WriteAsync(TurnAccepted.Of(turn), ProtocolJson.Default.TurnAccepted, StatusCodes.Status202Accepted);
    }
}
