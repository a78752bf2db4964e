using System.Text.Json.Nodes;
using Pryx.Core.Tests.Telemetry;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Metrics;

public sealed class MetricsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Turns_model_calls_tools_and_requests_are_counted_as_JSON_and_as_Prometheus_reads_it()
    {
        await using var provider = await FakeProvider.StartAsync(Cancel, Calls(("read_file", """{"path":"a.txt"}""")), Says("Read."), Fails(400));
        await using var core = await TestCore.StartAsync(provider, Cancel);
        core.Home.Write("a.txt", "x");
        var (session, _) = (await TelemetrySwitchTests.TurnAsync(core), await TelemetrySwitchTests.TurnAsync(core));

        JsonNode? report;
        do
        {
            report = (await core.GetAsync("/api/v1/telemetry/metrics", Cancel)).Body;
        }
        while (ValueOf(report!, "pryx.turns", "outcome", "failed") is null);
        Assert.Equal(1, ValueOf(report!, "pryx.turns", "outcome", "completed"));
        // The one that failed as well.
        Assert.Equal(3, ValueOf(report!, "pryx.model.calls", "provider", "openai"));
        Assert.Equal(provider.Usage.Input, ValueOf(report!, "pryx.model.tokens", "type", "input"));
        Assert.NotNull(ValueOf(report!, "pryx.tool.calls", "status", "completed") ?? ValueOf(report!, "pryx.tool.calls", "status", "denied"));
        Assert.True(ValueOf(report!, "pryx.http.requests", "status", "2xx") >= 3);
        Assert.Equal(0, ValueOf(report!, "pryx.turns.open"));
        Assert.Equal(0, ValueOf(report!, "pryx.websocket.connections"));
        Assert.True(ValueOf(report!, "process.memory.usage") > 1_000_000);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/telemetry/metrics");
        request.Headers.Accept.ParseAdd("text/plain");
        using var answer = await core.Http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("# TYPE pryx_turns_total counter\npryx_turns_total{outcome=\"completed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("pryx_model_duration_seconds_bucket{provider=\"openai\",le=\"+Inf\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE process_memory_usage_bytes gauge\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(session, text, StringComparison.Ordinal);
    }

    private static double? ValueOf(JsonNode report, string name, string? label = null, string? value = null) => (double?)report["metrics"]!.AsArray()
        .Single(metric => (string)metric!["name"]! == name)!["series"]!.AsArray().SingleOrDefault(series => label is null || (string?)series!["labels"]![label] == value)?["value"];
}
