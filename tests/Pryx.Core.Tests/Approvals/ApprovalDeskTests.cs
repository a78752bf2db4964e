using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Turns;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Approvals;

public sealed class ApprovalDeskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("SEC6", "first answer wins")]
    [Requirement("ARC3", "approval.needed")]
    [Requirement("ARC3", "approval.resolved")]
    public async Task The_first_of_fifty_answers_counts_and_all_others_learn_that_they_came_late()
    {
        await using var store = await TempStore.CreateAsync();
        var (question, _) = await QuestionAsync(store);
        using var approver = Approver(store, question.SessionId);
        var asked = store.Desk.AskAsync(question, Cancel);
        await PendingAsync(store);
        var won = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            () => store.Desk.AnswerAsync(question.Id, i % 2 == 0 ? ApprovalAnswer.Approve($"cli:{i}") : ApprovalAnswer.Deny($"cli:{i}"), Cancel), Cancel)));
        var answer = await asked;
        Assert.Single(won, static w => w);
        Assert.Equal($"cli:{Array.IndexOf(won, true)}", answer.AnsweredBy);
        var record = Assert.Single((await store.Sessions.ReadItemsAsync(question.SessionId, Cancel)).OfType<ApprovalRecord>());
        Assert.Equal((question.Id, answer.Approved, answer.AnsweredBy), (record.ApprovalId, record.Approved, record.AnsweredBy));
        Assert.Equal([EventNames.ApprovalNeeded, EventNames.ApprovalResolved], await ApprovalEventsAsync(store));
        Assert.Empty(await store.Approvals.ListPendingAsync(null, Cancel));
    }

    [Fact]
    public async Task After_a_restart_a_question_waits_for_the_surfaces_to_come_back()
    {
        await using var store = await TempStore.CreateAsync();
        var (question, _) = await QuestionAsync(store);
        store.Desk.ExpectReturn();
        var asked = store.Desk.AskAsync(question, Cancel);
        Assert.Empty(await store.Approvals.ListPendingAsync(null, Cancel));
        Assert.False(asked.IsCompleted);

        using var approver = Approver(store, question.SessionId);
        await PendingAsync(store);
        Assert.True(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:a"), Cancel));
        Assert.True((await asked).Approved);
    }

    [Fact]
    public async Task Without_anybody_who_may_approve_it_is_denied_at_once_and_recorded()
    {
        await using var store = await TempStore.CreateAsync();
        var (question, _) = await QuestionAsync(store);
        _ = store.Events.SubscribeAsync(question.SessionId, 0, canApprove: false, Cancel);
        var answer = await store.Desk.AskAsync(question, Cancel);
        Assert.Equal((false, true), (answer.Approved, answer.IsForWantOfPerson));
        Assert.Equal("denied", (await store.Approvals.FindAsync(question.Id, Cancel))!.State);
        Assert.Single((await store.Sessions.ReadItemsAsync(question.SessionId, Cancel)).OfType<ApprovalRecord>());
        Assert.Equal([EventNames.ApprovalResolved], await ApprovalEventsAsync(store));

        // Nobody's word: with a person there it is asked anew.
        using var approver = Approver(store, question.SessionId);
        var again = question with { Id = ApprovalId.New() };
        var asked = store.Desk.AskAsync(again, Cancel);
        await PendingAsync(store);
        Assert.True(await store.Desk.AnswerAsync(again.Id, ApprovalAnswer.Approve("cli:a"), Cancel));
        Assert.True((await asked).Approved);
    }

    [Fact]
    public async Task A_question_asked_again_after_a_restart_is_the_same_one_and_takes_the_answer_given_meanwhile()
    {
        await using var store = await TempStore.CreateAsync();
        var (question, _) = await QuestionAsync(store);
        await store.Approvals.AskAsync(question, Cancel);

        using var approver = Approver(store, question.SessionId);
        var asked = store.Desk.AskAsync(question with { Id = ApprovalId.New() }, Cancel);
        Assert.Equal(question.Id, (await PendingAsync(store)).Id);
        Assert.True(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:a", GrantDuration.Session), Cancel));
        Assert.Equal("cli:a", (await asked).AnsweredBy);
        // And once more: the answer stands.
        Assert.Equal("cli:a", (await store.Desk.AskAsync(question with { Id = ApprovalId.New() }, Cancel)).AnsweredBy);
        Assert.Equal(("approved", "session"), await store.Database.ReadAsync(static c => c.First("SELECT status, approval_scope FROM tool_calls", static r => (r.GetString(0), r.GetString(1))), Cancel));
    }

    [Fact]
    public async Task An_answer_is_bound_to_the_exact_arguments()
    {
        await using var store = await TempStore.CreateAsync();
        var (question, _) = await QuestionAsync(store);
        using var approver = Approver(store, question.SessionId);
        await store.Approvals.AskAsync(question, Cancel);
        var changed = question with { Id = ApprovalId.New(), Args = JsonElement.Parse("""{"command":"rm -rf /"}""") };
        var asked = store.Desk.AskAsync(changed, Cancel);
        await TempStore.WaitUntilAsync(async () => (await store.Approvals.FindAsync(changed.Id, Cancel)) is not null);
        Assert.Equal("withdrawn", (await store.Approvals.FindAsync(question.Id, Cancel))!.State);
        Assert.False(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:a"), Cancel));
        Assert.False(asked.IsCompleted);
        await store.Desk.AnswerAsync(changed.Id, ApprovalAnswer.Deny("cli:a"), Cancel);
        Assert.False((await asked).Approved);

        // The same arguments in another order of keys and with other spaces are the same.
        var (first, _) = await QuestionAsync(store, """{"a":1,"b":[1,2]}""");
        await store.Approvals.AskAsync(first, Cancel);
        Assert.True(await store.Desk.AnswerAsync(first.Id, ApprovalAnswer.Approve("cli:b"), Cancel));
        using var another = Approver(store, first.SessionId);
        Assert.Equal("cli:b", (await store.Desk.AskAsync(first with { Id = ApprovalId.New(), Args = JsonElement.Parse("""{ "b": [1, 2], "a": 1 }""") }, Cancel)).AnsweredBy);
    }

    [Fact]
    public async Task An_unanswered_question_expires_into_a_denial()
    {
        var time = new FakeTime();
        await using var store = await TempStore.CreateAsync(time);
        var (question, _) = await QuestionAsync(store);
        using var approver = Approver(store, question.SessionId);
        var asked = store.Desk.AskAsync(question with { CreatedAt = time.GetUtcNow(), ExpiresAt = time.GetUtcNow() + TimeSpan.FromSeconds(90) }, Cancel);
        while (!asked.IsCompleted)
        {
            await Task.WhenAny(asked, time.WaitForTimerAsync(Cancel));
            time.Advance(TimeSpan.FromMilliseconds(500));
        }
        Assert.Equal((false, true), ((await asked).Approved, (await asked).IsTimedOut));
        Assert.InRange(time.GetUtcNow() - new FakeTime().GetUtcNow(), TimeSpan.FromSeconds(90), TimeSpan.FromDays(1));
        Assert.Equal("expired", (await store.Approvals.FindAsync(question.Id, Cancel))!.State);
        Assert.False(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:late"), Cancel));
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_question_and_the_end_of_the_turn_takes_it_back()
    {
        await using var store = await TempStore.CreateAsync();
        var (question, journal) = await QuestionAsync(store);
        using var approver = Approver(store, question.SessionId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = store.Desk.AskAsync(question, stop.Token);
        await PendingAsync(store);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal("pending", (await store.Approvals.FindAsync(question.Id, Cancel))!.State);

        await journal.CommitEndAsync(new(TurnEnd.Cancelled, 1, default, null), Cancel);
        Assert.Equal("withdrawn", (await store.Approvals.FindAsync(question.Id, Cancel))!.State);
        Assert.Equal([EventNames.ApprovalNeeded, EventNames.ApprovalResolved], await ApprovalEventsAsync(store));
        Assert.False(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:late"), Cancel));
    }

    [Fact]
    public async Task An_answer_given_in_another_process_is_found()
    {
        await using var store = await TempStore.CreateAsync();
        await using var other = await TempStore.OpenAsync(store.Folder);
        var (question, _) = await QuestionAsync(store);
        using var approver = Approver(store, question.SessionId);
        var asked = store.Desk.AskAsync(question, Cancel);
        await PendingAsync(store);
        Assert.True(await other.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("web:bob"), Cancel));
        Assert.Equal("web:bob", (await asked).AnsweredBy);
    }

    private static async Task<(Approval Question, StoredTurnJournal Journal)> QuestionAsync(TempStore store, string args = """{"command":"ls"}""")
    {
        var session = await store.NewSessionAsync();
        var begun = await store.Turns.BeginAsync(TempStore.Say(session, "go"), "demo/tour", Cancel);
        var journal = store.Journal(begun.Turn);
        var call = new ToolCall("c1", "shell", "shell.exec", args) { Step = 1 };
        await journal.CommitStepAsync(new(1, [call], new("a", "b"), default, null, TimeSpan.Zero, null, null), Cancel);
        await journal.CommitJudgementAsync(call, null, "ls", new(Decision.Ask, "mode:ask", "asked"), Cancel);
        return (new Approval
        {
            Id = ApprovalId.New(), SessionId = session, TurnId = begun.Turn.Id, CallId = "c1", Kind = ApprovalKind.Tool, Tool = "shell.exec",
            Args = JsonElement.Parse(args), Summary = "Run ls", Reason = "asked", CreatedAt = store.Database.Time.GetUtcNow(),
        }, journal);
    }

    private static CancellationTokenSource Approver(TempStore store, SessionId session)
    {
        var leave = new CancellationTokenSource();
        _ = store.Events.SubscribeAsync(session, 0, canApprove: true, leave.Token);
        return leave;
    }

    private static async Task<Approval> PendingAsync(TempStore store)
    {
        await TempStore.WaitUntilAsync(async () => (await store.Approvals.ListPendingAsync(null, Cancel)).Count > 0);
        return (await store.Approvals.ListPendingAsync(null, Cancel))[0];
    }

    private static Task<List<string>> ApprovalEventsAsync(TempStore store) => store.Database.ReadAsync(
        static c => c.Query("SELECT event FROM events WHERE event LIKE 'approval.%' ORDER BY version", static r => r.GetString(0)), Cancel);
}
