using System.Text.Json;
using Pryx.Core.Catalog;
using Pryx.Core.Configuration;
using Pryx.Core.Logs;
using Pryx.Core.Metrics;
using Pryx.Core.Telemetry;
using Pryx.Core.Tracing;
using Progress = Pryx.Core.Events.Progress;

namespace Pryx.Core.Hosting;

/// <summary>
/// Everything that watches over Core and that nothing waits for: metrics, telemetry, trace export, the rotation of spans. It runs in the
/// daemon alone; elsewhere only what is asked for is made.
/// </summary>
public sealed class Observation : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClosingBudget = TimeSpan.FromMilliseconds(500);
    // What is sent says the release, not the commit somebody built.
    private static readonly string Version = Product.Version.Split('+')[0];
    private readonly PryxCore _core;
    private readonly CoreStore _store;
    private readonly Lazy<CoreMetrics> _metrics = new(() => new CoreMetrics(Product.Version));
    private readonly Lazy<HttpMessageInvoker> _http;
    private readonly CancellationTokenSource _leaving = new();
    private TelemetryRecorder? _recorder;
    private Task _running = Task.CompletedTask;

    public Observation(PryxCore core, CoreStore store)
    {
        (_core, _store) = (core, store);
        _http = new(static () => new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5) }));
        Telemetry = new TelemetryStore(store.Database);
        Desk = new TelemetryDesk(
            store.Database, Telemetry, () => core.Config, core.ReloadConfig, new ConfigWriter(core.Options.Paths, core.Options.Time), core.Options.Settings, core.Options.Time);
        Exporter = new OtlpExporter(store.Spans, Telemetry, () => Desk.Options, _http, Version, core.Options.Time);
        StartedAt = core.Options.Time.GetUtcNow();
    }

    public DateTimeOffset StartedAt { get; }
    public CoreMetrics Metrics => _metrics.Value;
    public TelemetryStore Telemetry { get; }
    public TelemetryDesk Desk { get; }
    public OtlpExporter Exporter { get; }

    /// <summary>True once unfinished turns are looked for.</summary>
    public bool IsReady { get; set; }

    /// <summary>Before the first turn: from here on nothing is missed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var version = await _store.Events.ReadLastVersionAsync(cancellationToken);
        await Exporter.OpenAsync(cancellationToken);
        _running = Task.Run(() => RunAsync(version, _leaving.Token), CancellationToken.None);
    }

    /// <summary>While the store is still open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await Task.WhenAny(_running, Task.Delay(ClosingBudget, TimeProvider.System, CancellationToken.None));
        if (_recorder is { } recorder)
        {
            recorder.EndAll();
            await GuardAsync("telemetry", recorder.FlushAsync, CancellationToken.None);
        }
        if (_metrics.IsValueCreated)
        {
            _metrics.Value.Dispose();
        }
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
        _leaving.Dispose();
    }

    private async Task RunAsync(long version, CancellationToken cancellationToken)
    {
        var time = _core.Options.Time;
        await KeepAsync("telemetry", async token =>
        {
            await Desk.OpenAsync(token);
            _recorder = await TelemetryRecorder.CreateAsync(Telemetry, () => Desk.Options, () => _core.Tools, Version, time, token);
        }, cancellationToken);
        if (_recorder is not { } recorder)
        {
            return;
        }
        var observer = new TurnObserver(_store.Events, Metrics, recorder, version);
        var sender = new TelemetrySender(Telemetry, recorder, Desk, _http, time);
        var started = JsonSerializer.SerializeToElement(new("runtime.started") { Version = Version }, TraceEventJson.Default.TraceEventPayload);
        _store.Events.Progress(new Progress(Protocol.Events.EventNames.TraceEvent, null, null, "", "", _ => started) { IsText = false });
        _core.Log.Write(new(LogSeverity.Info, "runtime.started") { Message = Version });
        await Task.WhenAll(
            KeepAsync("observer", observer.RunAsync, cancellationToken),
            KeepAsync("telemetry", sender.RunAsync, cancellationToken),
            KeepAsync("otlp", Exporter.RunAsync, cancellationToken),
            KeepAsync("catalog", new CatalogRefresh(_core.Catalog, () => _core.Presence.Ids().Contains("openrouter"), _core.OnCatalogWarning, time).RunAsync, cancellationToken),
            KeepAsync("memory", new IdleMemory(() => _core.IsBusy, time).RunAsync, cancellationToken),
            KeepAsync("rotation", new SpanRotation(_store.Spans, _core.Config.Whole("trace_max_spans"), time).RunAsync, cancellationToken));
    }

    // Whoever watches must not fall over for good because the disk was full for a minute.
    private async Task KeepAsync(string what, Func<CancellationToken, Task> workAsync, CancellationToken cancellationToken)
    {
        while (!await GuardAsync(what, workAsync, cancellationToken))
        {
            try
            {
                await Task.Delay(RetryDelay, _core.Options.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>False when it failed and may be tried again.</summary>
    private async Task<bool> GuardAsync(string what, Func<CancellationToken, Task> workAsync, CancellationToken cancellationToken)
    {
        try
        {
            await workAsync(cancellationToken);
            return true;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception e)
        {
            // The edge of work that nobody awaits.
            _core.Log.Write(new(LogSeverity.Warning, $"{what}.failed") { Error = LogError.Of(e) });
            return false;
        }
    }
}
