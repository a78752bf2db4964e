using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Agent.Tools;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Telemetry;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Core.Tests.Telemetry;

/// <summary>The events of each tier, field by field (PRD §11.2).</summary>
public sealed class TelemetryRecorderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("TEL1", "session_started")]
    [Requirement("TEL1", "session_ended")]
    [Requirement("TEL1", "error_occurred")]
    [Requirement("TEL1", "under 1 KB")]
    [Requirement("TEL4", "device_id")]
    [Requirement("TEL4", "session_id")]
    [Requirement("TEL4", "event fields")]
    [Requirement("TEL7", "tier 1 fields")]
    public async Task Tier_1_tells_the_beginning_the_end_and_an_error_of_a_session_in_less_than_a_kilobyte()
    {
        await using var bed = await Bed.CreateAsync(new(true, null, null, 1, 1, null));
        bed.Whole("anthropic/claude-sonnet-5", failures: 5);
        bed.Recorder.EndAll();
        var events = await bed.EventsAsync();

        Assert.Equal(["session_started", "error_occurred", "session_ended"], events.Select(e => (string)e["event_type"]!));
        Assert.All(events, e => Assert.Equal(["device_id", "session_id", "event_type", "timestamp", "pryx_version", "os", "surface", "payload"], e.AsObject().Select(field => field.Key)));
        Assert.All(events, e => Assert.Matches("^[0-9a-f]{64}$", (string)e["device_id"]!));
        Assert.Single(events.Select(e => (string)e["device_id"]!).Distinct());
        var session = Assert.Single(events.Select(e => (string)e["session_id"]!).Distinct());
        Assert.NotEqual(bed.Session.ToString(), session);
        Assert.All(events, e => Assert.Equal(("cli", "1.2.3", OperatingSystem.IsLinux() ? "linux" : (string)e["os"]!), ((string)e["surface"]!, (string)e["pryx_version"]!, (string)e["os"]!)));
        Assert.Equal(["timestamp", "surface", "model"], Fields(events[0]));
        Assert.Equal(["error_code", "component", "trace_id"], Fields(events[1]));
        Assert.Equal(["duration_ms", "message_count", "tool_count"], Fields(events[2]));
        Assert.Equal((2, 1), ((int)events[2]["payload"]!["message_count"]!, (int)events[2]["payload"]!["tool_count"]!));
        Assert.True(events.Sum(e => Encoding.UTF8.GetByteCount(e.ToJsonString())) < 1024);
    }

    [Fact]
    [Requirement("TEL2", "opt-in")]
    [Requirement("TEL2", "tool_called")]
    [Requirement("TEL2", "model_request")]
    [Requirement("TEL2", "channel_event")]
    [Requirement("TEL7", "tier 2 fields")]
    public async Task Tier_2_adds_calls_of_tools_models_and_channels_within_five_kilobytes()
    {
        await using var bed = await Bed.CreateAsync(new(true, null, null, 2, 1, null));
        bed.Whole("openai/gpt-4o");
        bed.Recorder.ChannelEvent(bed.Session, "telegram", "message", TimeSpan.FromMilliseconds(12));
        var events = await bed.EventsAsync();
        Assert.Equal(["tool_name", "duration_ms", "success", "approval_type"], Fields(events.Single(e => (string)e["event_type"]! == "tool_called")));
        Assert.Equal(["model", "tokens_in", "tokens_out", "latency_ms"], Fields(events.Single(e => (string)e["event_type"]! == "model_request")));
        Assert.Equal(["channel_type", "event_type", "latency_ms"], Fields(events.Single(e => (string)e["event_type"]! == "channel_event")));
        Assert.Equal(("filesystem.read", "user"), ((string)events.Single(e => (string)e["event_type"]! == "tool_called")["payload"]!["tool_name"]!, (string)events.Single(e => (string)e["event_type"]! == "tool_called")["payload"]!["approval_type"]!));
        for (var i = 0; i < 100; i++)
        {
            bed.Whole("openai/gpt-4o");
        }
        bed.Recorder.EndAll();
        events = await bed.EventsAsync();
        Assert.Equal("session_ended", (string)events[^1]["event_type"]!);
        Assert.InRange(events.Sum(e => Encoding.UTF8.GetByteCount(e.ToJsonString())), 3_000, 5 * 1024);
        Assert.DoesNotContain(events, e => (string)e["event_type"]! is "tool_arguments" or "model_exchange");
    }

    [Fact]
    [Requirement("TEL3", "explicit")]
    [Requirement("TEL3", "off after 1 h")]
    [Requirement("TEL7", "tier 3 fields")]
    public async Task Tier_3_tells_shapes_of_arguments_and_ends_by_itself_after_its_hour()
    {
        var until = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);
        await using var bed = await Bed.CreateAsync(new(true, null, null, 1, 1, until));
        bed.Whole("openai/gpt-4o");
        var shapes = (await bed.EventsAsync()).Single(e => (string)e["event_type"]! == "tool_arguments")["payload"]!;
        Assert.Equal("""{"tool_name":"filesystem.read","arguments":[{"name":"path","type":"string","size":9},{"name":"other","type":"object","size":7}]}""", shapes.ToJsonString());
        Assert.Contains(await bed.EventsAsync(), e => (string)e["event_type"]! == "model_exchange");

        var before = (await bed.EventsAsync()).Count;
        bed.Time.Advance(TimeSpan.FromHours(1));
        bed.Whole("openai/gpt-4o");
        Assert.Equal(before, (await bed.EventsAsync()).Count(e => (string)e["event_type"]! is not ("session_ended" or "session_started")) + 1);
    }

    [Fact]
    public async Task Names_that_people_or_models_made_up_are_other()
    {
        await using var bed = await Bed.CreateAsync(new(true, null, null, 2, 1, null));
        bed.Whole("ollama/my-secret-project", tool: "mcp.acme-internal.deploy");
        bed.Whole("acme/whatever", tool: "tell everybody my name");
        var text = string.Join('\n', (await bed.EventsAsync()).Select(e => e.ToJsonString()));
        Assert.Contains("\"ollama/other\"", text, StringComparison.Ordinal);
        Assert.Contains("\"mcp\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("my name", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_noted_when_it_is_off_or_the_session_is_not_sampled()
    {
        foreach (var options in (TelemetryOptions[])[new(false, "telemetry_enabled", null, 2, 1, null), new(true, null, null, 2, 0, null)])
        {
            await using var bed = await Bed.CreateAsync(options);
            bed.Whole("openai/gpt-4o", failures: 1);
            bed.Recorder.EndAll();
            Assert.Empty(await bed.EventsAsync());
        }
    }

    [Fact]
    public async Task A_silent_session_ends_and_begins_anew_under_another_name()
    {
        await using var bed = await Bed.CreateAsync(new(true, null, null, 1, 1, null));
        bed.Whole("openai/gpt-4o");
        bed.Time.Advance(TimeSpan.FromMinutes(31));
        await bed.EventsAsync();
        bed.Whole("openai/gpt-4o");
        var events = await bed.EventsAsync();
        Assert.Equal(["session_started", "session_ended", "session_started"], events.Select(e => (string)e["event_type"]!));
        Assert.Equal(2, events.Select(e => (string)e["session_id"]!).Distinct().Count());
    }

    private static IEnumerable<string> Fields(JsonNode e) => e["payload"]!.AsObject().Select(field => field.Key);

    private sealed class Bed : IAsyncDisposable
    {
        private readonly TempStore _store;
        private readonly TelemetryStore _events;

        private Bed(TempStore store, TelemetryStore events, TelemetryRecorder recorder, FakeTime time) => (_store, _events, Recorder, Time) = (store, events, recorder, time);

        public TelemetryRecorder Recorder { get; }
        public FakeTime Time { get; }
        public SessionId Session { get; } = SessionId.New();

        public static async Task<Bed> CreateAsync(TelemetryOptions options)
        {
            var time = new FakeTime();
            var store = await TempStore.CreateAsync(time);
            var events = new TelemetryStore(store.Database);
            var tools = new ToolSet(Core.Files.FileTools.All(holdsSecrets: static _ => false));
            return new(store, events, await TelemetryRecorder.CreateAsync(events, () => options, () => tools, "1.2.3", time, Cancel), time);
        }

        /// <summary>A turn with one model call and one tool call that a person was asked about.</summary>
        public void Whole(string model, string tool = "filesystem.read", int failures = 0)
        {
            var turn = TurnId.New();
            Take(EventNames.TurnStarted, new TurnStartedPayload(model), ProtocolJson.Default.TurnStartedPayload);
            Take<TurnStartedPayload>(EventNames.SessionMessage, null, ProtocolJson.Default.TurnStartedPayload);
            Take(EventNames.StepCompleted, new(1, model, new TokenUsage(10, 5), 0.01m, 700, "tool_calls", "req-1"), ProtocolJson.Default.StepCompletedPayload);
            Take(EventNames.ToolRequest, new("c1", tool, tool, JsonElement.Parse("""{"path":"a/b.txt","invented":{"a":1}}"""), "ask", "rule", "reason", "summary"), ProtocolJson.Default.ToolRequestPayload);
            Take(EventNames.ToolComplete, new("c1", tool, tool, "completed", "result", 12), ProtocolJson.Default.ToolCompletePayload);
            Take<TurnStartedPayload>(EventNames.SessionMessage, null, ProtocolJson.Default.TurnStartedPayload);
            for (var i = 0; i < failures; i++)
            {
                Take(EventNames.TurnFailed, new("failed", "PROVIDER_RATE_LIMITED", "the provider's words", 1, default, null), ProtocolJson.Default.TurnEndedPayload);
            }

            void Take<T>(string name, T? payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
                where T : class => Recorder.Take(new PryxEvent
                {
                    Event = name, SessionId = Session, TurnId = turn, Surface = "cli", Version = 1, Payload = payload is null ? null : JsonSerializer.SerializeToElement(payload, type),
                });
        }

        public async Task<IReadOnlyList<JsonNode>> EventsAsync()
        {
            await Recorder.FlushAsync(Cancel);
            return [.. (await _events.ListAsync(Cancel)).Select(stored => JsonNode.Parse(stored.Body)!)];
        }

        public ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}
