using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Telemetry;

/// <summary>The switches: what is on by default, where it goes, and how it is turned off.</summary>
public sealed class TelemetrySwitchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("P2", "tier 1 on by default")]
    public async Task By_default_tier_1_is_noted_and_sent_to_nobody()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        await TurnAsync(core);
        var (_, status) = await core.GetAsync("/api/v1/telemetry/status", Cancel);
        Assert.Equal((true, 1, (string?)null), ((bool)status!["enabled"]!, (int)status["tier"]!, (string?)status["endpoint"]));
        Assert.Equal(["session_started", "session_ended", "error_occurred"], status["events"]!.AsArray().Select(name => (string)name!));
        Assert.Null(status["otlp"]!["endpoint"]);
        Assert.Equal(0, (int)status["sent"]!);
        var export = await ExportAsync(core, count: 1);
        Assert.Equal("session_started", (string)export[0]!["event"]!["event_type"]!);
        Assert.Null(export[0]!["sent_at"]);
    }

    [Theory]
    [InlineData("environment")]
    [InlineData("config")]
    [InlineData("route")]
    [Requirement("P2", "disable any time")]
    public async Task One_switch_turns_everything_off(string how)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancel);
        await using var collector = await Collector.StartAsync(Cancel);
        using var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), $"telemetry_endpoint: {collector.Url}\ntelemetry_tier: 2\n{(how == "config" ? "telemetry_enabled: false\n" : "")}", Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel, home, environment: new Dictionary<string, string> { ["PRYX_TELEMETRY_DISABLED"] = how == "environment" ? "true" : "" });
        if (how == "route")
        {
            Assert.Equal(HttpStatusCode.OK, (await core.SendAsync(HttpMethod.Patch, "/api/v1/telemetry/config", new { enabled = false }, Cancel)).Status);
            Assert.Contains("telemetry_enabled: false", await File.ReadAllTextAsync(Path.Combine(home.Data, "config.yaml"), Cancel), StringComparison.Ordinal);
        }
        await TurnAsync(core);
        var (_, status) = await core.GetAsync("/api/v1/telemetry/status", Cancel);
        Assert.Equal((false, 0), ((bool)status!["enabled"]!, (int)status["tier"]!));
        Assert.Equal(how == "environment" ? "PRYX_TELEMETRY_DISABLED" : "telemetry_enabled", (string)status["disabled_by"]!);
        Assert.Empty((await core.GetAsync("/api/v1/telemetry/export?format=json", Cancel)).Body!["events"]!.AsArray());
        Assert.Empty(collector.Got);
    }

    [Fact]
    public async Task What_was_noted_for_nobody_is_never_sent_to_a_new_endpoint_and_tier_3_survives_a_restart_but_not_its_hour()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancel);
        await using var collector = await Collector.StartAsync(Cancel);
        using var home = new TempHome();
        await using (var core = await TestCore.StartAsync(provider, Cancel, home))
        {
            await TurnAsync(core);
            await ExportAsync(core, count: 1);
            var (status, on) = await core.SendAsync(HttpMethod.Put, "/api/admin/telemetry/config", new { endpoint = collector.Url.ToString(), tier = 3 }, Cancel);
            Assert.Equal((HttpStatusCode.OK, 3), (status, (int)on!["tier"]!));
            var until = DateTimeOffset.Parse((string)on["debug_until"]!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(until - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
            Assert.Empty((await core.GetAsync("/api/v1/telemetry/export", Cancel)).Body!["events"]!.AsArray());
            foreach (var wrong in (object[])[new { tier = 4 }, new { endpoint = "file:///etc/passwd" }, new { sampling_ratio = 2 }, new { otlp_endpoint = "http://me:pw@host" }, new { enabled = "yes" }])
            {
                Assert.Equal(HttpStatusCode.BadRequest, (await core.SendAsync(HttpMethod.Put, "/api/v1/telemetry/config", wrong, Cancel)).Status);
            }
        }
        await using var again = await TestCore.StartAsync(provider, Cancel, home);
        var (_, still) = await again.GetAsync("/api/admin/telemetry/config", Cancel);
        Assert.Equal((3, collector.Url.ToString()), ((int)still!["tier"]!, (string)still["endpoint"]!));
        var (_, off) = await again.SendAsync(HttpMethod.Put, "/api/v1/telemetry/config", new { debug = false }, Cancel);
        Assert.Equal((1, (string?)null), ((int)off!["tier"]!, (string?)off["debug_until"]));
    }

    [Fact]
    public async Task What_could_not_be_sent_waits_and_is_sent_once()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancel);
        await using var collector = await Collector.StartAsync(Cancel);
        collector.Status = 503;
        await using var core = await TestCore.StartAsync(provider, Cancel);
        await core.SendAsync(HttpMethod.Put, "/api/v1/telemetry/config", new { endpoint = collector.Url.ToString() }, Cancel);
        await TurnAsync(core);
        while ((string?)(await core.GetAsync("/api/v1/telemetry/status", Cancel)).Body!["last_error"] is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
        collector.Status = 200;
        await collector.WaitAsync(got => got.Got.Count > 0, Cancel);
        var sent = JsonNode.Parse(collector.Bodies("/telemetry/ingest").Single())!["events"]!.AsArray();
        Assert.Equal("session_started", (string)Assert.Single(sent)!["event_type"]!);
    }

    internal static async Task<string> TurnAsync(TestCore core)
    {
        var id = await SessionEndpointTests.NewAsync(core);
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "hello" }, Cancel);
        await SessionEndpointTests.EndAsync(core, id);
        return id;
    }

    private static async Task<JsonArray> ExportAsync(TestCore core, int count)
    {
        while (true)
        {
            var events = (await core.GetAsync("/api/v1/telemetry/export", Cancel)).Body!["events"]!.AsArray();
            if (events.Count >= count)
            {
                return events;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
    }
}
