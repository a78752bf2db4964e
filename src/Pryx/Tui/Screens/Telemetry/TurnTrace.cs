using System.Text.Json;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>One turn as the list of traces has it.</summary>
/// <param name="Status">running, completed, failed, cancelled or limited.</param>
/// <param name="Took">Milliseconds; null while it runs.</param>
/// <param name="CostUsd">Null when a price is not known, and while it runs.</param>
internal sealed record TurnTrace(string Id, string SessionId, string Status, string? Error, DateTimeOffset StartedAt, double? Took, string? Model, string? Surface, int Steps, long Tokens, decimal? CostUsd)
{
    public bool IsRunning => Status == "running";

    public static TurnTrace Of(JsonElement trace) => new(
        trace.Text("trace_id")!, trace.Text("session_id") ?? "", trace.Text("status") ?? "running", trace.Text("error"), trace.Time("started_at") ?? default, trace.Number("duration_ms"), trace.Text("model"), trace.Text("surface"),
        (int)(trace.Number("steps") ?? 0), (long)((trace.Number("input_tokens") ?? 0) + (trace.Number("output_tokens") ?? 0)), trace.Money("cost_usd"));
}

/// <summary>One stretch of work of a turn.</summary>
/// <param name="Depth">0 for the turn itself.</param>
/// <param name="Kind">turn, step, model, tool or approval.</param>
/// <param name="Took">Milliseconds; null while it runs.</param>
internal sealed record TraceSpan(int Depth, string Kind, string Name, string? Error, DateTimeOffset StartedAt, double? Took, double Tokens)
{
    /// <summary>"gpt-5-mini", "shell.exec", "waits for you", "step 2".</summary>
    public string Label => Kind switch
    {
        "turn" => "turn",
        "approval" => "waits for you",
        "model" or "tool" when Name.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space => Name[(space + 1)..],
        _ => Name,
    };

    /// <summary>A trace's spans, each before those within it, in the order of their beginnings.</summary>
    public static IReadOnlyList<TraceSpan> AllOf(JsonElement trace)
    {
        var spans = new List<TraceSpan>();
        Add(spans, trace.Items("spans"), 0);
        return spans;
    }

    private static void Add(List<TraceSpan> spans, IReadOnlyList<JsonElement> here, int depth)
    {
        foreach (var span in here.OrderBy(static span => span.Time("started_at")))
        {
            var attributes = span.Member("attributes") ?? default;
            spans.Add(new(depth, span.Text("kind") ?? "", span.Text("name") ?? "", span.Text("error"), span.Time("started_at") ?? default, span.Number("duration_ms"),
                (attributes.Number("gen_ai.usage.input_tokens") ?? 0) + (attributes.Number("gen_ai.usage.output_tokens") ?? 0)));
            Add(spans, span.Items("children"), depth + 1);
        }
    }
}
