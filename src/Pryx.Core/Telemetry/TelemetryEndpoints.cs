using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Telemetry;

/// <summary>What telemetry is on, where it goes, everything that was or would be sent, and the switches.</summary>
public sealed class TelemetryEndpoints(TelemetryDesk desk, TelemetryStore store, Func<OtlpExporter?> exporter, TimeProvider time)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/telemetry/status", "Which telemetry is on, where it goes, what was sent, when tier 3 ends") { Response = TelemetryJson.Default.TelemetryStatus }, StatusAsync);
        routes.Add(new("GET", "/api/v1/telemetry/export", "Every event that was sent or waits to be, exactly as it is sent; at most the last 5,000")
        {
            Query = [new("format", "json")],
            Response = TelemetryJson.Default.TelemetryExport,
        }, ExportAsync);
        foreach (var (method, path) in (ReadOnlySpan<(string, string)>)[("PUT", "/api/v1/telemetry/config"), ("PATCH", "/api/v1/telemetry/config"), ("PUT", "/api/admin/telemetry/config")])
        {
            routes.Add(new(method, path, "Switches telemetry and trace export; what is absent stays as it is. Tier 3 (or debug) ends by itself after an hour")
            {
                Scope = Scopes.Admin,
                Request = TelemetryJson.Default.TelemetryChange,
                Response = TelemetryJson.Default.TelemetryStatus,
            }, ChangeAsync);
        }
        routes.Add(new("GET", "/api/admin/telemetry/config", "As /api/v1/telemetry/status") { Response = TelemetryJson.Default.TelemetryStatus }, StatusAsync);
    }

    private async Task ChangeAsync(HttpContext http)
    {
        var change = await http.ReadAsync(TelemetryJson.Default.TelemetryChange);
        await desk.ChangeAsync(change, Caller.Of(http).Name, http.RequestAborted);
        await StatusAsync(http);
    }

    private async Task StatusAsync(HttpContext http)
    {
        var options = desk.Options;
        var now = time.GetUtcNow();
        var tier = options.TierAt(now);
        var counts = await store.CountAsync(http.RequestAborted);
        await http.WriteAsync(
            new TelemetryStatus(options.IsEnabled, tier, TelemetryOptions.Shown(options.Endpoint), options.SamplingRatio, [.. EventsOf(tier)], counts.Waiting, counts.Sent)
            {
                DisabledBy = options.DisabledBy,
                DebugUntil = options.DebugUntil > now ? options.DebugUntil : null,
                LastSentAt = counts.LastSentAt,
                LastError = desk.LastError,
                Otlp = new(TelemetryOptions.Shown(options.TraceEndpoint), exporter()?.Exported ?? 0, exporter()?.Dropped ?? 0, exporter()?.LastError),
            },
            TelemetryJson.Default.TelemetryStatus);
    }

    private async Task ExportAsync(HttpContext http)
    {
        if (http.QueryText("format") is { } format and not "json")
        {
            throw new PryxException("VALIDATION_ERROR", $"format: json is expected, not {format}");
        }
        var events = await store.ListAsync(http.RequestAborted);
        await http.WriteAsync(
            new TelemetryExport(TelemetryOptions.Shown(desk.Options.Endpoint), [.. events.Select(stored => new ExportedEvent(stored.Tier, stored.CreatedAt, stored.SentAt, JsonSerializer.Deserialize(stored.Body, TelemetryEventJson.Default.TelemetryEvent)!))]),
            TelemetryJson.Default.TelemetryExport);
    }

    private static IEnumerable<string> EventsOf(int tier) =>
    [
        .. tier >= 1 ? ["session_started", "session_ended", "error_occurred"] : Array.Empty<string>(),
        .. tier >= 2 ? ["tool_called", "model_request", "channel_event"] : Array.Empty<string>(),
        .. tier >= 3 ? ["tool_arguments", "model_exchange"] : Array.Empty<string>(),
    ];
}

/// <summary>What is to change; null stays.</summary>
public sealed record TelemetryChange
{
    public bool? Enabled { get; init; }

    /// <summary>Empty for none.</summary>
    public string? Endpoint { get; init; }

    /// <summary>1, 2, or 3 for an hour.</summary>
    public int? Tier { get; init; }
    public double? SamplingRatio { get; init; }

    /// <summary>Tier 3 for an hour, or its end.</summary>
    public bool? Debug { get; init; }

    /// <summary>Where traces go, as OTLP over HTTP; empty for none.</summary>
    public string? OtlpEndpoint { get; init; }
}

/// <param name="Tier">As it counts now; 0 when it is off.</param>
/// <param name="Endpoint">Null: nothing is sent.</param>
/// <param name="Events">The types that are noted.</param>
public sealed record TelemetryStatus(bool Enabled, int Tier, string? Endpoint, double SamplingRatio, IReadOnlyList<string> Events, long Waiting, long Sent)
{
    public string? DisabledBy { get; init; }
    public DateTimeOffset? DebugUntil { get; init; }
    public DateTimeOffset? LastSentAt { get; init; }
    public string? LastError { get; init; }
    public required OtlpStatus Otlp { get; init; }
}

public sealed record OtlpStatus(string? Endpoint, long Exported, long Dropped, string? LastError);

public sealed record TelemetryExport(string? Endpoint, IReadOnlyList<ExportedEvent> Events);

public sealed record ExportedEvent(int Tier, DateTimeOffset CreatedAt, DateTimeOffset? SentAt, TelemetryEvent Event);

internal sealed record TelemetryAudit(string Changed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TelemetryStatus))]
[JsonSerializable(typeof(TelemetryChange))]
[JsonSerializable(typeof(TelemetryExport))]
[JsonSerializable(typeof(TelemetryAudit))]
internal sealed partial class TelemetryJson : JsonSerializerContext;
