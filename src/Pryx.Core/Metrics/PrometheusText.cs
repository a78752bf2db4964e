using System.Globalization;
using System.Text;

namespace Pryx.Core.Metrics;

/// <summary>The text format that Prometheus reads (0.0.4).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(IReadOnlyList<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics)
        {
            var name = NameOf(metric);
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {metric.Description}\n# TYPE {name} {metric.Kind}\n");
            foreach (var series in metric.Series)
            {
                if (series.Buckets is not { } buckets)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{Labels(series, null)} {series.Value}\n");
                    continue;
                }
                foreach (var bucket in buckets)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Labels(series, bucket.AtMost.ToString(CultureInfo.InvariantCulture))} {bucket.Count}\n");
                }
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Labels(series, "+Inf")} {series.Count}\n{name}_sum{Labels(series, null)} {series.Value}\n{name}_count{Labels(series, null)} {series.Count}\n");
            }
        }
        return text.ToString();
    }

    private static string NameOf(Metric metric)
    {
        var unit = metric.Unit switch { "s" => "_seconds", "By" => "_bytes", "{USD}" => "_usd", _ => "" };
        return metric.Name.Replace('.', '_') + unit + (metric.Kind == "counter" ? "_total" : "");
    }

    private static string Labels(MetricSeries series, string? atMost)
    {
        var labels = series.Labels.Select(label => $"{label.Key}=\"{Escape(label.Value)}\"").ToList();
        if (atMost is not null)
        {
            labels.Add($"le=\"{atMost}\"");
        }
        return labels.Count == 0 ? "" : $"{{{string.Join(',', labels)}}}";
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
