using System.Text.Json;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Telemetry;

/// <summary>A whole turn full of marked words, with everything switched on that can tell: none of the marks may come out anywhere.</summary>
public sealed class NeverToldTests
{
    private const string Mark = "Canary";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("P2", "prompts and PII never")]
    [Requirement("TEL1", "no content")]
    [Requirement("TEL2", "no content")]
    [Requirement("TEL5", "prompts")]
    [Requirement("TEL5", "secret arguments")]
    [Requirement("TEL5", "path arguments")]
    [Requirement("TEL5", "keys")]
    [Requirement("TEL5", "file content")]
    [Requirement("TEL5", "user ids")]
    [Requirement("P5", "export only to a chosen backend")]
    public async Task Neither_prompts_nor_arguments_nor_keys_nor_contents_nor_names_of_people_are_told_at_any_tier()
    {
        const string key = "sk-CanaryKey0123456789abcdefghij";
        await using var provider = await FakeProvider.StartAsync(
            Cancel,
            Calls(
                ("read_file", """{"path":"CanaryFolder/CanaryFile.txt"}"""),
                ("shell", $$"""{"command":"echo CanaryOutput --token {{key}} # canary.person@example.org"}"""),
                ("CanaryTool", """{"CanaryArgument":"CanaryValue"}"""),
                ("write_file", """{"path":"/root/CanaryOutside.txt","content":"CanaryContent","CanaryExtra":1}""")),
            Says("CanaryReply"), Fails(400));
        await using var collector = await Collector.StartAsync(Cancel);
        var environment = new Dictionary<string, string>
        {
            ["OPENAI_API_KEY"] = key,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url.ToString(),
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-api-key=CanaryHeader%3D",
        };
        using var home = new TempHome();
        home.Write("CanaryFolder/CanaryFile.txt", "CanaryFileText");
        await using (var core = await TestCore.StartAsync(provider, Cancel, home, environment: environment))
        {
            var (status, on) = await core.SendAsync(HttpMethod.Put, "/api/v1/telemetry/config", new { endpoint = collector.Url.ToString(), tier = 2, debug = true }, Cancel);
            Assert.Equal((System.Net.HttpStatusCode.OK, 3), (status, (int)on!["tier"]!));
            var id = (string)(await core.PostAsync("/api/v1/sessions", new { model = "openai/gpt-4o", title = "CanaryTitle" }, Cancel)).Body!["id"]!;
            foreach (var text in (string[])["CanaryPrompt of canary.person@example.org", "CanaryPromptTwo"])
            {
                await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = text, policy = "full", principal = "CanaryPerson", surface = "web" }, Cancel);
                await SessionEndpointTests.EndAsync(core, id);
            }
            // What nobody has mapped, a query and a body that can not be read are the callers' own words.
            await core.GetAsync("/api/v1/CanaryPath?token=CanaryQuery", Cancel);
            await core.PostAsync($"/api/v1/sessions/{id}/messages?x=CanaryQuery", "{ CanaryBody", Cancel);

            await collector.WaitAsync(got => got.Bodies("/v1/traces").Count > 0 && got.Bodies("/telemetry/ingest").Any(body => body.Contains("error_occurred", StringComparison.Ordinal)), Cancel);
            foreach (var path in (string[])
            [
                "/api/v1/telemetry/status", "/api/v1/telemetry/export", "/api/v1/telemetry/metrics", "/api/v1/telemetry/metrics?format=prometheus", "/api/v1/traces",
                $"/api/v1/traces?session_id={id}", "/api/v1/health", "/api/admin/stats", "/health",
            ])
            {
                using var answer = await core.Http.GetAsync(path, Cancel);
                HasNoMark(path, await answer.Content.ReadAsStringAsync(Cancel));
            }
            var (_, traces) = await core.GetAsync("/api/v1/traces", Cancel);
            foreach (var trace in traces!["traces"]!.AsArray())
            {
                HasNoMark("trace", (await core.GetAsync($"/api/v1/traces/{trace!["trace_id"]}", Cancel)).Body!.ToJsonString());
            }
        }

        Assert.All(collector.Got, request => HasNoMark(request.Path, request.Body));
        // The user's own header to the user's own collector, and nowhere else.
        Assert.All(collector.Got, request => Assert.Equal(request.Path == "/v1/traces", request.Headers.Contains("CanaryHeader=", StringComparison.Ordinal)));
        var told = collector.Bodies("/telemetry/ingest").SelectMany(body => JsonDocument.Parse(body).RootElement.GetProperty("events").EnumerateArray()).Select(e => e.GetProperty("event_type").GetString()!).Distinct();
        Assert.Equal(["error_occurred", "model_exchange", "model_request", "session_started", "tool_arguments", "tool_called"], told.Except(["session_ended"]).Order());
        var spans = collector.Bodies("/v1/traces").SelectMany(SpansOf).ToList();
        Assert.Contains("execute_tool filesystem.read", spans);
        Assert.Contains("invoke_agent pryx", spans);
        Assert.Contains("chat gpt-4o", spans);
        var log = await File.ReadAllTextAsync(Path.Combine(home.Data, "logs", "pryx-core.log"), Cancel);
        Assert.Contains("\"http.request\"", log, StringComparison.Ordinal);
        HasNoMark("log", log);
    }

    private static IEnumerable<string> SpansOf(string body) =>
        from resource in JsonDocument.Parse(body).RootElement.GetProperty("resourceSpans").EnumerateArray()
        from scope in resource.GetProperty("scopeSpans").EnumerateArray()
        from span in scope.GetProperty("spans").EnumerateArray()
        select span.GetProperty("name").GetString()!;

    private static void HasNoMark(string where, string text)
    {
        var at = text.IndexOf(Mark, StringComparison.OrdinalIgnoreCase);
        Assert.True(at < 0, $"{where}: …{text[Math.Max(0, at - 80)..Math.Min(text.Length, Math.Max(0, at) + 60)]}…");
    }
}
