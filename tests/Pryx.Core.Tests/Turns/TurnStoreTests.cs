using System.Text.Json;
using Pryx.Agent.Turns;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Tests.Turns;

public sealed class TurnStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_input_from_a_network_is_taken_once_even_when_sent_at_once()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var input = TempStore.Say(session, "hi") with { Surface = "telegram", ExternalId = "42" };
        var begun = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => store.Turns.BeginAsync(input, "demo/tour", Cancel), Cancel)));
        Assert.Single(begun, static b => b.Outcome == BeginOutcome.Started);
        Assert.Equal(19, begun.Count(static b => b.Outcome == BeginOutcome.AlreadyTaken));
        Assert.Single(begun.Select(static b => b.Turn.Id).Distinct());
        Assert.Single(await store.Sessions.ReadItemsAsync(session, Cancel));

        // Another network may use the same number; it steers the open turn, and is known after that too.
        Assert.Equal(BeginOutcome.Steered, (await store.Turns.BeginAsync(input with { Surface = "slack" }, "demo/tour", Cancel)).Outcome);
        Assert.Equal(BeginOutcome.AlreadyTaken, (await store.Turns.BeginAsync(input with { Surface = "slack" }, "demo/tour", Cancel)).Outcome);
        await store.Journal(begun[0].Turn).CommitEndAsync(new(TurnEnd.Completed, 0, default, null), Cancel);
        Assert.Equal(BeginOutcome.AlreadyTaken, (await store.Turns.BeginAsync(input with { Surface = "slack" }, "demo/tour", Cancel)).Outcome);
    }

    [Fact]
    public async Task Of_many_inputs_at_once_one_begins_the_turn_and_the_others_steer_it()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var begun = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.Turns.BeginAsync(TempStore.Say(session, $"{i}"), "demo/tour", Cancel), Cancel)));
        var turn = Assert.Single(begun, static b => b.Outcome == BeginOutcome.Started).Turn;
        Assert.Equal(19, begun.Count(static b => b.Outcome == BeginOutcome.Steered));
        await store.Journal(turn).TakeSteeringAsync(1, Cancel);
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => $"{i}").Order(), (await store.Sessions.ReadItemsAsync(session, Cancel)).Cast<UserMessage>().Select(static m => m.Text).Order());
    }

    [Fact]
    public async Task An_open_turn_of_a_dead_process_is_reported_and_the_input_not_stored()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        Turn turn;
        await using (var other = await TempStore.OpenAsync(store.Folder))
        {
            turn = (await other.Turns.BeginAsync(TempStore.Say(session, "one"), "demo/tour", Cancel)).Turn;
            Assert.Equal(BeginOutcome.Steered, (await store.Turns.BeginAsync(TempStore.Say(session, "two"), "demo/tour", Cancel)).Outcome);
        }
        var begun = await store.Turns.BeginAsync(TempStore.Say(session, "three"), "demo/tour", Cancel);
        Assert.Equal((BeginOutcome.Orphaned, turn.Id), (begun.Outcome, begun.Turn.Id));
        Assert.Equal(2, await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM inputs"), Cancel));

        Assert.True(await store.Turns.ClaimAsync(turn.Id, Cancel));
        var journal = store.Journal(turn);
        Assert.True(await journal.TakeSteeringAsync(1, Cancel));
        await journal.CommitEndAsync(new(TurnEnd.Completed, 1, default, null), Cancel);
        Assert.Equal(BeginOutcome.Started, (await store.Turns.BeginAsync(TempStore.Say(session, "three"), "demo/tour", Cancel)).Outcome);
    }

    [Fact]
    public async Task Of_many_who_claim_an_orphan_one_gets_it()
    {
        await using var store = await TempStore.CreateAsync();
        await using var other = await TempStore.OpenAsync(store.Folder);
        var session = await store.NewSessionAsync();
        Turn turn;
        await using (var dead = await TempStore.OpenAsync(store.Folder))
        {
            turn = (await dead.Turns.BeginAsync(TempStore.Say(session, "one"), "demo/tour", Cancel)).Turn;
        }
        var claims = await Task.WhenAll(Task.Run(() => store.Turns.ClaimAsync(turn.Id, Cancel), Cancel), Task.Run(() => other.Turns.ClaimAsync(turn.Id, Cancel), Cancel));
        Assert.Single(claims, static won => won);
    }

    [Fact]
    public async Task The_request_is_remembered_without_the_words()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var request = TempStore.Say(session, "secret words") with
        {
            Attachments = [new("image/png", "AAAA")], Model = "a/b", Policy = "ask", Allow = ["shell.exec(git *)"], ApproveAll = true, MaxSteps = 7, MaxCostUsd = 1.5m,
            Timeout = TimeSpan.FromMinutes(3), OutputSchema = JsonElement.Parse("""{"type":"object"}"""), Principal = "alice",
        };
        var turn = (await store.Turns.BeginAsync(request, "a/b", Cancel)).Turn;
        var read = (await store.Turns.ReadRequestAsync(turn.Id, Cancel))!;
        Assert.Equal(
            JsonSerializer.Serialize(request with { Text = null, Attachments = [] }, ProtocolJson.Default.StartTurn),
            JsonSerializer.Serialize(read, ProtocolJson.Default.StartTurn));
        Assert.Equal(turn, await store.Turns.FindAsync(turn.Id, Cancel));
        Assert.Null(await store.Turns.ReadRequestAsync(TurnId.New(), Cancel));
    }

    [Theory]
    [InlineData("  Fix the bug\nplease", "Fix the bug")]
    [InlineData("", "Session")]
    [InlineData("123456789 123456789 123456789 123456789 123456789 1234567890", "123456789 123456789 123456789 123456789 123456789 1234567890")]
    [InlineData("123456789 123456789 123456789 123456789 123456789 1234567890x", "123456789 123456789 123456789 123456789 123456789 123456789…")]
    public async Task The_first_line_of_the_first_message_is_the_title(string text, string title)
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        await store.NewTurnAsync(session, text);
        Assert.Equal(title, (await store.Sessions.FindAsync(session, Cancel))!.Title);
    }

    [Fact]
    public async Task A_title_that_was_given_stays()
    {
        await using var store = await TempStore.CreateAsync();
        var session = (await store.Sessions.CreateAsync(new() { Title = "Mine" }, Cancel)).Id;
        await store.NewTurnAsync(session, "Hello");
        Assert.Equal("Mine", (await store.Sessions.FindAsync(session, Cancel))!.Title);
        Assert.NotNull(await store.Sessions.ChangeAsync(session, new() { Title = "Other" }, Cancel));
        Assert.Equal("Other", (await store.Sessions.FindAsync(session, Cancel))!.Title);
    }

    [Fact]
    public async Task A_turn_in_no_session_is_a_clear_error_and_stores_nothing()
    {
        await using var store = await TempStore.CreateAsync();
        var error = await Assert.ThrowsAsync<PryxException>(() => store.Turns.BeginAsync(TempStore.Say(SessionId.New(), "hi"), "demo/tour", Cancel));
        Assert.Equal("SESSION_NOT_FOUND", error.Code);
        Assert.Equal(0, await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM turns"), Cancel));
    }

    [Fact]
    public void An_owner_lives_until_its_lock_is_free()
    {
        var folder = TempStore.NewFolder();
        try
        {
            using var me = OwnerLock.Take(folder);
            var other = OwnerLock.Take(folder);
            Assert.True(me.IsAlive(me.Name));
            Assert.True(me.IsAlive(other.Name));
            Assert.False(me.IsAlive(null));
            Assert.False(me.IsAlive(Guid.NewGuid().ToString("N")));
            Assert.False(me.IsAlive("../../etc/passwd"));
            other.Dispose();
            Assert.False(me.IsAlive(other.Name));
            File.WriteAllText(Path.Combine(folder, "run", $"{Guid.NewGuid():N}.lock"), "");
            me.CleanUp();
            Assert.Single(Directory.GetFiles(Path.Combine(folder, "run")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
