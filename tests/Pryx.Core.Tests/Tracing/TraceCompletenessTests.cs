using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Sessions;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tests.Streams;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Tracing;

/// <summary>Whether everything that happened is in the traces, also when Core ends in the middle of it.</summary>
public sealed class TraceCompletenessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("G4", "over 90 percent of sessions traced")]
    [Requirement("MET1", "trace completeness")]
    public async Task Every_turn_step_and_tool_call_has_its_span_over_restarts_in_mid_turn()
    {
        const int turns = 6;
        await using var provider = await FakeProvider.StartAsync(
            FakeScripts.BySteps(
                Calls(("read_file", """{"path":"a.txt"}""")) with { Trouble = new() { BeforeHeaders = TimeSpan.FromMilliseconds(40) } },
                Calls(("shell", """{"command":"sleep 0.2"}""")) with { Trouble = new() { BeforeHeaders = TimeSpan.FromMilliseconds(40) } },
                Calls(("read_file", """{"path":"missing.txt"}""")),
                Says("Done.")),
            Cancel);
        using var home = new TempHome();
        home.Write("a.txt", "x");
        var ids = new List<string>();
        await using (var core = await TestCore.StartAsync(provider, Cancel, home))
        {
            for (var i = 0; i < turns; i++)
            {
                ids.Add(await SessionEndpointTests.NewAsync(core));
                await core.PostAsync($"/api/v1/sessions/{ids[i]}/messages", new { content = "go", policy = "full" }, Cancel);
            }
            await provider.WaitForRequestsAsync(turns, Cancel);
        }
        // Each ends in the middle of what the one before had begun.
        for (var restarts = 0; restarts < 3; restarts++)
        {
            await using var core = await TestCore.StartAsync(provider, Cancel, home);
            var before = provider.ModelRequests.Count;
            await TempStore.WaitUntilAsync(() => Task.FromResult(provider.ModelRequests.Count > before));
        }
        await using (var core = await TestCore.StartAsync(provider, Cancel, home))
        {
            foreach (var id in ids)
            {
                await SessionEndpointTests.EndAsync(core, id);
            }
        }

        await using var store = await TempStore.OpenAsync(home.Data);
        Assert.Equal(turns, await NumberAsync("SELECT COUNT(*) FROM turns WHERE completed_at IS NOT NULL"));
        Assert.Equal(0, await NumberAsync("SELECT COUNT(*) FROM turns t WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.turn_id = t.id AND s.kind = 'turn' AND s.duration_ns IS NOT NULL)"));
        Assert.Equal(0, await NumberAsync("SELECT COUNT(*) FROM tool_calls c WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.turn_id = c.turn_id AND s.kind = 'tool' AND s.duration_ns IS NOT NULL AND json_extract(s.attributes, '$.\"pryx.tool.status\"') = c.status)"));
        foreach (var kind in (string[])["model", "step"])
        {
            Assert.Equal(0, await NumberAsync($"SELECT COUNT(*) FROM usage u WHERE NOT EXISTS (SELECT 1 FROM spans s WHERE s.turn_id = u.turn_id AND s.kind = '{kind}' AND json_extract(s.attributes, '$.\"pryx.step\"') = u.step)"));
        }
        Assert.Equal(0, await NumberAsync("SELECT COUNT(*) FROM spans WHERE duration_ns IS NULL"));
        Assert.Equal(0, await NumberAsync("SELECT COUNT(*) FROM spans s WHERE parent_span_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM spans p WHERE p.trace_id = s.trace_id AND p.span_id = s.parent_span_id)"));

        Task<long> NumberAsync(string sql) => store.Database.ReadAsync(connection => connection.Number(sql), Cancel);
    }

    [Fact]
    [Requirement("ARC3", "trace.event")]
    public async Task Whoever_listens_is_told_of_each_span_as_it_ends()
    {
        await using var provider = await FakeProvider.StartAsync(Cancel, Calls(("read_file", """{"path":"a.txt"}""")), Says("Done."));
        await using var core = await TestCore.StartAsync(provider, Cancel);
        core.Home.Write("a.txt", "canary");
        var id = await SessionEndpointTests.NewAsync(core);
        await using var feed = await Feed.OpenAsync(core, $"?session_id={id}&event=trace.event");
        var (_, turn) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "canary" }, Cancel);
        var told = new List<JsonElement>();
        do
        {
            told.Add(JsonElement.Parse((await feed.UntilAsync("trace.event"))[^1].Data).GetProperty("payload"));
        }
        while (told[^1].GetProperty("kind").GetString() != "turn.ended");

        Assert.Equal(["turn.started", "model.call", "tool.call", "model.call", "turn.ended"], told.Select(e => e.GetProperty("kind").GetString()));
        var trace = Assert.Single(told.Select(e => e.GetProperty("trace_id").GetString()).Distinct());
        Assert.Equal(Guid.Parse((string)turn!["turn_id"]!).ToString("N"), trace);
        Assert.All(told.Skip(1), e => Assert.True(e.GetProperty("duration_ms").GetInt64() >= 0));
        var (_, tree) = await core.GetAsync($"/api/v1/traces/{trace}", Cancel);
        Assert.All(told.Skip(1), e => Assert.Contains(e.GetProperty("span_id").GetString()!, tree!.ToJsonString(), StringComparison.Ordinal));
        Assert.DoesNotContain(told, e => e.GetRawText().Contains("canary", StringComparison.Ordinal));
    }
}
