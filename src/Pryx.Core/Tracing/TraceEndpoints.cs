using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Tracing;

/// <summary>Traces by session, turn and time, and one trace as a tree.</summary>
public sealed class TraceEndpoints(SpanStore spans)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/traces", "One line for each turn: how long it took, what it cost, how it ended; newest first, at most 200")
        {
            Query =
            [
                new("session_id", "Only of this session"), new("turn_id", "Only of this turn"), new("since", "Begun at or after this time (RFC 3339)"),
                new("until", "Begun before this time (RFC 3339)"), new("limit", "At most so many, 1 to 200; 50 when absent", "integer"), new("cursor", "next_cursor of the page before"),
            ],
            Response = TraceJson.Default.TraceList,
        }, ListAsync);
        routes.Add(new("GET", "/api/v1/traces/{trace_id}", "One turn's spans as a tree: steps, model calls, tool calls, the time approvals waited") { Response = TraceJson.Default.TraceTree }, ReadAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var limit = http.QueryNumber("limit", 50, 1, 200);
        var query = new TraceQuery(
            http.QueryText("session_id") is { } session ? SessionId.TryParse(session, out var sessionId) ? sessionId : throw Invalid("session_id", "a UUID is expected") : null,
            http.QueryText("turn_id") is { } turn ? TurnId.TryParse(turn, out var turnId) ? turnId : throw Invalid("turn_id", "a UUID is expected") : null,
            Time(http, "since"), Time(http, "until"), Cursor(http), limit + 1);
        var found = await spans.ListAsync(query, http.RequestAborted);
        var page = found.Take(limit).ToList();
        var next = found.Count > limit ? string.Create(CultureInfo.InvariantCulture, $"{SpanStore.Nanoseconds(page[^1].Start)}-{page[^1].Seq}") : null;
        await http.WriteAsync(new TraceList([.. page.Select(TraceSummary.Of)], next), TraceJson.Default.TraceList);
    }

    private async Task ReadAsync(HttpContext http)
    {
        // A turn's id with its dashes means the same trace.
        var text = http.RouteText("trace_id").Replace("-", "", StringComparison.Ordinal);
        var found = SpanIds.TryParseTrace(text, out var turn) ? await spans.ReadTraceAsync(turn, http.RequestAborted) : [];
        if (found.Count == 0)
        {
            throw new PryxException("TRACE_NOT_FOUND", "There is no such trace.", "GET /api/v1/traces lists those there are.");
        }
        await http.WriteAsync(TraceTree.Of(found), TraceJson.Default.TraceTree);
    }

    private static DateTimeOffset? Time(HttpContext http, string name) => http.QueryText(name) switch
    {
        null => null,
        // An offset's + arrives as a space where it was not escaped.
        var text when DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => throw Invalid(name, "a time such as 2026-01-31T12:00:00Z is expected"),
    };

    private static TraceCursor? Cursor(HttpContext http) => http.QueryText("cursor") switch
    {
        null => null,
        var text when text.Split('-') is [var start, var seq] && long.TryParse(start, CultureInfo.InvariantCulture, out var startNs) && long.TryParse(seq, CultureInfo.InvariantCulture, out var place) => new(startNs, place),
        _ => throw Invalid("cursor", "the next_cursor of an earlier answer is expected"),
    };

    private static PryxException Invalid(string name, string expected) => new("VALIDATION_ERROR", $"{name}: {expected}");
}

/// <param name="NextCursor">Null on the last page.</param>
public sealed record TraceList(IReadOnlyList<TraceSummary> Traces, string? NextCursor);

/// <param name="Status">running, completed, failed, cancelled or limited.</param>
/// <param name="DurationMs">Null while it runs.</param>
/// <param name="CostUsd">Null when a price was unknown, and while it runs.</param>
public sealed record TraceSummary(
    string TraceId, SessionId SessionId, TurnId TurnId, string Status, string? Error, DateTimeOffset StartedAt, double? DurationMs, string? Model, string? Surface, int? Steps,
    long? InputTokens, long? OutputTokens, decimal? CostUsd)
{
    public static TraceSummary Of(Span turn) => new(
        turn.TraceId, turn.SessionId, turn.TurnId, turn.Attributes.Outcome ?? "running", turn.Error, turn.Start, turn.Duration?.TotalMilliseconds, turn.Attributes.Model,
        turn.Attributes.Surface, turn.Attributes.Steps, turn.Attributes.InputTokens, turn.Attributes.OutputTokens, turn.Attributes.CostUsd);
}

/// <param name="Spans">The turn; more than one only where the turn itself was begun before traces were kept.</param>
public sealed record TraceTree(string TraceId, SessionId SessionId, TurnId TurnId, int SpanCount, IReadOnlyList<TraceSpan> Spans)
{
    /// <param name="spans">Of one trace, at least one.</param>
    public static TraceTree Of(IReadOnlyList<Span> spans)
    {
        var ids = spans.Select(span => span.SpanId).ToHashSet();
        var below = spans.Where(span => span.ParentSpanId is not null).ToLookup(span => span.ParentSpanId!);
        return new(spans[0].TraceId, spans[0].SessionId, spans[0].TurnId, spans.Count, [.. spans.Where(span => span.ParentSpanId is null || !ids.Contains(span.ParentSpanId)).Select(Build)]);

        TraceSpan Build(Span span) => new(
            span.SpanId, span.Kind, span.Name, span.Duration is null ? "running" : span.Error is null ? "ok" : "error", span.Error, span.Start, span.Duration?.TotalMilliseconds,
            span.Attributes, [.. below[span.SpanId].Select(Build)]);
    }
}

/// <param name="Kind">turn, step, model, tool or approval.</param>
/// <param name="Status">running, ok or error.</param>
public sealed record TraceSpan(
    string SpanId, string Kind, string Name, string Status, string? Error, DateTimeOffset StartedAt, double? DurationMs, SpanAttributes Attributes, IReadOnlyList<TraceSpan> Children);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TraceList))]
[JsonSerializable(typeof(TraceTree))]
internal sealed partial class TraceJson : JsonSerializerContext;
