using Pryx.Core.Tests.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>A question that nobody answers in time.</summary>
public sealed class ParkTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(150);
    private static readonly ScriptedReply Asks = Calls(("shell_exec", """{"command":"echo made >> made.txt"}"""));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unanswered_turn_is_parked_and_goes_on_with_the_answer_whenever_it_comes()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Asks, Says("Made.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var (session, turn, question) = await ParkedAsync(core);
        await TempStore.WaitUntilAsync(() => Task.FromResult(!core.Turns.IsBusy));

        Assert.True(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:a"), Cancel));
        var events = await core.UntilEndedAsync(session);

        Assert.Equal("made\n", core.Home.Read("made.txt"));
        Assert.Equal([EventNames.TurnStarted, EventNames.TurnParked, EventNames.TurnStarted, EventNames.TurnCompleted], TurnEvents(events));
        Assert.Single(events, e => e.Event == EventNames.ApprovalNeeded);
        Assert.Equal("Made.", (await core.ItemsAsync(session)).OfType<Reply>().Single().Text);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task A_no_that_comes_late_is_told_to_the_model()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Asks, Says("All right.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var (session, _, question) = await ParkedAsync(core);

        Assert.True(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Deny("web:a", "not today"), Cancel));
        await core.UntilEndedAsync(session);

        Assert.False(core.Home.Exists("made.txt"));
        Assert.Contains("not today", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ends_a_parked_turn_and_takes_the_question_back()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Asks), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var (session, turn, question) = await ParkedAsync(core);

        Assert.True(await core.Turns.StopAsync(turn.Id, Cancel));
        var events = await core.UntilEndedAsync(session);
        await TempStore.WaitUntilAsync(() => Task.FromResult(!core.Turns.IsBusy));
        Assert.False(await core.Turns.StopAsync(turn.Id, Cancel));
        Assert.Equal(EventNames.TurnCancelled, events[^1].Event);
        Assert.Equal(TurnStatus.Cancelled, (await core.Store.Turns.FindAsync(turn.Id, Cancel))!.Status);
        Assert.Equal(ToolStatus.Cancelled, (await core.ItemsAsync(session)).OfType<ToolResult>().Single().Status);
        Assert.False(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:late"), Cancel));
        Assert.False(core.Home.Exists("made.txt"));
    }

    [Theory]
    [InlineData(Delivery.Steer, 1)]
    [InlineData(Delivery.Queue, 2)]
    public async Task New_input_answers_the_question_with_no_and_the_session_goes_on(Delivery delivery, int turns)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Asks, Says("Something else, then."), Says("And the next.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var (session, turn, question) = await ParkedAsync(core);

        var second = await core.StartAsync(session, "do something else", delivery);
        await core.UntilEndedAsync(session, turns);

        Assert.Equal(delivery == Delivery.Steer, second.Id == turn.Id);
        Assert.Contains("went on with a new message", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
        Assert.Equal(["go", "do something else"], await core.MessagesAsync(session));
        Assert.False(await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:late"), Cancel));
        Assert.False(core.Home.Exists("made.txt"));
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task Where_a_failed_tool_ends_the_turn_the_call_fails_with_approval_timed_out()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Asks), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();
        var turn = await core.Turns.StartAsync(TempCore.Say(session, "go") with { ApprovalTimeout = Short, EndsOnFailedTool = true }, Cancel);
        await core.UntilEndedAsync(session);

        var ended = (await core.Store.Turns.FindAsync(turn.Id, Cancel))!;
        Assert.Equal((TurnStatus.Failed, "TOOL_FAILED"), (ended.Status, ended.ErrorCode));
        Assert.StartsWith("approval timed out", ended.ErrorMessage, StringComparison.Ordinal);
        Assert.False(core.Home.Exists("made.txt"));
    }

    [Fact]
    public async Task A_parked_question_of_the_model_waits_too_and_takes_the_text()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Calls(("ask_user", """{"question":"Which colour?"}""")), Says("Blue it is.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var (session, _, question) = await ParkedAsync(core);

        await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:a") with { Text = "blue" }, Cancel);
        await core.UntilEndedAsync(session);
        Assert.Equal("blue", provider.ModelRequests[1].Results.Single().Text);
    }

    [Fact]
    public async Task Of_several_calls_those_that_need_nobody_are_done_before_the_turn_is_parked()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("shell_exec", """{"command":"touch one.txt"}"""), ("list_dir", """{"path":"."}"""), ("shell_exec", """{"command":"touch two.txt"}""")), Says("Done.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var (session, _, question) = await ParkedAsync(core);
        Assert.Equal(ToolStatus.Completed, (await core.ItemsAsync(session)).OfType<ToolResult>().Single().Status);

        // The first answer brings the second question, which parks in its turn.
        await core.Store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:a"), Cancel);
        await core.UntilAsync(session, events => events.Count(e => e.Event == EventNames.TurnParked) == 2);
        var next = await core.QuestionAsync(session);
        Assert.NotEqual(question.Id, next.Id);
        await core.Store.Desk.AnswerAsync(next.Id, ApprovalAnswer.Approve("web:a"), Cancel);
        await core.UntilEndedAsync(session);

        Assert.True(core.Home.Exists("one.txt") && core.Home.Exists("two.txt"));
        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task An_answer_that_another_process_stored_is_found_and_a_question_survives_the_restart_with_its_id()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Asks, Says("Made.")), Cancel);
        using var home = new TempHome();
        SessionId session;
        Approval question;
        await using (var first = await TempCore.StartAsync(provider, home))
        {
            using var approver = first.Approver();
            session = await first.NewSessionAsync();
            await first.Turns.StartAsync(TempCore.Say(session, "go"), Cancel);
            question = await first.QuestionAsync(session);
        }

        // Suspended, not withdrawn. Nobody listens at the restart, and yet it is not denied: whoever was asked may come back.
        await using var second = await TempCore.StartAsync(provider, home);
        Assert.Equal(question.Id, (await second.QuestionAsync(session)).Id);
        await second.Core.StartRecoveryAsync(Cancel);
        await second.UntilAsync(session, events => events.Count(e => e.Event == EventNames.ApprovalNeeded) == 2);
        Assert.Equal(question.Id, (await second.QuestionAsync(session)).Id);
        await using (var other = await TempStore.OpenAsync(home.Data))
        {
            Assert.True(await other.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:a"), Cancel));
        }
        await second.UntilEndedAsync(session);
        Assert.Equal("made\n", home.Read("made.txt"));
    }

    private static async Task<(SessionId Session, Turn Turn, Approval Question)> ParkedAsync(TempCore core)
    {
        var session = await core.NewSessionAsync();
        var turn = await core.Turns.StartAsync(TempCore.Say(session, "go") with { ApprovalTimeout = Short }, Cancel);
        var question = await core.QuestionAsync(session);
        await core.UntilAsync(session, events => events.Any(e => e.Event == EventNames.TurnParked));
        Assert.Equal(TurnStatus.Parked, (await core.Store.Turns.FindAsync(turn.Id, Cancel))!.Status);
        Assert.Equal(turn.Id, (await core.Store.Turns.FindOpenAsync(session, Cancel))!.Id);
        return (session, turn, question);
    }

    private static IEnumerable<string> TurnEvents(IEnumerable<PryxEvent> events) => events.Select(e => e.Event).Where(name => name.StartsWith("turn.", StringComparison.Ordinal));
}
