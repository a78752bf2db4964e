using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pryx.Core.Metrics;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Models;
using EventLog = Pryx.Core.Events.EventLog;
using Progress = Pryx.Core.Events.Progress;

namespace Pryx.Core.Telemetry;

/// <summary>
/// Follows the stream of events beside everybody else and counts: metrics, telemetry, and the <c>trace.event</c> that surfaces draw their
/// timeline from. Nothing waits for it.
/// </summary>
/// <param name="afterVersion">What came before is not counted.</param>
public sealed class TurnObserver(EventLog events, CoreMetrics metrics, TelemetryRecorder recorder, long afterVersion)
{
    // Commands that run beside the daemon store their events without telling it.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);
    private readonly Dictionary<TurnId, DateTimeOffset> _started = [];
    private long _cursor = afterVersion;

    /// <summary>Until cancelled; after a failure it goes on where it was.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var e in events.SubscribeAsync(null, _cursor, canApprove: false, LookInterval, cancellationToken))
        {
            if (!e.IsProgress)
            {
                _cursor = e.Version;
                Count(e);
                recorder.Take(e);
            }
        }
    }

    private void Count(PryxEvent e)
    {
        switch (e.Event)
        {
            case EventNames.TurnStarted when e.TurnId is { } turn && Payload(e, ProtocolJson.Default.TurnStartedPayload) is { } started:
                _started.TryAdd(turn, e.Timestamp);
                Announce(e, new("turn.started") { Model = started.Model });
                break;
            case EventNames.StepCompleted when Payload(e, ProtocolJson.Default.StepCompletedPayload) is { } step:
                var provider = ModelRef.TryParse(step.Model, out var model) ? model.Provider : "unknown";
                metrics.ModelCalled(provider, TimeSpan.FromMilliseconds(step.LatencyMs), step.Usage.Input, step.Usage.Output, step.CostUsd);
                Announce(e, new("model.call")
                {
                    Model = step.Model, DurationMs = step.LatencyMs, InputTokens = step.Usage.Input, OutputTokens = step.Usage.Output, CostUsd = step.CostUsd,
                    SpanId = SpanOf(e, turn => SpanIds.OfModelCall(turn, step.Step)),
                });
                break;
            case EventNames.ToolComplete when Payload(e, ProtocolJson.Default.ToolCompletePayload) is { } call:
                metrics.ToolEnded(call.Status, TimeSpan.FromMilliseconds(call.DurationMs));
                Announce(e, new("tool.call") { Tool = SpanIds.Safe(call.Tool), Status = call.Status, DurationMs = call.DurationMs, SpanId = SpanOf(e, turn => SpanIds.OfToolCall(turn, call.CallId)) });
                break;
            case EventNames.ApprovalResolved when Payload(e, ProtocolJson.Default.ApprovalResolvedPayload) is { } answer:
                metrics.ApprovalAnswered(answer.Approved);
                break;
            case var name when EventNames.IsTerminal(name) && e.TurnId is { } ended && Payload(e, ProtocolJson.Default.TurnEndedPayload) is { } end:
                metrics.TurnEnded(end.Outcome);
                Announce(e, new("turn.ended")
                {
                    Status = end.Outcome, Error = end.Code, CostUsd = end.CostUsd, SpanId = SpanIds.OfTurn(ended),
                    DurationMs = _started.Remove(ended, out var begun) ? (long)(e.Timestamp - begun).TotalMilliseconds : null,
                });
                break;
            default:
                break;
        }
    }

    private void Announce(PryxEvent cause, TraceEventPayload payload)
    {
        if (cause is { SessionId: { } session, TurnId: { } turn })
        {
            payload = payload with { TraceId = SpanIds.TraceOf(turn) };
            events.Progress(new Progress(EventNames.TraceEvent, session, turn, "", "", _ => JsonSerializer.SerializeToElement(payload, TraceEventJson.Default.TraceEventPayload)) { IsText = false });
        }
    }

    private static string? SpanOf(PryxEvent e, Func<TurnId, string> of) => e.TurnId is { } turn ? of(turn) : null;

    private static T? Payload<T>(PryxEvent e, JsonTypeInfo<T> type)
        where T : class => e.Payload is { } payload ? payload.Deserialize(type) : null;
}

/// <summary>That a span has ended, or a turn has begun; GET /api/v1/traces/{trace_id} has the rest.</summary>
/// <param name="Kind">runtime.started, turn.started, model.call, tool.call or turn.ended.</param>
public sealed record TraceEventPayload(string Kind)
{
    public string? TraceId { get; init; }
    public string? SpanId { get; init; }
    public string? Version { get; init; }
    public string? Model { get; init; }
    public string? Tool { get; init; }
    public string? Status { get; init; }
    public string? Error { get; init; }
    public long? DurationMs { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public decimal? CostUsd { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TraceEventPayload))]
internal sealed partial class TraceEventJson : JsonSerializerContext;
