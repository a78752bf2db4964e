using System.Globalization;
using System.Text.Json;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Telemetry;

/// <summary>What is on and what is off, over restarts and changes.</summary>
/// <param name="config">As it was read last.</param>
/// <param name="onChanged">The file was changed: it is to be read again.</param>
public sealed class TelemetryDesk(Database database, TelemetryStore store, Func<PryxConfig> config, Action onChanged, ConfigWriter writer, Settings settings, TimeProvider time)
{
    /// <summary>Tier 3 ends by itself.</summary>
    public static readonly TimeSpan DebugLasts = TimeSpan.FromHours(1);

    private const string DebugUntil = "debug_until";
    private const string LastEndpoint = "endpoint";
    private (PryxConfig Config, DateTimeOffset? DebugUntil, TelemetryOptions Options)? _cached;
    private DateTimeOffset? _debugUntil;

    /// <summary>As they are now.</summary>
    public TelemetryOptions Options
    {
        get
        {
            var (now, until) = (config(), _debugUntil);
            if (_cached is { } cached && ReferenceEquals(cached.Config, now) && cached.DebugUntil == until)
            {
                return cached.Options;
            }
            var options = TelemetryOptions.From(now, settings, until);
            _cached = (now, until, options);
            return options;
        }
    }

    /// <summary>Why the last batch was not sent; null when it was.</summary>
    public string? LastError { get; set; }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _debugUntil = await store.GetAsync(DebugUntil, cancellationToken) is { } text ? Sql.ParseTime(text) : null;
        await SettleAsync(cancellationToken);
    }

    /// <summary>What was noted for nobody, or for somebody else, is never sent to a new endpoint; switched off, nothing is kept.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var options = Options;
        var endpoint = options.IsEnabled ? options.Endpoint?.ToString() ?? "" : "off";
        if (await store.GetAsync(LastEndpoint, cancellationToken) is var last && last != endpoint)
        {
            await store.ClearWaitingAsync(cancellationToken);
            await store.SetAsync(LastEndpoint, endpoint, cancellationToken);
        }
    }

    /// <param name="by">Who changes it, for the audit log.</param>
    /// <exception cref="PryxException">VALIDATION_ERROR, or the writer's own: nothing was changed.</exception>
    public async Task ChangeAsync(TelemetryChange change, string by, CancellationToken cancellationToken)
    {
        var values = Values(change);
        if (values.Count > 0)
        {
            await writer.SetAsync(values, cancellationToken);
            onChanged();
        }
        if ((change.Debug ?? (change.Tier is { } tier ? tier == 3 : null)) is { } debug)
        {
            _debugUntil = debug ? time.StoredNow() + DebugLasts : null;
            await store.SetAsync(DebugUntil, _debugUntil is { } until ? Sql.FormatTime(until) : null, cancellationToken);
        }
        var changed = string.Join(", ", values.Select(value => value.Key).Concat(change.Debug is not null || change.Tier is not null ? ["debug"] : []));
        await database.WriteAsync(
            connection => AuditLog.Append(connection, new("telemetry.changed", "config", "telemetry", by, JsonSerializer.Serialize(new(changed), TelemetryJson.Default.TelemetryAudit), "ok"), database.Time), cancellationToken);
        await SettleAsync(cancellationToken);
    }

    private static List<KeyValuePair<string, string>> Values(TelemetryChange change)
    {
        var values = new List<KeyValuePair<string, string>>();
        if (change.Enabled is { } enabled)
        {
            values.Add(new("telemetry_enabled", enabled ? "true" : "false"));
        }
        if (change.Endpoint is { } endpoint)
        {
            values.Add(new("telemetry_endpoint", Checked("endpoint", endpoint)));
        }
        if (change.Tier is { } tier and not 3)
        {
            values.Add(new("telemetry_tier", tier is 1 or 2 ? tier.ToString(CultureInfo.InvariantCulture) : throw Invalid("tier", "1, 2 or 3 is expected")));
        }
        if (change.SamplingRatio is { } ratio)
        {
            values.Add(new("telemetry_sampling_ratio", ratio is >= 0 and <= 1 ? ratio.ToString(CultureInfo.InvariantCulture) : throw Invalid("sampling_ratio", "a number from 0 to 1 is expected")));
        }
        if (change.OtlpEndpoint is { } otlp)
        {
            values.Add(new("otlp_endpoint", Checked("otlp_endpoint", otlp)));
        }
        return values;
    }

    private static string Checked(string name, string url) => url.Length == 0 || TelemetryOptions.Url(url) is { UserInfo: "" } ? url : throw Invalid(name, "an http or https URL without a password is expected, or an empty text for none");

    private static PryxException Invalid(string name, string expected) => new("VALIDATION_ERROR", $"{name}: {expected}");
}
