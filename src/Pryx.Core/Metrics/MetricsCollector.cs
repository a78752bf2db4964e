using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pryx.Core.Metrics;

/// <param name="Kind">counter, gauge or histogram.</param>
/// <param name="Unit">In UCUM, as OpenTelemetry writes it; null for none.</param>
public sealed record Metric(string Name, string Kind, string? Unit, string? Description, IReadOnlyList<MetricSeries> Series);

/// <param name="Value">The sum for a histogram.</param>
/// <param name="Count">Of a histogram.</param>
/// <param name="Buckets">Of a histogram: how many were at most so much, each including those before it.</param>
public sealed record MetricSeries(IReadOnlyDictionary<string, string> Labels, double Value, long? Count, IReadOnlyList<MetricBucket>? Buckets);

public sealed record MetricBucket(double AtMost, long Count);

/// <summary>Adds up what one meter measures, in memory.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _series = [];

    public MetricsCollector(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                _series[instrument] = new(StringComparer.Ordinal);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Metric> Snapshot()
    {
        _listener.RecordObservableInstruments();
        return [.. _series.OrderBy(entry => entry.Key.Name, StringComparer.Ordinal).Select(entry => new Metric(
            entry.Key.Name, KindOf(entry.Key), entry.Key.Unit, entry.Key.Description, [.. entry.Value.OrderBy(series => series.Key, StringComparer.Ordinal).Select(series => series.Value.Read())]))];
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // At most one label anywhere: its value is the key.
        var label = tags.Length == 0 ? null : tags[0].Value as string ?? "";
        var series = _series[instrument].GetOrAdd(label ?? "", static (_, tag) => new Series(tag), tags.Length == 0 ? default : new KeyValuePair<string, string>(tags[0].Key, label!));
        series.Add(value, isAbsolute: instrument.IsObservable, hasBuckets: KindOf(instrument) == "histogram");
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> => "histogram",
        ObservableGauge<long> or ObservableGauge<double> => "gauge",
        _ => "counter",
    };

    private sealed class Series(KeyValuePair<string, string> label)
    {
        private readonly Lock _gate = new();
        private double _sum;
        private long _count;
        private long[]? _buckets;

        public void Add(double value, bool isAbsolute, bool hasBuckets)
        {
            lock (_gate)
            {
                _sum = isAbsolute ? value : _sum + value;
                _count++;
                if (hasBuckets)
                {
                    _buckets ??= new long[Bounds.Length];
                    for (var i = 0; i < Bounds.Length; i++)
                    {
                        _buckets[i] += value <= Bounds[i] ? 1 : 0;
                    }
                }
            }
        }

        public MetricSeries Read()
        {
            lock (_gate)
            {
                return new(
                    label.Key is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [label.Key] = label.Value },
                    _sum, _buckets is null ? null : _count, _buckets is null ? null : [.. Bounds.Select((bound, i) => new MetricBucket(bound, _buckets[i]))]);
            }
        }
    }
}
