using System.Net;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Testing;

namespace Pryx.Core.Tests.Tracing;

public sealed class TraceEndpointTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_are_found_by_session_by_turn_and_by_time_page_by_page()
    {
        using var home = new TempHome();
        var day = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var (one, two) = (SessionId.New(), SessionId.New());
        var turns = Enumerable.Range(0, 6).Select(_ => TurnId.New()).ToList();
        await using (var seeded = await TempStore.OpenAsync(home.Data))
        {
            await seeded.Database.WriteAsync(connection =>
            {
                for (var i = 0; i < turns.Count; i++)
                {
                    SpanStore.Write(connection, Root(i % 2 == 0 ? one : two, turns[i], day.AddHours(i)));
                }
            }, Cancel);
        }
        await using var core = await TestCore.StartAsync(null, Cancel, home);

        Assert.Equal(6, (await ListAsync("")).Count);
        Assert.Equal([turns[4], turns[2], turns[0]], await ListAsync($"session_id={one}"));
        Assert.Equal([turns[3]], await ListAsync($"turn_id={turns[3]}"));
        Assert.Equal([turns[3], turns[2]], await ListAsync("since=2026-03-01T02:00:00Z&until=2026-03-01T04:00:00Z"));
        Assert.Equal([turns[3]], await ListAsync($"session_id={two}&since=2026-03-01T03:00:00%2B01:00&until=2026-03-01T04:00:00Z"));
        var all = new List<TurnId>();
        var cursor = "";
        do
        {
            var (_, page) = await core.GetAsync($"/api/v1/traces?limit=4{cursor}", Cancel);
            all.AddRange(page!["traces"]!.AsArray().Select(trace => new TurnId(Guid.Parse((string)trace!["turn_id"]!))));
            cursor = (string?)page["next_cursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal(turns.AsEnumerable().Reverse(), all);
        foreach (var wrong in (string[])["session_id=x", "turn_id=1", "since=yesterday", "limit=many", "cursor=abc"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync($"/api/v1/traces?{wrong}", Cancel)).Status);
        }

        async Task<List<TurnId>> ListAsync(string query)
        {
            var (status, body) = await core.GetAsync($"/api/v1/traces?{query}", Cancel);
            Assert.Equal(HttpStatusCode.OK, status);
            return [.. body!["traces"]!.AsArray().Select(trace => new TurnId(Guid.Parse((string)trace!["turn_id"]!)))];
        }
    }

    [Fact]
    public async Task A_trace_is_read_as_a_tree_and_one_that_is_not_there_is_said_so()
    {
        using var home = new TempHome();
        var (session, turn) = (SessionId.New(), TurnId.New());
        await using (var seeded = await TempStore.OpenAsync(home.Data))
        {
            await seeded.Database.WriteAsync(connection => SpanStore.Write(connection, Root(session, turn, DateTimeOffset.UnixEpoch.AddDays(1))), Cancel);
        }
        await using var core = await TestCore.StartAsync(null, Cancel, home);

        foreach (var name in (string[])[SpanIds.TraceOf(turn), turn.ToString()])
        {
            var (status, body) = await core.GetAsync($"/api/v1/traces/{name}", Cancel);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("invoke_agent pryx", (string?)body!["spans"]![0]!["name"]);
            Assert.Equal("invoke_agent", (string?)body["spans"]![0]!["attributes"]!["gen_ai.operation.name"]);
        }
        foreach (var name in (string[])[new string('0', 32), "abc", "..%2f..%2fetc"])
        {
            var (status, body) = await core.GetAsync($"/api/v1/traces/{name}", Cancel);
            Assert.Equal((HttpStatusCode.NotFound, "TRACE_NOT_FOUND"), (status, (string?)body!["error"]!["code"]));
        }
        using var stranger = core.Client(null);
        using var refused = await stranger.GetAsync("/api/v1/traces", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private static Span Root(SessionId session, TurnId turn, DateTimeOffset start) => new()
    {
        TraceId = SpanIds.TraceOf(turn),
        SpanId = SpanIds.OfTurn(turn),
        SessionId = session,
        TurnId = turn,
        Kind = SpanKinds.Turn,
        Name = "invoke_agent pryx",
        Start = start,
        Duration = TimeSpan.FromSeconds(1),
        Attributes = new() { Operation = "invoke_agent", Outcome = "completed" },
    };
}
