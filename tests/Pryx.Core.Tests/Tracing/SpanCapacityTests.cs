using System.Diagnostics;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Testing;

namespace Pryx.Core.Tests.Tracing;

/// <summary>How many spans the store bears: 5,000 here, PRYX_SPANS=1000000 (<c>make spans</c>) for the million of the requirement.</summary>
public sealed class SpanCapacityTests(ITestOutputHelper output)
{
    private const int PerTurn = 10;
    private static readonly int Count = int.TryParse(EnvironmentSettings.Read("PRYX_SPANS"), out var count) ? count : 5_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("NFR-SC3", "1M spans")]
    public async Task Spans_are_stored_found_by_session_turn_and_time_and_the_oldest_give_way_only_above_the_limit()
    {
        await using var store = await TempStore.CreateAsync();
        var spans = new SpanStore(store.Database);
        var sessions = Enumerable.Range(0, Math.Max(10, Count / 1000)).Select(_ => SessionId.New()).ToList();
        var turns = Enumerable.Range(0, Count / PerTurn).Select(_ => TurnId.New()).ToList();
        var begin = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await TimedAsync($"{Count} spans written", async () =>
        {
            for (var at = 0; at < turns.Count; at += 500)
            {
                var from = at;
                await store.Database.WriteAsync(connection =>
                {
                    for (var i = from; i < Math.Min(from + 500, turns.Count); i++)
                    {
                        for (var n = 0; n < PerTurn; n++)
                        {
                            SpanStore.Write(connection, Sample(sessions[i % sessions.Count], turns[i], n, begin.AddSeconds(i)));
                        }
                    }
                }, Cancel);
            }
            return 0;
        });
        Assert.Equal(Count, await TimedAsync("counted", () => spans.CountAsync(Cancel)));
        var middle = turns.Count / 2;
        var ofSession = await TimedAsync("50 traces of a session", () => spans.ListAsync(new(sessions[3], null, null, null, null, 50), Cancel));
        Assert.All(ofSession, span => Assert.Equal(sessions[3], span.SessionId));
        Assert.Equal(Math.Min(50, turns.Count / sessions.Count), ofSession.Count);
        Assert.Equal(turns[middle], Assert.Single(await TimedAsync("the trace of a turn", () => spans.ListAsync(new(null, turns[middle], null, null, null, 50), Cancel))).TurnId);
        var ofTime = await TimedAsync("the traces of 20 seconds", () => spans.ListAsync(new(null, null, begin.AddSeconds(middle), begin.AddSeconds(middle + 20), null, 200), Cancel));
        Assert.Equal(Enumerable.Range(middle, 20).Reverse().Select(i => turns[i]), ofTime.Select(span => span.TurnId));
        Assert.Equal(PerTurn, (await TimedAsync("one whole trace", () => spans.ReadTraceAsync(turns[middle], Cancel))).Count);

        Assert.Equal(0, await new SpanRotation(spans, Count, TimeProvider.System).RotateAsync(Cancel));
        Assert.Equal(2_500, await TimedAsync("2,500 oldest dropped", () => new SpanRotation(spans, Count - 2_500, TimeProvider.System).RotateAsync(Cancel)));
        Assert.Equal(Count - 2_500, await spans.CountAsync(Cancel));
        Assert.Empty(await spans.ReadTraceAsync(turns[0], Cancel));
        Assert.Equal(PerTurn, (await spans.ReadTraceAsync(turns[^1], Cancel)).Count);
        output.WriteLine($"file: {new FileInfo(store.Database.Path).Length / 1024 / 1024} MB");
    }

    [Fact]
    public async Task Every_query_of_traces_uses_an_index()
    {
        await using var store = await TempStore.CreateAsync();
        foreach (var (condition, index) in ((string, string)[])
        [
            ("session_id = 'x' AND parent_span_id IS NULL ORDER BY start_ns DESC, seq DESC", "spans_roots_by_session"),
            ("start_ns >= 5 AND parent_span_id IS NULL ORDER BY start_ns DESC, seq DESC", "spans_roots_by_time"),
            ("trace_id = 'x'", "spans_by_trace"),
        ])
        {
            var plan = await store.Database.ReadAsync(c => c.Query($"EXPLAIN QUERY PLAN SELECT * FROM spans WHERE {condition}", static r => r.GetString(3)), Cancel);
            Assert.Contains(plan, line => line.Contains(index, StringComparison.Ordinal));
        }
    }

    private static Span Sample(SessionId session, TurnId turn, int n, DateTimeOffset start) => new()
    {
        TraceId = SpanIds.TraceOf(turn),
        SpanId = n == 0 ? SpanIds.OfTurn(turn) : SpanIds.OfModelCall(turn, n),
        ParentSpanId = n == 0 ? null : SpanIds.OfTurn(turn),
        SessionId = session,
        TurnId = turn,
        Kind = n == 0 ? SpanKinds.Turn : SpanKinds.Model,
        Name = n == 0 ? "invoke_agent pryx" : "chat gpt-4o",
        Start = start,
        Duration = TimeSpan.FromMilliseconds(800),
        Attributes = new() { Operation = "chat", Provider = "openai", Model = "gpt-4o", InputTokens = 1234, OutputTokens = 321, FinishReasons = ["stop"], CostUsd = 0.0123m, Conversation = session.ToString(), Turn = turn.ToString() },
    };

    private async Task<T> TimedAsync<T>(string what, Func<Task<T>> workAsync)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await workAsync();
        output.WriteLine($"{what}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0} ms");
        return result;
    }
}
