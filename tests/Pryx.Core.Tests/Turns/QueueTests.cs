using Pryx.Agent.Turns;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>What waits in a session until its open turn has ended.</summary>
public sealed class QueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queued_turns_have_their_ids_at_once_and_begin_in_order_with_their_messages_added_only_then()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("second"), Says("third")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        var second = await core.StartAsync(session, "two", Delivery.Queue);
        var third = await core.StartAsync(session, "three", Delivery.Queue);
        await provider.WaitForRequestsAsync(1, Cancel);

        Assert.Equal((TurnStatus.Running, TurnStatus.Queued, TurnStatus.Queued), (first.Status, second.Status, third.Status));
        Assert.Equal(3, new[] { first.Id, second.Id, third.Id }.Distinct().Count());
        Assert.Equal(["one"], await core.MessagesAsync(session));
        Assert.Equal(TurnStatus.Queued, (await core.Store.Turns.FindAsync(second.Id, Cancel))!.Status);
        Assert.Equal(first.Id, (await core.Store.Turns.FindOpenAsync(session, Cancel))!.Id);

        Assert.True(await core.Turns.StopAsync(first.Id, Cancel));
        var events = await core.UntilEndedAsync(session, 3);

        Assert.Equal(["one", "two", "three"], await core.MessagesAsync(session));
        Assert.Equal(
            [
                (first.Id, EventNames.TurnStarted), (second.Id, EventNames.TurnQueued), (third.Id, EventNames.TurnQueued), (first.Id, EventNames.TurnCancelled),
                (second.Id, EventNames.TurnStarted), (second.Id, EventNames.TurnCompleted), (third.Id, EventNames.TurnStarted), (third.Id, EventNames.TurnCompleted),
            ],
            events.Where(e => e.Event.StartsWith("turn.", StringComparison.Ordinal)).Select(e => (e.TurnId!.Value, e.Event)));
        Assert.Equal(second.Id, (await core.ItemsAsync(session)).OfType<UserMessage>().ElementAt(1).TurnId);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task What_nobody_has_read_yet_is_listed_and_what_only_waits_can_be_withdrawn()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs()), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        await provider.WaitForRequestsAsync(1, Cancel);
        var queued = await core.StartAsync(session, "then this", Delivery.Queue);
        await core.StartAsync(session, "and mind that");

        var waiting = await core.Store.Turns.ListWaitingAsync(session, Cancel);

        Assert.Equal([("and mind that", Delivery.Steer, first.Id), ("then this", Delivery.Queue, queued.Id)], waiting.Select(static input => (input.Text, input.Delivery, input.TurnId!.Value)));
        Assert.True(await core.Turns.StopAsync(queued.Id, Cancel));
        Assert.Equal("and mind that", Assert.Single(await core.Store.Turns.ListWaitingAsync(session, Cancel)).Text);
        Assert.True(await core.Turns.StopAsync(first.Id, Cancel));
    }

    [Fact]
    public async Task Input_that_came_too_late_and_queued_turns_begin_in_the_order_they_came()
    {
        using var all = new ManualResetEventSlim();
        var asked = new TaskCompletionSource();
        // The reply is whole before the steering arrives: it is too late for this turn only because the turn ends on its output limit.
        await using var provider = await FakeProvider.StartAsync(
            request =>
            {
                asked.TrySetResult();
                all.Wait(Cancel);
                return request.LastUserText == "one" ? Says("cut") with { End = ReplyEnd.Length } : Says("whole");
            }, Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        // Before its model is asked, input steers the first step.
        await asked.Task;
        var queued = await core.StartAsync(session, "two", Delivery.Queue);
        var late = await core.StartAsync(session, "three");
        var last = await core.StartAsync(session, "four", Delivery.Queue);

        all.Set();

        Assert.Equal(first.Id, late.Id);
        var events = await core.UntilEndedAsync(session, 4);
        Assert.Equal(["one", "two", "three", "four"], await core.MessagesAsync(session));
        var started = events.Where(e => e.Event == EventNames.TurnStarted).Select(e => e.TurnId!.Value).ToList();
        Assert.Equal((first.Id, queued.Id, last.Id), (started[0], started[1], started[3]));
        Assert.Equal(4, started.Distinct().Count());
        Assert.DoesNotContain((await core.ItemsAsync(session)).OfType<UserMessage>(), message => message.IsSteering);
    }

    [Fact]
    public async Task A_queued_turn_keeps_its_own_model_limits_and_contract()
    {
        await using var provider = await FakeProvider.StartAsync(
            FakeScripts.InOrder(Hangs(), Calls(("read_file", """{"path":"missing.txt"}""")), Calls(("list_dir", """{"path":"."}""")), Says("never")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        var strict = await core.Turns.StartAsync(TempCore.Say(session, "two", Delivery.Queue) with { Model = "openai/gpt-4o-mini", EndsOnFailedTool = true }, Cancel);
        var short_ = await core.Turns.StartAsync(TempCore.Say(session, "three", Delivery.Queue) with { MaxSteps = 1 }, Cancel);
        await provider.WaitForRequestsAsync(1, Cancel);
        await core.Turns.StopAsync(first.Id, Cancel);
        await core.UntilEndedAsync(session, 3);

        var ended = (await core.Store.Turns.FindAsync(strict.Id, Cancel))!;
        Assert.Equal((TurnStatus.Failed, "TOOL_FAILED", "openai/gpt-4o-mini"), (ended.Status, ended.ErrorCode, ended.Model));
        Assert.Equal("gpt-4o-mini", provider.ModelRequests[1].Model);
        Assert.Equal("MAX_STEPS", (await core.Store.Turns.FindAsync(short_.Id, Cancel))!.ErrorCode);
    }

    [Fact]
    public async Task Stop_of_a_queued_turn_cancels_it_with_one_terminal_event_and_the_next_one_begins()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("third")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        var second = await core.StartAsync(session, "two", Delivery.Queue);
        await core.StartAsync(session, "three", Delivery.Queue);
        await provider.WaitForRequestsAsync(1, Cancel);

        Assert.True(await core.Turns.StopAsync(second.Id, Cancel));
        Assert.False(await core.Turns.StopAsync(second.Id, Cancel));
        await core.Turns.StopAsync(first.Id, Cancel);
        var events = await core.UntilEndedAsync(session, 3);

        Assert.Equal(EventNames.TurnCancelled, Assert.Single(events, e => e.TurnId == second.Id && EventNames.IsTerminal(e.Event)).Event);
        Assert.DoesNotContain(events, e => e.TurnId == second.Id && e.Event == EventNames.TurnStarted);
        Assert.Equal(["one", "three"], await core.MessagesAsync(session));
        Assert.Equal(TurnStatus.Cancelled, (await core.Store.Turns.FindAsync(second.Id, Cancel))!.Status);
    }

    [Fact]
    public async Task The_same_queued_input_from_a_network_is_one_turn_and_in_another_session_a_conflict()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("two")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        var input = TempCore.Say(session, "two", Delivery.Queue) with { ExternalId = "42" };
        await provider.WaitForRequestsAsync(1, Cancel);
        var queued = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => core.Turns.StartAsync(input, Cancel), Cancel)));
        await core.Turns.StopAsync(first.Id, Cancel);
        await core.UntilEndedAsync(session, 2);

        Assert.Single(queued.Select(turn => turn.Id).Distinct());
        Assert.Equal(queued[0].Id, (await core.Turns.StartAsync(input, Cancel)).Id);
        Assert.Equal(["one", "two"], await core.MessagesAsync(session));
        var other = await core.NewSessionAsync();
        Assert.Equal("CONFLICT", (await Assert.ThrowsAsync<PryxException>(() => core.Turns.StartAsync(input with { SessionId = other }, Cancel))).Code);
    }

    [Fact]
    public async Task What_can_not_run_when_its_time_comes_ends_with_the_reason_and_the_next_one_begins()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("three")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        core.Set("ANTHROPIC_API_KEY", "sk-ant-test");
        core.Set("ANTHROPIC_BASE_URL", provider.Url.ToString());
        var session = await core.NewSessionAsync();
        var first = await core.StartAsync(session, "one");
        var second = await core.Turns.StartAsync(TempCore.Say(session, "two", Delivery.Queue) with { Model = "anthropic/claude-sonnet-4-5" }, Cancel);
        var third = await core.Turns.StartAsync(TempCore.Say(session, "three", Delivery.Queue), Cancel);
        core.Set("ANTHROPIC_API_KEY", null);
        await provider.WaitForRequestsAsync(1, Cancel);
        await core.Turns.StopAsync(first.Id, Cancel);
        var events = await core.UntilEndedAsync(session, 3);

        var failed = (await core.Store.Turns.FindAsync(second.Id, Cancel))!;
        Assert.Equal((TurnStatus.Failed, "PROVIDER_NOT_CONFIGURED"), (failed.Status, failed.ErrorCode));
        Assert.Contains("ANTHROPIC_API_KEY", failed.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(EventNames.TurnCompleted, Assert.Single(events, e => e.TurnId == third.Id && EventNames.IsTerminal(e.Event)).Event);
        Assert.Equal(["one", "two", "three"], await core.MessagesAsync(session));
    }

    [Fact]
    public async Task Nothing_overtakes_what_a_dead_process_has_left_waiting()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("two"), Says("three")), Cancel);
        using var home = new TempHome();
        Protocol.SessionId session;
        Turn queued;
        await using (var dead = await TempCore.StartAsync(provider, home))
        {
            session = await dead.NewSessionAsync();
            var first = await dead.StartAsync(session, "one");
            await provider.WaitForRequestsAsync(1, Cancel);
            queued = await dead.StartAsync(session, "two", Delivery.Queue);
            await dead.DisposeAsync();
            await using var store = await Storage.TempStore.OpenAsync(home.Data);
            Assert.True(await store.Turns.ClaimAsync(first.Id, Cancel));
            await store.Journal(first).CommitEndAsync(new(TurnEnd.Completed, 0, default, null), Cancel);
        }
        await using var core = await TempCore.StartAsync(provider, home);
        var third = await core.StartAsync(session, "three");
        Assert.Equal(TurnStatus.Queued, third.Status);
        await core.UntilEndedAsync(session, 3);
        Assert.Equal(["one", "two", "three"], await core.MessagesAsync(session));
        Assert.Equal([queued.Id, third.Id], (await core.ItemsAsync(session)).OfType<UserMessage>().Skip(1).Select(message => message.TurnId!.Value));
    }
}
