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
        trace.TextOf("trace_id")!, trace.TextOf("session_id") ?? "", trace.TextOf("status") ?? "running", trace.TextOf("error"), trace.TimeOf("started_at") ?? default, trace.NumberOf("duration_ms"), trace.TextOf("model"), trace.TextOf("surface"),
        (int)(trace.NumberOf("steps") ?? 0), (long)((trace.NumberOf("input_tokens") ?? 0) + (trace.NumberOf("output_tokens") ?? 0)), trace.MoneyOf("cost_usd"));
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
        Add(spans, trace.ItemsOf("spans"), 0);
        return spans;
    }

    private static void Add(List<TraceSpan> spans, IReadOnlyList<JsonElement> here, int depth)
    {
        foreach (var span in here.OrderBy(static span => span.TimeOf("started_at")))
        {
            var attributes = span.MemberOf("attributes") ?? default;
            spans.Add(new(depth, span.TextOf("kind") ?? "", span.TextOf("name") ?? "", span.TextOf("error"), span.TimeOf("started_at") ?? default, span.NumberOf("duration_ms"),
                (attributes.NumberOf("gen_ai.usage.input_tokens") ?? 0) + (attributes.NumberOf("gen_ai.usage.output_tokens") ?? 0)));
            Add(spans, span.ItemsOf("children"), depth + 1);
        }
    }
}
