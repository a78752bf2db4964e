using Pryx.Core.Configuration;

namespace Pryx.Core.Telemetry;

/// <summary>What may leave the machine, and to where.</summary>
/// <param name="IsEnabled">The one switch: off means that nothing is even noted down.</param>
/// <param name="DisabledBy">What switched it off, where it is off.</param>
/// <param name="Endpoint">Where events go; null: nowhere.</param>
/// <param name="Tier">1 or 2.</param>
/// <param name="SamplingRatio">The part of the sessions that is told of, 0 to 1.</param>
/// <param name="DebugUntil">While tier 3 is on; null or past: it is off.</param>
public sealed record TelemetryOptions(bool IsEnabled, string? DisabledBy, Uri? Endpoint, int Tier, double SamplingRatio, DateTimeOffset? DebugUntil)
{
    /// <summary>Where traces go, the path included; null: nowhere.</summary>
    public Uri? TraceEndpoint { get; init; }

    /// <summary>Sent with the traces; may hold a key, so they are never shown.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TraceHeaders { get; init; } = [];

    public static TelemetryOptions From(PryxConfig config, Settings settings, DateTimeOffset? debugUntil)
    {
        var isEnabled = config.Bool("telemetry_enabled");
        return new(
            isEnabled,
            isEnabled ? null : settings.IsOn("PRYX_TELEMETRY_DISABLED") ? "PRYX_TELEMETRY_DISABLED" : "telemetry_enabled",
            Url(config.Text("telemetry_endpoint")), (int)Math.Clamp(config.Whole("telemetry_tier"), 1, 2), Math.Clamp(config.Number("telemetry_sampling_ratio"), 0, 1), debugUntil)
        {
            TraceEndpoint = TracesOf(Url(config.Text("otlp_endpoint"))),
            TraceHeaders = Headers(settings.FromEnvironment("OTEL_EXPORTER_OTLP_HEADERS")),
        };
    }

    /// <summary>0 when it is off.</summary>
    public int TierAt(DateTimeOffset now) => !IsEnabled ? 0 : DebugUntil > now ? 3 : Tier;

    /// <summary>Null for what is no http or https URL.</summary>
    public static Uri? Url(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    /// <summary>As it may be shown: without a password that somebody wrote into it.</summary>
    public static string? Shown(Uri? url) => url?.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    // OpenTelemetry's variable names the base; the signal's path is added to it.
    private static Uri? TracesOf(Uri? endpoint) => endpoint is null || endpoint.AbsolutePath.EndsWith("/v1/traces", StringComparison.Ordinal)
        ? endpoint
        : new UriBuilder(endpoint) { Path = endpoint.AbsolutePath.TrimEnd('/') + "/v1/traces" }.Uri;

    private static List<KeyValuePair<string, string>> Headers(string? text) =>
    [
        .. (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(static pair => pair.Split('=', 2)).Where(static pair => pair.Length == 2)
            .Select(static pair => new KeyValuePair<string, string>(pair[0].Trim(), Uri.UnescapeDataString(pair[1].Trim()))),
    ];
}
