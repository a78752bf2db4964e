using System.Diagnostics.Metrics;

namespace Pryx.Core.Metrics;

/// <summary>What is counted, as a <see cref="Meter"/> named Pryx that any collector in the process may listen to. Names, outcomes and figures only.</summary>
public sealed class CoreMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly MetricsCollector _collector;
    private readonly Counter<long> _turns;
    private readonly Counter<long> _modelCalls;
    private readonly Histogram<double> _modelSeconds;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _toolCalls;
    private readonly Histogram<double> _toolSeconds;
    private readonly Counter<long> _approvals;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestSeconds;
    private Gauges _gauges = new(0, 0, 0);
    private long _sockets;

    public CoreMetrics(string version)
    {
        _meter = new Meter("Pryx", version);
        _collector = new MetricsCollector(_meter);
        _turns = _meter.CreateCounter<long>("pryx.turns", "{turn}", "Turns that have ended, by outcome");
        _modelCalls = _meter.CreateCounter<long>("pryx.model.calls", "{call}", "Model calls, by provider");
        _modelSeconds = _meter.CreateHistogram<double>("pryx.model.duration", "s", "How long model calls took, by provider");
        _tokens = _meter.CreateCounter<long>("pryx.model.tokens", "{token}", "Tokens, by type");
        _cost = _meter.CreateCounter<double>("pryx.model.cost", "{USD}", "What model calls cost, where the price was known");
        _toolCalls = _meter.CreateCounter<long>("pryx.tool.calls", "{call}", "Tool calls, by status");
        _toolSeconds = _meter.CreateHistogram<double>("pryx.tool.duration", "s", "How long tool calls took, the wait for approval included");
        _approvals = _meter.CreateCounter<long>("pryx.approvals", "{approval}", "Answered approvals, by answer");
        _requests = _meter.CreateCounter<long>("pryx.http.requests", "{request}", "HTTP requests, by status class");
        _requestSeconds = _meter.CreateHistogram<double>("pryx.http.duration", "s", "How long HTTP requests took");
        _meter.CreateObservableGauge("pryx.approvals.waiting", () => _gauges.WaitingApprovals, "{approval}", "Questions that nobody has answered");
        _meter.CreateObservableGauge("pryx.turns.open", () => _gauges.OpenTurns, "{turn}", "Turns that have not ended");
        _meter.CreateObservableGauge("pryx.inputs.queued", () => _gauges.QueuedInputs, "{input}", "Inputs that wait for a turn");
        _meter.CreateObservableGauge("pryx.websocket.connections", () => Interlocked.Read(ref _sockets), "{connection}", "Open WebSocket connections");
        _meter.CreateObservableGauge(
            "pryx.provider.circuit", () => _gauges.Circuits.Select(static circuit => new Measurement<long>(circuit.Value switch { "closed" => 0, "open" => 2, _ => 1 }, new KeyValuePair<string, object?>("provider", circuit.Key))),
            null, "Whether a provider is called: 0 closed, 1 half-open, 2 open");
        _meter.CreateObservableGauge("process.memory.usage", static () => Environment.WorkingSet, "By", "Memory of the process");
        _meter.CreateObservableGauge("dotnet.gc.heap", static () => GC.GetTotalMemory(false), "By", "Managed memory in use");
        _meter.CreateObservableCounter("dotnet.gc.collections", static () => (long)GC.CollectionCount(0), "{collection}", "Garbage collections");
    }

    public void TurnEnded(string outcome) => _turns.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void ModelCalled(string provider, TimeSpan took, long input, long output, decimal? cost)
    {
        var by = new KeyValuePair<string, object?>("provider", provider);
        _modelCalls.Add(1, by);
        _modelSeconds.Record(took.TotalSeconds, by);
        _tokens.Add(input, new KeyValuePair<string, object?>("type", "input"));
        _tokens.Add(output, new KeyValuePair<string, object?>("type", "output"));
        _cost.Add((double)(cost ?? 0));
    }

    public void ToolEnded(string status, TimeSpan took)
    {
        _toolCalls.Add(1, new KeyValuePair<string, object?>("status", status));
        _toolSeconds.Record(took.TotalSeconds);
    }

    public void ApprovalAnswered(bool approved) => _approvals.Add(1, new KeyValuePair<string, object?>("answer", approved ? "approved" : "denied"));

    public void RequestEnded(int status, TimeSpan took)
    {
        _requests.Add(1, new KeyValuePair<string, object?>("status", $"{status / 100}xx"));
        _requestSeconds.Record(took.TotalSeconds);
    }

    public void SocketOpened() => Interlocked.Increment(ref _sockets);

    public void SocketClosed() => Interlocked.Decrement(ref _sockets);

    /// <summary>Everything as it stands.</summary>
    /// <param name="gauges">What the store says now.</param>
    public IReadOnlyList<Metric> Snapshot(Gauges gauges)
    {
        _gauges = gauges;
        return _collector.Snapshot();
    }

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }
}

/// <summary>What is looked up when it is asked for.</summary>
public sealed record Gauges(long WaitingApprovals, long OpenTurns, long QueuedInputs)
{
    /// <summary>By provider: closed, open or half-open.</summary>
    public IReadOnlyDictionary<string, string> Circuits { get; init; } = new Dictionary<string, string>();
}
