using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Turns;

/// <summary><c>GET /api/v1/cost/estimate</c>: what the next call would cost, without making it (NFR-M1.6).</summary>
/// <param name="folder">Of an estimate that names neither a session nor a folder.</param>
public sealed class EstimateEndpoints(TurnPreparation preparation, string folder)
{
    public void Map(ApiRoutes routes) => routes.Add(
        new("GET", "/api/v1/cost/estimate", "What a message's first model call would take and cost, without making it")
        {
            Query =
            [
                new("session", "Its history counts, too; absent: a new session"),
                new("model", "As provider/model; absent: the one that would be used"),
                new("workspace", "The folder of a new session"),
                new("text_bytes", "Of the message, in UTF-8", "integer"),
                new("images", "In the message", "integer"),
            ],
            Response = CostJson.Default.CallEstimate,
        }, EstimateAsync);

    private async Task EstimateAsync(HttpContext http)
    {
        SessionId? session = http.QueryText("session") is not { } text ? null
            : SessionId.TryParse(text, out var id) ? id
            : throw new PryxException("VALIDATION_ERROR", "session: an id is expected");
        var (bytes, images) = (http.QueryLong("text_bytes"), http.QueryNumber("images", 0, 0, 1_000));
        var estimate = await preparation.EstimateAsync(session, http.QueryText("workspace") ?? folder, http.QueryText("model"), (int)Math.Min(bytes, 100_000_000), images, http.RequestAborted);
        await http.WriteAsync(estimate, CostJson.Default.CallEstimate);
    }
}
