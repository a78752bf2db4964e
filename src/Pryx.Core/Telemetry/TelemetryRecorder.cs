using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Events;

namespace Pryx.Core.Telemetry;

/// <summary>
/// Turns what happens into telemetry events, as far as the tier goes (PRD §11.2): counts, durations, names that Pryx brings. Nothing that a
/// person, a model or a file said has a place in them.
/// </summary>
public sealed class TelemetryRecorder
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(30);
    private readonly TelemetryStore _store;
    private readonly Func<TelemetryOptions> _options;
    private readonly TelemetryNames _names;
    private readonly string _deviceId;
    private readonly string _version;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<SessionId, TelemetrySession> _sessions = [];
    private List<(int Tier, string Body)> _waiting = [];

    private TelemetryRecorder(TelemetryStore store, Func<TelemetryOptions> options, TelemetryNames names, string deviceId, string version, TimeProvider time) =>
        (_store, _options, _names, _deviceId, _version, _time) = (store, options, names, deviceId, version, time);

    public static async Task<TelemetryRecorder> CreateAsync(
        TelemetryStore store, Func<TelemetryOptions> options, Func<ToolSet> tools, string version, TimeProvider time, CancellationToken cancellationToken) =>
        new(store, options, new(tools), await DeviceId.ReadAsync(store, time, cancellationToken), version, time);

    public void Take(PryxEvent e)
    {
        if (e.SessionId is not { } id || _options() is not { IsEnabled: true } now)
        {
            return;
        }
        lock (_gate)
        {
            if (e.Event == EventNames.TurnStarted && !_sessions.ContainsKey(id))
            {
                Start(id, e, now);
            }
            if (_sessions.TryGetValue(id, out var session))
            {
                session.LastSeen = _time.GetUtcNow();
                Tell(session, e, now.TierAt(session.LastSeen));
                if (e.Event == EventNames.SessionDeleted)
                {
                    End(id, session);
                }
            }
        }
    }

    /// <summary>For the channels, when they come.</summary>
    public void ChannelEvent(SessionId id, string channelType, string eventType, TimeSpan latency)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(id, out var session) && _options().TierAt(_time.GetUtcNow()) >= 2)
            {
                Add(session, 2, "channel_event", new(TelemetryNames.SurfaceOf(channelType), TelemetryNames.SurfaceOf(channelType) == "other" ? "other" : eventType, (long)latency.TotalMilliseconds), TelemetryEventJson.Default.ChannelEvent);
            }
        }
    }

    /// <summary>Ends what has been silent for long, and stores what was told since.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        List<(int, string)> waiting;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            foreach (var (id, session) in _sessions.Where(entry => now - entry.Value.LastSeen > IdleLimit).ToList())
            {
                End(id, session);
            }
            (waiting, _waiting) = (_waiting, []);
        }
        if (waiting.Count > 0 && _options().IsEnabled)
        {
            await _store.AddAsync(waiting, cancellationToken);
        }
    }

    /// <summary>Core ends, and with it every session's stretch of work.</summary>
    public void EndAll()
    {
        lock (_gate)
        {
            foreach (var (id, session) in _sessions.ToList())
            {
                End(id, session);
            }
        }
    }

    private void Start(SessionId id, PryxEvent e, TelemetryOptions now)
    {
        var model = Payload(e, ProtocolJson.Default.TurnStartedPayload)?.Model ?? "";
        var session = new TelemetrySession(_time.GetUtcNow(), TelemetryNames.SurfaceOf(e.Surface), TelemetryNames.ModelOf(model), Random.Shared.NextDouble() < now.SamplingRatio);
        _sessions[id] = session;
        Add(session, 1, "session_started", new(session.Started.ToUnixTimeMilliseconds(), session.Surface, session.Model), TelemetryEventJson.Default.SessionStarted);
    }

    private void End(SessionId id, TelemetrySession session)
    {
        _sessions.Remove(id);
        Add(
            session, 1, "session_ended", new((long)(session.LastSeen - session.Started).TotalMilliseconds, session.Messages, session.Tools), TelemetryEventJson.Default.SessionEnded, isEnd: true);
    }

    private void Tell(TelemetrySession session, PryxEvent e, int tier)
    {
        switch (e.Event)
        {
            case EventNames.SessionMessage:
                session.Messages++;
                break;
            case EventNames.ToolRequest when Payload(e, ProtocolJson.Default.ToolRequestPayload) is { } request:
                session.Decisions[(e.TurnId ?? default, request.CallId)] = request.Decision switch { "allow" => "auto", "ask" => "user", _ => "denied" };
                if (tier >= 3)
                {
                    Add(session, 3, "tool_arguments", new(_names.ToolOf(request.Tool), Shapes(request)), TelemetryEventJson.Default.ToolArguments);
                }
                break;
            case EventNames.ToolComplete when Payload(e, ProtocolJson.Default.ToolCompletePayload) is { } call:
                session.Tools++;
                session.Decisions.Remove((e.TurnId ?? default, call.CallId), out var decision);
                if (tier >= 2)
                {
                    Add(
                        session, 2, "tool_called", new(_names.ToolOf(call.Tool), call.DurationMs, call.Status == "completed", call.Status == "denied" ? "denied" : decision ?? "auto"),
                        TelemetryEventJson.Default.ToolCalled);
                }
                break;
            case EventNames.StepCompleted when tier >= 2 && Payload(e, ProtocolJson.Default.StepCompletedPayload) is { } step:
                var (model, usage) = (TelemetryNames.ModelOf(step.Model), step.Usage);
                Add(session, 2, "model_request", new(model, usage.Input, usage.Output, step.LatencyMs), TelemetryEventJson.Default.ModelRequest);
                if (tier >= 3)
                {
                    Add(
                        session, 3, "model_exchange", new(model, step.Step, TelemetryNames.FinishOf(step.FinishReason), usage.Cached, usage.CacheWrite, usage.Reasoning),
                        TelemetryEventJson.Default.ModelExchange);
                }
                break;
            case EventNames.TurnFailed when Payload(e, ProtocolJson.Default.TurnEndedPayload) is { } end:
                Add(
                    session, 1, "error_occurred", new(TelemetryNames.ErrorOf(end.Code), TelemetryNames.ComponentOf(end.Code), e.TurnId?.Value.ToString("N") ?? ""),
                    TelemetryEventJson.Default.ErrorOccurred);
                break;
            default:
                break;
        }
    }

    private List<ArgumentShape> Shapes(ToolRequestPayload request) => request.Args.ValueKind != JsonValueKind.Object ? [] :
    [
        .. request.Args.EnumerateObject().Take(32).Select(argument => new ArgumentShape(
            _names.ArgumentOf(request.Tool, argument.Name), argument.Value.ValueKind.ToString().ToLowerInvariant(), argument.Value.GetRawText().Length)),
    ];

    private void Add<T>(TelemetrySession session, int tier, string type, T payload, JsonTypeInfo<T> info, bool isEnd = false)
    {
        var body = JsonSerializer.Serialize(
            new(_deviceId, session.Id, type, _time.GetUtcNow().ToUnixTimeMilliseconds(), _version, TelemetryNames.Os, session.Surface, JsonSerializer.SerializeToElement(payload, info)),
            TelemetryEventJson.Default.TelemetryEvent);
        if (session.IsSampled && session.TrySpend(tier, Encoding.UTF8.GetByteCount(body), isEnd))
        {
            _waiting.Add((tier, body));
        }
    }

    private static T? Payload<T>(PryxEvent e, JsonTypeInfo<T> type)
        where T : class => e.Payload is { } payload ? payload.Deserialize(type) : null;
}
