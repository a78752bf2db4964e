using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>Input for a session, and its turns: begin, follow up, resume, stop.</summary>
public sealed class TurnEndpoints(SessionStore sessions, TurnStore turns, SessionTurns running)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/api/v1/sessions/{id}/messages", "Takes input: it is stored when this answers; it begins a turn, or reaches the one that runs (delivery steer), or waits (queue)")
        { Request = ProtocolJson.Default.SendMessage, Response = ProtocolJson.Default.TurnAccepted, Status = 202, MaxBody = TurnInput.BodyLimit }, SendAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}/turns", "Its turns, newest first")
        { Query = [new("limit", "At most so many, up to 1,000", "integer")], Response = ProtocolJson.Default.TurnPage }, ListAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}/turns/open", "The turn that has not ended; 204 when there is none") { Response = ProtocolJson.Default.Turn }, OpenAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}/inputs", "What was said and no model has read yet: what steers the open turn, and what waits") { Response = ProtocolJson.Default.WaitingInputs }, WaitingAsync);
        routes.Add(new("POST", "/api/v1/sessions/{id}/turns/{turn}/resume", "Goes on with a turn whose process died; one that runs is answered as it is")
        { Request = ProtocolJson.Default.SendMessage, Response = ProtocolJson.Default.TurnAccepted, Status = 202 }, ResumeAsync);
        routes.Add(new("POST", "/api/v1/sessions/{id}/stop", "STOP: ends the session's open turn, its whole process tree and the agents that help it")
        { Query = [new("queued", "1: what waits in the session never begins", "boolean")], Response = ProtocolJson.Default.TurnStopped }, StopSessionAsync);
        routes.Add(new("POST", "/api/v1/turns/{id}/stop", "STOP: ends a turn, its whole process tree and the agents that help its session") { Response = ProtocolJson.Default.TurnStopped }, StopAsync);
    }

    private async Task SendAsync(HttpContext http)
    {
        var id = http.RouteSession();
        var request = TurnInput.Read(http, id, await http.ReadAsync(ProtocolJson.Default.SendMessage));
        await WriteAcceptedAsync(http, await running.StartAsync(request, http.RequestAborted));
    }

    private async Task ListAsync(HttpContext http)
    {
        var id = await RequireAsync(http);
        var found = await turns.ListAsync(id, http.QueryNumber("limit", 50, 1, 1000), http.RequestAborted);
        await http.WriteAsync(new TurnPage(found), ProtocolJson.Default.TurnPage);
    }

    private async Task WaitingAsync(HttpContext http) =>
        await http.WriteAsync(new WaitingInputs(await turns.ListWaitingAsync(await RequireAsync(http), http.RequestAborted)), ProtocolJson.Default.WaitingInputs);

    private async Task OpenAsync(HttpContext http)
    {
        if (await turns.FindOpenAsync(await RequireAsync(http), http.RequestAborted) is { } open)
        {
            await http.WriteAsync(open, ProtocolJson.Default.Turn);
            return;
        }
        await http.NoContent();
    }

    private async Task ResumeAsync(HttpContext http)
    {
        var session = http.RouteSession();
        var turn = await FindAsync(http.RouteText("turn"), http.RequestAborted);
        if (turn.SessionId != session)
        {
            throw NotFound();
        }
        var request = TurnInput.ReadResume(http, session, await http.ReadOrDefaultAsync(ProtocolJson.Default.SendMessage));
        await WriteAcceptedAsync(http, await running.ResumeAsync(turn.Id, request, http.RequestAborted));
    }

    private async Task StopSessionAsync(HttpContext http)
    {
        var session = await RequireAsync(http);
        if (http.QueryFlag("queued"))
        {
            await running.CancelQueuedAsync(session, http.RequestAborted);
        }
        var open = await turns.FindOpenAsync(session, http.RequestAborted);
        // Not given up with the connection: whoever sent it must be able to rely on it.
        var isStopped = open is not null && await running.StopAsync(open.Id, By(http), CancellationToken.None);
        if (open is null)
        {
            await running.OnStopped(session, By(http));
        }
        await http.WriteAsync(new TurnStopped(isStopped, open?.Id), ProtocolJson.Default.TurnStopped);
    }

    private async Task StopAsync(HttpContext http)
    {
        var turn = await FindAsync(http.RouteText("id"), http.RequestAborted);
        await http.WriteAsync(new TurnStopped(await running.StopAsync(turn.Id, By(http), CancellationToken.None), turn.Id), ProtocolJson.Default.TurnStopped);
    }

    private static string By(HttpContext http) => $"{http.Surface()}:{Caller.Of(http).Name}";

    private static Task WriteAcceptedAsync(HttpContext http, Turn turn)
    {
        http.Response.Headers.Location = $"/api/v1/turns/{turn.Id}";
        return http.WriteAsync(TurnAccepted.Of(turn), ProtocolJson.Default.TurnAccepted, StatusCodes.Status202Accepted);
    }

    private async Task<SessionId> RequireAsync(HttpContext http)
    {
        var id = http.RouteSession();
        return await sessions.FindAsync(id, http.RequestAborted) is null ? throw SessionStore.NotFound(id) : id;
    }

    private async Task<Turn> FindAsync(string text, CancellationToken cancellationToken) =>
        TurnId.TryParse(text, out var id) && await turns.FindAsync(id, cancellationToken) is { } turn ? turn : throw NotFound();

    private static PryxException NotFound() => new("TURN_NOT_FOUND", "There is no such turn.", "GET /api/v1/sessions/{id}/turns lists those there are.");
}
