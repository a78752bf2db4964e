using System.Text.Json;
using Pryx.Agent.Models;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Models;


namespace Pryx.Core.Routing;

/// <summary>What the stored calls say of models and providers; it holds over restarts and for every process.</summary>
public sealed class RouteHistory(Database database)
{
    // A model is what it was of late: the last calls of all count, at most so many of each.
    private const int Calls = 1_000;
    private const int CallsOfModel = 20;

    public async Task<RouteFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var calls = await database.ReadAsync(
            connection => connection.Query(
                "SELECT provider, model, latency_ms FROM usage WHERE tokens_out > 0 ORDER BY created_at DESC LIMIT $limit",
                static row => (Model: new ModelRef(row.GetString(0), row.GetString(1)), Latency: TimeSpan.FromMilliseconds(row.GetInt64(2))), ("$limit", Calls)),
            cancellationToken);
        var latencies = calls.GroupBy(static call => call.Model).ToDictionary(static calls => calls.Key, static calls => Low([.. calls.Take(CallsOfModel).Select(static call => call.Latency)]));
        var providers = calls.GroupBy(static call => call.Model.Provider).ToDictionary(static calls => calls.Key, static calls => calls.LongCount(), StringComparer.Ordinal);
        return new(model => latencies.TryGetValue(model, out var latency) ? latency : null, provider => providers.GetValueOrDefault(provider));
    }

    /// <summary>The model that the session's last turn was given by the same choice; null when there was none.</summary>
    /// <param name="asked">Such as <c>auto/cheapest</c>.</param>
    public Task<ModelRef?> FindLastAsync(SessionId session, string asked, CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            var last = connection.Query(
                "SELECT model, request FROM turns WHERE session_id = $session AND status <> 'queued' ORDER BY started_at DESC, rowid DESC LIMIT 1",
                static row => (Model: row.GetString(0), Request: row.TextOrNull(1)), ("$session", session.ToString()));
            if (last.Count == 0 || !ModelRef.TryParse(last[0].Model, out var model))
            {
                return (ModelRef?)null;
            }
            var named = last[0].Request is { } json ? JsonSerializer.Deserialize(json, ProtocolJson.Default.StartTurn)?.Model : null;
            return named == asked ? model : null;
        }, cancellationToken);

    // PRD §8.4.2, low percentile: how fast it is when nothing is in its way.
    private static TimeSpan Low(List<TimeSpan> latencies)
    {
        latencies.Sort();
        return latencies[(latencies.Count - 1) / 4];
    }
}
