using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Storage;

namespace Pryx.Core.Metrics;

/// <summary>The metrics as they stand, for people as JSON and for Prometheus as text.</summary>
public sealed class MetricsEndpoints(Func<CoreMetrics> metrics, Func<IReadOnlyDictionary<string, string>> circuits, Database database, TimeProvider time)
{
    public void Map(ApiRoutes routes) => routes.Add(
        new("GET", "/api/v1/telemetry/metrics", "Counters, gauges and histograms since the start; as Prometheus text with ?format=prometheus or Accept: text/plain")
        {
            Query = [new("format", "json or prometheus")],
            Response = MetricsJson.Default.MetricsReport,
        }, ReadAsync);

    private async Task ReadAsync(HttpContext http)
    {
        var snapshot = metrics().Snapshot(await GaugesAsync(http.RequestAborted));
        if (http.QueryText("format") == "prometheus" || (http.QueryText("format") is null && http.Request.Headers.Accept is [{ } accept, ..] && accept.Contains("text/plain", StringComparison.OrdinalIgnoreCase)))
        {
            http.Response.ContentType = PrometheusText.ContentType;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(PrometheusText.Of(snapshot)), http.RequestAborted);
            return;
        }
        await http.WriteAsync(new MetricsReport(time.GetUtcNow(), snapshot), MetricsJson.Default.MetricsReport);
    }

    private Task<Gauges> GaugesAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => new Gauges(
            connection.Number("SELECT COUNT(*) FROM approvals WHERE state = 'pending'"),
            connection.Number("SELECT COUNT(*) FROM turns WHERE status IN ('running', 'parked')"),
            connection.Number("SELECT COUNT(*) FROM inputs WHERE state IN ('queued', 'steered')"))
        { Circuits = circuits() },
        cancellationToken);
}

public sealed record MetricsReport(DateTimeOffset Timestamp, IReadOnlyList<Metric> Metrics);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MetricsReport))]
internal sealed partial class MetricsJson : JsonSerializerContext;
