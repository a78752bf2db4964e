using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>What the daemon goes on with, and what it must end.</summary>
public sealed class RecoveryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_open_turns_and_what_waits_behind_them_are_answered_within_seconds_unprompted()
    {
        var isDown = true;
        await using var provider = await FakeProvider.StartAsync(_ => Volatile.Read(ref isDown) ? Hangs() : Says("Here I am."), Cancel);
        using var home = new TempHome();
        var sessions = new List<SessionId>();
        await using (var first = await TempCore.StartAsync(provider, home))
        {
            for (var i = 0; i < 50; i++)
            {
                sessions.Add(await first.NewSessionAsync());
                await first.StartAsync(sessions[i], "one");
                await first.StartAsync(sessions[i], "two", Delivery.Queue);
            }
            await provider.WaitForRequestsAsync(50, Cancel);
        }
        Volatile.Write(ref isDown, false);

        await using var second = await TempCore.StartAsync(provider, home);
        var started = TimeProvider.System.GetTimestamp();
        await second.Core.StartRecoveryAsync(Cancel);
        await Task.WhenAll(sessions.Select(session => second.UntilEndedAsync(session, 2)));

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 5);
        foreach (var session in sessions)
        {
            Assert.Equal(["one", "two"], await second.MessagesAsync(session));
        }
        Assert.Equal(150, provider.ModelRequests.Count);
    }

    [Fact]
    public async Task A_turn_that_can_not_go_on_ends_with_the_reason_and_holds_up_nobody()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("On.")).After(Hangs(), Hangs()), Cancel);
        using var home = new TempHome();
        var folder = Directory.CreateDirectory(Path.Combine(home.Root, "gone")).FullName;
        SessionId lost, sound;
        Turn turn;
        await using (var first = await TempCore.StartAsync(provider, home))
        {
            (lost, sound) = (await first.NewSessionAsync(folder), await first.NewSessionAsync());
            turn = await first.StartAsync(lost, "one");
            await first.StartAsync(sound, "one");
            await provider.WaitForRequestsAsync(2, Cancel);
        }
        Directory.Delete(folder);

        await using var second = await TempCore.StartAsync(provider, home);
        await second.Core.StartRecoveryAsync(Cancel);
        await second.UntilEndedAsync(sound);
        var events = await second.UntilEndedAsync(lost);

        Assert.Equal(EventNames.TurnFailed, events[^1].Event);
        var ended = (await second.Store.Turns.FindAsync(turn.Id, Cancel))!;
        Assert.Equal((TurnStatus.Failed, "WORKSPACE_MISSING"), (ended.Status, ended.ErrorCode));
        Assert.Contains(folder, ended.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_had_started_in_a_turn_that_can_not_go_on_still_gets_its_one_result()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("never")), Cancel);
        using var home = new TempHome();
        SessionId session;
        Turn turn;
        await using (var first = await TempStore.OpenAsync(PrivateData(home)))
        {
            session = (await first.Sessions.CreateAsync(new() { Workspace = Path.Combine(home.Root, "nowhere"), Model = "openai/gpt-4o" }, Cancel)).Id;
            turn = (await first.Turns.BeginAsync(TempStore.Say(session, "go"), "openai/gpt-4o", Cancel)).Turn;
            var call = new ToolCall("c1", "shell_exec", "shell.exec", "{}") { Step = 1 };
            await first.Journal(turn).CommitStepAsync(new(1, [call], new("openai", "gpt-4o"), new(10, 5, 0, 0, 0), 0.5m, TimeSpan.Zero, null, null), Cancel);
            await first.Journal(turn).CommitStartAsync(call, "go", Cancel);
        }

        await using var core = await TempCore.StartAsync(provider, home);
        await core.Core.StartRecoveryAsync(Cancel);
        await core.UntilEndedAsync(session);
        var result = (await core.ItemsAsync(session)).OfType<ToolResult>().Single();
        Assert.Equal(ToolStatus.Interrupted, result.Status);
        Assert.Contains("outcome is unknown", result.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await core.Store.Turns.FindAsync(turn.Id, Cancel))!.Steps);
    }

    [Fact]
    public async Task Input_for_a_session_whose_turn_is_orphaned_is_taken_and_both_go_on()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("On.")).After(Hangs()), Cancel);
        using var home = new TempHome();
        SessionId session;
        Turn turn;
        await using (var first = await TempCore.StartAsync(provider, home))
        {
            session = await first.NewSessionAsync();
            turn = await first.StartAsync(session, "one");
            await provider.WaitForRequestsAsync(1, Cancel);
        }
        await using var second = await TempCore.StartAsync(provider, home);
        var steered = await second.StartAsync(session, "two");
        await second.UntilEndedAsync(session);
        Assert.Equal(turn.Id, steered.Id);
        Assert.Equal(["one", "two"], await second.MessagesAsync(session));
    }

    [Fact]
    public async Task Fifty_times_the_same_input_at_once_is_one_turn_and_one_model_call()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Once.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var input = TempCore.Say(session, "go") with { ExternalId = "key-1" };
        var begun = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => core.Turns.StartAsync(input with { Delivery = i % 2 == 0 ? Delivery.Steer : Delivery.Queue }, Cancel), Cancel)));
        await core.UntilEndedAsync(session);
        Assert.Equal(begun[0].Id, (await core.Turns.StartAsync(input, Cancel)).Id);

        Assert.Single(begun.Select(turn => turn.Id).Distinct());
        Assert.Equal(["go"], await core.MessagesAsync(session));
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    public async Task What_was_approved_beforehand_stays_approved_when_the_daemon_goes_on()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Made.")), Cancel);
        using var home = new TempHome();
        SessionId session;
        await using (var first = await TempCore.StartAsync(provider, home))
        {
            session = await first.NewSessionAsync();
            await first.Turns.StartAsync(TempCore.Say(session, "go") with { ApproveAll = true }, Cancel);
            await provider.WaitForRequestsAsync(1, Cancel);
        }
        await using var second = await TempCore.StartAsync(provider, home);
        await second.Core.StartRecoveryAsync(Cancel);
        await second.UntilEndedAsync(session);
        Assert.True(home.Exists("made.txt"));
    }

    [Fact]
    public async Task Stop_reaches_a_turn_of_another_process_within_a_second()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Calls(("shell_exec", """{"command":"echo begun > begun.txt; sleep 47.113"}"""))), Cancel);
        using var home = new TempHome();
        await using var one = await TempCore.StartAsync(provider, home, isDaemon: false);
        await using var two = await TempCore.StartAsync(provider, home);
        var session = await one.NewSessionAsync();
        var turn = await one.Turns.StartAsync(TempCore.Say(session, "go") with { ApproveAll = true }, Cancel);
        await TempStore.WaitUntilAsync(() => Task.FromResult(home.Exists("begun.txt")));
        await two.Core.StartRecoveryAsync(Cancel);

        var started = TimeProvider.System.GetTimestamp();
        Assert.True(await two.Turns.StopAsync(turn.Id, Cancel));
        var events = await two.UntilEndedAsync(session);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, 0, 1000);
        Assert.Equal(EventNames.TurnCancelled, events[^1].Event);
        Assert.False(await two.Turns.StopAsync(turn.Id, Cancel));
    }

    [Fact]
    public async Task Stop_that_a_dead_process_did_not_see_ends_the_turn_without_another_model_call()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("never")), Cancel);
        using var home = new TempHome();
        await using var core = await TempCore.StartAsync(provider, home);
        var session = await core.NewSessionAsync();
        Turn turn;
        await using (var dead = await TempStore.OpenAsync(home.Data))
        {
            turn = (await dead.Turns.BeginAsync(TempStore.Say(session, "go"), "openai/gpt-4o", Cancel)).Turn;
            Assert.True(await core.Turns.StopAsync(turn.Id, Cancel));
        }
        await core.Core.StartRecoveryAsync(Cancel);
        Assert.Equal(EventNames.TurnCancelled, (await core.UntilEndedAsync(session))[^1].Event);
        Assert.Empty(provider.ModelRequests);
    }

    [Fact]
    public async Task Deleting_a_session_stops_its_turns_first_and_refuses_while_another_process_works_in_it()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var turn = await core.StartAsync(session, "one");
        await core.StartAsync(session, "two", Delivery.Queue);
        await provider.WaitForRequestsAsync(1, Cancel);
        Assert.True(await core.Turns.DeleteSessionAsync(session, Cancel));
        Assert.Null(await core.Store.Turns.FindAsync(turn.Id, Cancel));
        Assert.False(await core.Turns.DeleteSessionAsync(session, Cancel));

        var busy = await core.NewSessionAsync();
        await using var other = await TempStore.OpenAsync(core.Home.Data);
        await other.Turns.BeginAsync(TempStore.Say(busy, "go"), "openai/gpt-4o", Cancel);
        Assert.Equal("SESSION_BUSY", (await Assert.ThrowsAsync<PryxException>(() => core.Turns.DeleteSessionAsync(busy, Cancel))).Code);
        Assert.Single(provider.ModelRequests);
        Assert.Empty(core.Core.Log.RecentErrors);
    }

    [Fact]
    public async Task A_turn_whose_session_vanished_ends_without_noise()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Too late.") with { Trouble = new() { BeforeFirstChunk = TimeSpan.FromMilliseconds(300) } }), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        await core.StartAsync(session, "one");
        await provider.WaitForRequestsAsync(1, Cancel);
        Assert.True(await core.Store.Sessions.DeleteAsync(session, Cancel));
        await TempStore.WaitUntilAsync(async () => (await core.Turns.FindOrphansAsync(Cancel)).Count == 0 && !core.Turns.IsBusy);
        Assert.Empty(core.Core.Log.RecentErrors);
    }

    [Fact]
    public async Task A_turn_of_this_process_that_could_not_store_its_end_goes_on_when_the_store_can_be_written_again()
    {
        // Longer than the room that the file still has.
        var answer = string.Concat(Enumerable.Repeat("After all. ", 30_000));
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says(answer) with { Trouble = new() { BeforeFirstChunk = TimeSpan.FromMilliseconds(300) } }), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        await core.StartAsync(session, "one");
        await provider.WaitForRequestsAsync(1, Cancel);
        // A disk without room, as far as the writer can tell.
        var pages = await core.Store.Database.WriteAsync(c => Sql.Number(c, "PRAGMA page_count"), Cancel);
        await core.Store.Database.WriteAsync(c => Sql.Number(c, $"PRAGMA max_page_count = {pages}"), Cancel);
        await TempStore.WaitUntilAsync(() => Task.FromResult(!core.Turns.IsBusy));
        Assert.Equal(TurnStatus.Running, (await core.Store.Turns.FindOpenAsync(session, Cancel))!.Status);

        await core.Store.Database.WriteAsync(c => Sql.Number(c, "PRAGMA max_page_count = 1000000"), Cancel);
        await core.Core.StartRecoveryAsync(Cancel);
        var events = await core.UntilEndedAsync(session);
        Assert.Equal(EventNames.TurnCompleted, Assert.Single(events, e => EventNames.IsTerminal(e.Event)).Event);
        Assert.Equal(answer, (await core.ItemsAsync(session)).OfType<Reply>().Single().Text);
    }

    private static string PrivateData(TempHome home)
    {
        Directory.CreateDirectory(home.Data);
        return home.Data;
    }
}
