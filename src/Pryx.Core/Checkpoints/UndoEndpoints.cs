using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;

namespace Pryx.Core.Checkpoints;

/// <summary>Below <c>/api/v1/sessions/{id}</c>: what each turn has changed in the workspace, taking it back and bringing it back.</summary>
public sealed class UndoEndpoints(UndoDesk desk)
{
    private const string Root = "/api/v1/sessions/{id}";
    private static readonly ApiParameter Preview = new("preview", "true: only says what would be done", "boolean");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root + "/checkpoints", "The session's turns with what each has changed in the workspace, and what was not remembered") { Response = CheckpointJson.Default.CheckpointsBody }, ListAsync);
        routes.Add(new("POST", Root + "/undo", "Takes back what a turn has changed; what somebody else has changed since is left alone unless force names it. preview=true only says what would be done")
        { Scope = Scopes.Approve, Query = [Preview], Request = CheckpointJson.Default.UndoInput, Response = CheckpointJson.Default.UndoneBody }, UndoAsync);
        routes.Add(new("POST", Root + "/redo", "Brings back what the last undo or rewind has taken back; preview=true only says what would be done")
        { Scope = Scopes.Approve, Query = [Preview], Request = CheckpointJson.Default.UndoInput, Response = CheckpointJson.Default.UndoneBody }, RedoAsync);
        routes.Add(new("POST", Root + "/rewind", "Back to how it was after a turn: the conversation, the files or both; preview=true only says what would be done")
        { Scope = Scopes.Approve, Query = [Preview], Request = CheckpointJson.Default.RewindInput, Response = CheckpointJson.Default.UndoneBody }, RewindAsync);
    }

    private async Task ListAsync(HttpContext http) => await http.WriteAsync(await desk.ListAsync(http.RouteSession(), http.RequestAborted), CheckpointJson.Default.CheckpointsBody);

    private async Task UndoAsync(HttpContext http) => await http.WriteAsync(
        await desk.UndoAsync(http.RouteSession(), await http.ReadOrDefaultAsync(CheckpointJson.Default.UndoInput), http.QueryFlag("preview"), By(http), null, http.RequestAborted), CheckpointJson.Default.UndoneBody);

    private async Task RedoAsync(HttpContext http) => await http.WriteAsync(
        await desk.RedoAsync(http.RouteSession(), await http.ReadOrDefaultAsync(CheckpointJson.Default.UndoInput), http.QueryFlag("preview"), By(http), null, http.RequestAborted), CheckpointJson.Default.UndoneBody);

    private async Task RewindAsync(HttpContext http) => await http.WriteAsync(
        await desk.RewindAsync(http.RouteSession(), await http.ReadAsync(CheckpointJson.Default.RewindInput), http.QueryFlag("preview"), By(http), null, http.RequestAborted), CheckpointJson.Default.UndoneBody);

    private static string By(HttpContext http) => $"{http.Surface()}:{Caller.Of(http).Name}";
}
