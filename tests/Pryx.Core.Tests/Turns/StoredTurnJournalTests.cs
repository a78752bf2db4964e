using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Turns;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Core.Tests.Turns;

public sealed class StoredTurnJournalTests
{
    private static readonly ModelRef Model = new("openai", "gpt-4o");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("FR1.5", "sessions in SQLite")]
    [Requirement("ARC3", "session.message")]
    [Requirement("ARC3", "tool.request")]
    [Requirement("ARC3", "tool.executing")]
    [Requirement("ARC3", "tool.complete")]
    [Requirement("MOD6", "cost")]
    public async Task A_turn_with_a_tool_call_is_told_whole_by_its_events_and_items()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session, "Look at a.txt");
        var call = new ToolCall("c1", "read_file", "filesystem.read", """{"path":"a.txt"}""") { Step = 1 };
        await journal.CommitStepAsync(Step(1, new Reasoning("hm"), call), Cancel);
        await journal.CommitJudgementAsync(call, ToolArguments.Parse(call.Arguments), "Read a.txt", new(Decision.Allow, "mode:workspace-only", "inside"), Cancel);
        await journal.CommitStartAsync(call, "Read a.txt", Cancel);
        Assert.Equal(["c1"], await journal.ReadStartedCallsAsync(Cancel));
        await journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Completed, "contents") { DurationMs = 5 }, Cancel);
        Assert.Empty(await journal.ReadStartedCallsAsync(Cancel));
        await journal.CommitStepAsync(Step(2, new Reply("It says contents.")), Cancel);
        await journal.CommitEndAsync(new(TurnEnd.Completed, 2, new(20, 10), 0.02m), Cancel);

        Assert.Equal(
            ["UserMessage 0", "Reasoning 1", "ToolCall 1", "ToolResult 1", "Reply 2"],
            (await journal.ReadItemsAsync(Cancel)).Select(item => $"{item.GetType().Name} {item.Step}"));
        Assert.Equal(
            [
                EventNames.SessionCreated, EventNames.TurnStarted, EventNames.ItemAdded, EventNames.SessionMessage,
                EventNames.ItemAdded, EventNames.ItemAdded, EventNames.StepCompleted, EventNames.ToolRequest, EventNames.ToolExecuting,
                EventNames.ItemAdded, EventNames.ToolComplete, EventNames.ItemAdded, EventNames.SessionMessage, EventNames.StepCompleted, EventNames.TurnCompleted,
            ],
            (await StoredEventsAsync(store)).Select(e => e.Event));
        var read = (await store.Sessions.FindAsync(session, Cancel))!;
        Assert.Equal((new TokenUsage(20, 10, 4, 2, 2), 0.02m, 2L, "Look at a.txt"), (read.Usage, read.TotalCostUsd, read.MessageCount, read.Title));
        var row = await store.Database.ReadAsync(static c => c.First("SELECT status, decision, rule, duration_ms FROM tool_calls", static r => (r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3))), Cancel);
        Assert.Equal(("completed", "allow", "mode:workspace-only", 5L), row);
        Assert.Empty(await store.Database.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Exactly_one_end_is_stored_however_often_and_by_whomever_it_is_ended()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => journal.CommitEndAsync(new((TurnEnd)(i % 4), 0, default, null), Cancel), Cancel)));
        Assert.Single(await StoredEventsAsync(store), e => EventNames.IsTerminal(e.Event));
        Assert.Null(await store.Turns.FindOpenAsync(session, Cancel));
        var late = await Assert.ThrowsAsync<PryxException>(() => journal.CommitItemAsync(new Notice("retry", "late"), Cancel));
        Assert.Equal("TURN_LOST", late.Code);
    }

    [Fact]
    public async Task After_another_process_has_claimed_the_turn_nothing_more_is_written()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        var turn = (await store.Turns.FindOpenAsync(session, Cancel))!;

        await using var other = await TempStore.OpenAsync(store.Folder);
        Assert.False(await other.Turns.ClaimAsync(turn.Id, Cancel));
        // What only the death of the process does otherwise.
        await store.Database.WriteAsync(static c => c.Execute("UPDATE turns SET owner = 'somebodydead'"), Cancel);
        Assert.Equal(turn.Id, Assert.Single(await other.Turns.FindOrphansAsync(_ => false, Cancel)).Id);
        Assert.True(await other.Turns.ClaimAsync(turn.Id, Cancel));
        Assert.False(await store.Turns.ClaimAsync(turn.Id, Cancel));

        var before = (await StoredEventsAsync(store)).Count;
        var call = new ToolCall("c1", "x", "x", "{}");
        foreach (var write in (Func<Task>[])
        [
            () => journal.CommitStepAsync(Step(1, new Reply("no")), Cancel),
            () => journal.CommitStartAsync(call, "x", Cancel),
            () => journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Completed, ""), Cancel),
            () => journal.CommitEndAsync(new(TurnEnd.Completed, 1, default, null), Cancel),
        ])
        {
            Assert.Equal("TURN_LOST", (await Assert.ThrowsAsync<PryxException>(write)).Code);
        }
        Assert.Equal(before, (await StoredEventsAsync(store)).Count);
        await other.Journal(turn).CommitEndAsync(new(TurnEnd.Completed, 1, default, null), Cancel);
    }

    [Fact]
    public async Task A_call_gets_only_one_result()
    {
        await using var store = await TempStore.CreateAsync();
        var journal = await store.NewTurnAsync(await store.NewSessionAsync());
        var call = new ToolCall("c1", "x", "x", "{}") { Step = 1 };
        await journal.CommitStepAsync(Step(1, call), Cancel);
        await journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Completed, "one"), Cancel);
        await Assert.ThrowsAnyAsync<Exception>(() => journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Failed, "two"), Cancel));
        Assert.Equal("one", Assert.Single((await journal.ReadItemsAsync(Cancel)).OfType<ToolResult>()).Output);
    }

    [Fact]
    public async Task Steering_reaches_the_next_step_and_what_comes_too_late_begins_the_next_turn()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session, "one");
        Assert.False(await journal.TakeSteeringAsync(1, Cancel));
        Assert.Equal(BeginOutcome.Steered, (await store.Turns.BeginAsync(TempStore.Say(session, "two"), "demo/tour", Cancel)).Outcome);
        Assert.True(await journal.TakeSteeringAsync(2, Cancel));
        Assert.False(await journal.TakeSteeringAsync(2, Cancel));
        Assert.Equal(("two", 2, true), (await journal.ReadItemsAsync(Cancel)).OfType<UserMessage>().Select(m => (m.Text, m.Step, m.IsSteering)).Last());

        await store.Turns.BeginAsync(TempStore.Say(session, "three") with { Attachments = [new("image/png", "AAAA")] }, "demo/tour", Cancel);
        await journal.CommitEndAsync(new(TurnEnd.Completed, 2, default, null), Cancel);
        var waiting = (await store.Queue.FindNextAsync(session, Cancel))!;
        var next = (await store.Queue.BeginAsync(waiting, "demo/tour", Cancel))!;
        var message = Assert.IsType<UserMessage>((await store.Sessions.ReadItemsAsync(session, Cancel))[^1]);
        Assert.Equal(("three", next.Id, false), (message.Text, message.TurnId!.Value, message.IsSteering));
        Assert.Equal("AAAA", Assert.Single(message.Attachments).Base64);
        Assert.Null(await store.Queue.FindNextAsync(session, Cancel));
        Assert.Null(await store.Queue.BeginAsync(waiting, "demo/tour", Cancel));
    }

    [Fact]
    [Requirement("SEC5", "what")]
    public async Task Secrets_in_arguments_and_results_reach_neither_events_nor_audit()
    {
        const string secret = "sk-abcdefghijklmnopqrstuvwx0123";
        await using var store = await TempStore.CreateAsync();
        var journal = await store.NewTurnAsync(await store.NewSessionAsync());
        var call = new ToolCall("c1", "shell", "shell.exec", $$"""{"command":"curl -H 'Authorization: Bearer {{secret}}' https://example.org"}""") { Step = 1 };
        await journal.CommitStepAsync(Step(1, call), Cancel);
        await journal.CommitJudgementAsync(call, ToolArguments.Parse(call.Arguments), $"curl {secret}", new(Decision.Ask, "r", "why"), Cancel);
        await journal.CommitStartAsync(call, $"curl {secret}", Cancel);
        await journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Completed, $"KEY={secret}"), Cancel);
        var written = await store.Database.ReadAsync(static c => c.Query("SELECT payload FROM events WHERE payload IS NOT NULL UNION ALL SELECT details FROM audit_log", static r => r.GetString(0)), Cancel);
        Assert.True(written.Count >= 6);
        Assert.DoesNotContain(written, text => text.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Malformed_arguments_are_kept_as_they_are_and_do_not_break_the_journal()
    {
        await using var store = await TempStore.CreateAsync();
        var journal = await store.NewTurnAsync(await store.NewSessionAsync());
        var call = new ToolCall("c1", "x", "x", "{\"path\": \"a") { Step = 1 };
        await journal.CommitStepAsync(Step(1, call), Cancel);
        await journal.CommitJudgementAsync(call, null, "x", new(Decision.Deny, "floor", "no"), Cancel);
        await journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Denied, "no"), Cancel);
        Assert.Equal("{\"path\": \"a", (await journal.ReadItemsAsync(Cancel)).OfType<ToolCall>().Single().Arguments);
    }

    [Fact]
    public async Task Every_event_is_in_the_store_before_anybody_sees_it()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var seen = 0;
        var reader = Task.Run(async () =>
        {
            // Another connection, so that only what is committed can be found.
            await using var other = await TempStore.OpenAsync(store.Folder);
            await foreach (var e in store.Events.SubscribeAsync(session, 0, canApprove: false, stop.Token))
            {
                Assert.Equal(1, await other.Database.ReadAsync(c => c.Number("SELECT COUNT(*) FROM events WHERE version = $v", ("$v", e.Version)), Cancel));
                Assert.Equal(e.Event is EventNames.ItemAdded or EventNames.SessionMessage, e.Item is not null);
                seen++;
                if (EventNames.IsTerminal(e.Event))
                {
                    return;
                }
            }
        }, Cancel);
        for (var i = 1; i <= 50; i++)
        {
            await journal.CommitStepAsync(Step(i, new Reply($"step {i}")), Cancel);
        }
        await journal.CommitEndAsync(new(TurnEnd.Completed, 50, default, null), Cancel);
        await reader;
        Assert.Equal(1 + 3 + (50 * 3) + 1, seen);
    }

    private static StepRecord Step(int step, params Item[] items) =>
        new(step, items, Model, new TokenUsage(10, 5, 2, 1, 1), 0.01m, TimeSpan.FromMilliseconds(7), "stop", "req-1");

    private static Task<List<(string Event, JsonElement? Payload)>> StoredEventsAsync(TempStore store) => store.Database.ReadAsync(
        static c => c.Query("SELECT event, payload FROM events ORDER BY version", static r => (r.GetString(0), (JsonElement?)(r.IsDBNull(1) ? null : JsonElement.Parse(r.GetString(1))))), Cancel);
}
