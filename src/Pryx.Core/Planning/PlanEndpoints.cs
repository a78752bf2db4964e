using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Planning;

/// <summary><c>/api/v1/sessions/{id}/mode</c>: plan mode of a session.</summary>
public sealed class PlanEndpoints(PlanDesk desk)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/sessions/{id}/mode", "plan (the agent reads and asks) or act") { Response = ProtocolJson.Default.SessionMode }, ReadAsync);
        routes.Add(new("PUT", "/api/v1/sessions/{id}/mode", "Switches plan mode: plan or act. Also for the turn that runs; what an earlier plan allowed ends with plan")
        { Scope = Scopes.Chat, Request = ProtocolJson.Default.SessionMode, Response = ProtocolJson.Default.SessionMode }, ChangeAsync);
    }

    private async Task ReadAsync(HttpContext http) =>
        await http.WriteAsync(new SessionMode(await desk.IsOnAsync(http.RouteSession(), http.RequestAborted) ? "plan" : "act"), ProtocolJson.Default.SessionMode);

    private async Task ChangeAsync(HttpContext http)
    {
        var wanted = await http.ReadAsync(ProtocolJson.Default.SessionMode);
        await desk.SetAsync(http.RouteSession(), wanted.Mode ?? throw new PryxException("VALIDATION_ERROR", "mode: plan or act is expected."), $"{http.Surface()}:{Caller.Of(http).Name}", http.RequestAborted);
        await http.WriteAsync(wanted, ProtocolJson.Default.SessionMode);
    }
}
