using System.Text.Json;
using Pryx.Core.Telemetry;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;

namespace Pryx.Core.Tests.Telemetry;

public sealed class OtlpExporterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_span_is_exported_once_over_failures_and_restarts_and_none_from_before_it_was_on()
    {
        await using var store = await TempStore.CreateAsync();
        await using var collector = await Collector.StartAsync(Cancel);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        var options = new TelemetryOptions(true, null, null, 1, 1, null);
        var exporter = New();
        await WriteAsync(store, 3, isEnded: true);
        await exporter.ExportAsync(Cancel);
        Assert.Empty(collector.Got);

        options = options with { TraceEndpoint = new Uri(collector.Url, "/v1/traces") };
        await exporter.ExportAsync(Cancel);
        Assert.Empty(collector.Got);
        var (open, ended) = (await WriteAsync(store, 2, isEnded: false), await WriteAsync(store, 600, isEnded: true));
        collector.Status = 503;
        await exporter.ExportAsync(Cancel);
        Assert.NotNull(exporter.LastError);
        collector.Status = 200;
        exporter = New();
        await exporter.ExportAsync(Cancel);
        Assert.Null(exporter.LastError);
        Assert.Equal(ended.Select(span => span.SpanId), Exported(collector));
        Assert.Equal(2, collector.Got.Count);

        // What has ended meanwhile comes when it has, in the order of ends.
        await store.Database.WriteAsync(connection => open.ForEach(span => SpanStore.Write(connection, span with { Duration = TimeSpan.FromSeconds(2) })), Cancel);
        await New().ExportAsync(Cancel);
        Assert.Equal(ended.Concat(open).Select(span => span.SpanId), Exported(collector));

        // Refused for good: it must not stand in the way of the rest.
        collector.Status = 400;
        await WriteAsync(store, 1, isEnded: true);
        var refused = New();
        await refused.ExportAsync(Cancel);
        Assert.Equal(1, refused.Dropped);
        collector.Status = 200;
        var last = await WriteAsync(store, 1, isEnded: true);
        await refused.ExportAsync(Cancel);
        Assert.Equal(last[0].SpanId, Exported(collector)[^1]);

        OtlpExporter New() => new(new SpanStore(store.Database), new TelemetryStore(store.Database), () => options, new(http), "1.2.3", TimeProvider.System);
    }

    [Fact]
    public async Task A_span_is_written_as_OTLP_says()
    {
        await using var store = await TempStore.CreateAsync();
        await using var collector = await Collector.StartAsync(Cancel);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        var exporter = new OtlpExporter(
            new SpanStore(store.Database), new TelemetryStore(store.Database),
            () => new TelemetryOptions(true, null, null, 1, 1, null) { TraceEndpoint = collector.Url, TraceHeaders = [new("x-key", "k=1")] }, new(http), "1.2.3", TimeProvider.System);
        await exporter.OpenAsync(Cancel);
        var turn = TurnId.New();
        var span = Sample(turn, SpanIds.OfModelCall(turn, 1)) with
        {
            ParentSpanId = SpanIds.OfStep(turn, 1), Kind = SpanKinds.Model, Name = "chat gpt-4o", Error = "PROVIDER_TIMEOUT", Duration = TimeSpan.FromMilliseconds(1500),
            Attributes = new() { Operation = "chat", InputTokens = 12, FinishReasons = ["stop"], CostUsd = 1m, ErrorType = "PROVIDER_TIMEOUT" },
        };
        await store.Database.WriteAsync(connection => SpanStore.Write(connection, span), Cancel);
        await exporter.ExportAsync(Cancel);

        var resource = JsonDocument.Parse(Assert.Single(collector.Got).Body).RootElement.GetProperty("resourceSpans")[0];
        Assert.Contains("x-key: k=1", collector.Got[0].Headers, StringComparison.Ordinal);
        Assert.Contains("\"service.name\"", resource.GetProperty("resource").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            $$$$"""
            {"traceId":"{{{{span.TraceId}}}}","spanId":"{{{{span.SpanId}}}}","parentSpanId":"{{{{span.ParentSpanId}}}}","name":"chat gpt-4o","kind":3,"startTimeUnixNano":"1767225600000000000","endTimeUnixNano":"1767225601500000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"12"}},{"key":"gen_ai.response.finish_reasons","value":{"arrayValue":{"values":[{"stringValue":"stop"}]}}},{"key":"error.type","value":{"stringValue":"PROVIDER_TIMEOUT"}},{"key":"pryx.cost_usd","value":{"doubleValue":1}}],"status":{"code":2}}
            """,
            resource.GetProperty("scopeSpans")[0].GetProperty("spans")[0].GetRawText());
    }

    private static List<string> Exported(Collector collector) =>
    [
        .. collector.Bodies("/v1/traces").SelectMany(body => JsonDocument.Parse(body).RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans").EnumerateArray())
            .Select(span => span.GetProperty("spanId").GetString()!),
    ];

    private static async Task<List<Span>> WriteAsync(TempStore store, int count, bool isEnded)
    {
        var turn = TurnId.New();
        var spans = Enumerable.Range(1, count).Select(i => Sample(turn, SpanIds.OfStep(turn, i)) with { Duration = isEnded ? TimeSpan.FromSeconds(1) : null }).ToList();
        await store.Database.WriteAsync(connection => spans.ForEach(span => SpanStore.Write(connection, span)), Cancel);
        return spans;
    }

    private static Span Sample(TurnId turn, string id) => new()
    {
        TraceId = SpanIds.TraceOf(turn), SpanId = id, SessionId = SessionId.New(), TurnId = turn, Kind = SpanKinds.Step, Name = "step", Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };
}
