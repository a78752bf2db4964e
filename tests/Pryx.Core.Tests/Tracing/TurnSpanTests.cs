using Pryx.Agent.Policy;
using Pryx.Agent.Turns;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tracing;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Core.Tests.Tracing;

/// <summary>What a turn leaves in its trace, commit by commit.</summary>
public sealed class TurnSpanTests
{
    private static readonly ModelRef Model = new("google", "gemini-2.5-pro");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("P5", "every action traced locally")]
    public async Task A_turn_its_steps_model_calls_and_tool_calls_are_one_tree()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        var turn = (await store.Turns.FindOpenAsync(session, Cancel))!;
        var (a, b) = (Call("c1", "filesystem.read"), Call("c2", "shell.exec"));
        await journal.CommitStepAsync(Step(1, a, b), Cancel);
        await journal.CommitStartAsync(a, "x", Cancel);
        await journal.CommitResultAsync(a, new ToolResult("c1", ToolStatus.Completed, "secret output"), Cancel);
        Assert.Null((await Spans(store, turn.Id))["step 1"].Duration);
        // Denied: it never began.
        await journal.CommitJudgementAsync(b, null, "x", new(Decision.Deny, "floor", "no"), Cancel);
        await journal.CommitResultAsync(b, new ToolResult("c2", ToolStatus.Denied, "no") { DurationMs = 3 }, Cancel);
        await journal.CommitStepAsync(Step(2, new Reply("done")), Cancel);
        await journal.CommitEndAsync(new(TurnEnd.Completed, 2, new(20, 10, 4, 2, 2), 0.02m), Cancel);

        var tree = TraceTree.Of(await new SpanStore(store.Database).ReadTraceAsync(turn.Id, Cancel));
        Assert.Equal((turn.Id.Value.ToString("N"), session, 7), (tree.TraceId, tree.SessionId, tree.SpanCount));
        var root = Assert.Single(tree.Spans);
        Assert.Equal(["step 1", "step 2"], root.Children.Select(child => child.Name));
        Assert.Equal(["chat gemini-2.5-pro", "execute_tool filesystem.read", "execute_tool shell.exec"], root.Children[0].Children.Select(child => child.Name).Order());
        Assert.Equal(["chat gemini-2.5-pro"], root.Children[1].Children.Select(child => child.Name));
        Assert.Equal(("invoke_agent pryx", "ok", "completed", 2, 20L, 10L, 0.02m), (root.Name, root.Status, root.Attributes.Outcome, root.Attributes.Steps, root.Attributes.InputTokens, root.Attributes.OutputTokens, root.Attributes.CostUsd));
        var denied = root.Children[0].Children.Single(child => child.Attributes.CallId == "c2");
        Assert.Equal(("error", "denied", "denied"), (denied.Status, denied.Error, denied.Attributes.ToolStatus));
        Assert.All(Flat(root), span => Assert.NotNull(span.DurationMs));
        Assert.All(Flat(root), span => Assert.Equal(session.ToString(), span.Attributes.Conversation));
        var chat = root.Children[0].Children.Single(child => child.Kind == SpanKinds.Model).Attributes;
        Assert.Equal(("chat", "gcp.gemini", "gemini-2.5-pro", 10L, 5L), (chat.Operation, chat.Provider, chat.Model, chat.InputTokens, chat.OutputTokens));
        Assert.Equal(["stop"], chat.FinishReasons!);
    }

    [Fact]
    public async Task A_turn_that_another_process_goes_on_with_goes_on_in_its_trace_and_every_span_gets_its_end()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        var turn = (await store.Turns.FindOpenAsync(session, Cancel))!;
        var call = Call("c1", "shell.exec");
        await journal.CommitStepAsync(Step(1, call), Cancel);
        await journal.CommitStartAsync(call, "x", Cancel);
        var open = await Spans(store, turn.Id);
        Assert.All((string[])["invoke_agent pryx", "step 1", "execute_tool shell.exec"], name => Assert.Null(open[name].Duration));

        await using var other = await TempStore.OpenAsync(store.Folder);
        await store.Database.WriteAsync(static c => c.Execute("UPDATE turns SET owner = 'somebodydead'"), Cancel);
        Assert.True(await other.Turns.ClaimAsync(turn.Id, Cancel));
        await other.Journal(turn).CommitResultAsync(call, new ToolResult("c1", ToolStatus.Interrupted, "interrupted"), Cancel);
        await other.Journal(turn).CommitEndAsync(new(TurnEnd.Completed, 1, default, null), Cancel);

        var ended = await Spans(store, turn.Id);
        Assert.Equal(open.Keys.Order(), ended.Keys.Order());
        Assert.All(ended.Values, span => Assert.NotNull(span.Duration));
        Assert.All(ended.Values, span => Assert.Equal(open[span.Name].SpanId, span.SpanId));
        Assert.Equal("interrupted", ended["execute_tool shell.exec"].Error);
    }

    [Fact]
    public async Task A_model_call_that_fails_for_good_is_a_span_with_its_error()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        var turn = (await store.Turns.FindOpenAsync(session, Cancel))!;
        await journal.TakeSteeringAsync(0, Cancel);
        await journal.CommitEndAsync(new(TurnEnd.Failed, 0, default, null) { Code = "PROVIDER_RATE_LIMITED", Message = "the provider's words" }, Cancel);

        var spans = await Spans(store, turn.Id);
        Assert.Equal(["chat tour", "invoke_agent pryx", "step 1"], spans.Keys.Order());
        Assert.All(spans.Values, span => Assert.Equal(("PROVIDER_RATE_LIMITED", "PROVIDER_RATE_LIMITED"), (span.Error, span.Attributes.ErrorType)));
    }

    [Fact]
    public async Task The_time_an_approval_waits_is_a_span()
    {
        var time = new FakeTime();
        await using var store = await TempStore.CreateAsync(time);
        var session = await store.NewSessionAsync();
        await store.NewTurnAsync(session);
        var turn = (await store.Turns.FindOpenAsync(session, Cancel))!;
        var question = new Approval { Id = ApprovalId.New(), SessionId = session, TurnId = turn.Id, CallId = "c1", Kind = ApprovalKind.Tool, Tool = "shell.exec", Summary = "rm x", Reason = "why", CreatedAt = time.GetUtcNow() };
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        _ = store.Events.SubscribeAsync(session, 0, canApprove: true, listening.Token);
        var asked = store.Desk.AskAsync(question, Cancel);
        await TempStore.WaitUntilAsync(async () => (await store.Approvals.ListPendingAsync(session, Cancel)).Count == 1);
        Assert.Null((await Spans(store, turn.Id))["approval shell.exec"].Duration);
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.True(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Deny("me", "no"), Cancel));
        await asked;

        var span = (await Spans(store, turn.Id))["approval shell.exec"];
        Assert.Equal((TimeSpan.FromSeconds(7), "denied", "once"), (span.Duration, span.Attributes.Approval, span.Attributes.ApprovalScope));
        await listening.CancelAsync();
    }

    [Fact]
    [Requirement("TEL5", "prompts")]
    public async Task What_a_model_writes_where_a_name_belongs_is_not_kept()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session, "canary-prompt");
        var call = new ToolCall("canary id with spaces", "canary says hello", "canary says hello", """{"canary":"canary"}""") { Step = 1 };
        await journal.CommitStepAsync(Step(1, new Reasoning("canary"), new Reply("canary"), call) with { FinishReason = "the canary stopped", RequestId = "canary\nid" }, Cancel);
        await journal.CommitJudgementAsync(call, null, "canary", new(Decision.Deny, "floor", "no"), Cancel);
        await journal.CommitResultAsync(call, new ToolResult(call.CallId, ToolStatus.Failed, "canary"), Cancel);
        await journal.CommitEndAsync(new(TurnEnd.Failed, 1, default, null) { Code = "TOOL_FAILED", Message = "canary" }, Cancel);

        var rows = await store.Database.ReadAsync(static c => c.Query("SELECT name || attributes || COALESCE(error, '') FROM spans", static r => r.GetString(0)), Cancel);
        Assert.Equal(4, rows.Count);
        Assert.DoesNotContain(rows, row => row.Contains("canary", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_deleted_session_takes_its_traces_with_it()
    {
        await using var store = await TempStore.CreateAsync();
        var (kept, gone) = (await store.NewSessionAsync(), await store.NewSessionAsync());
        foreach (var session in (SessionId[])[kept, gone])
        {
            var journal = await store.NewTurnAsync(session);
            await journal.CommitStepAsync(Step(1, new Reply("x")), Cancel);
            await journal.CommitEndAsync(new(TurnEnd.Completed, 1, default, null), Cancel);
        }
        await store.Sessions.DeleteAsync(gone, Cancel);
        var left = await store.Database.ReadAsync(static c => c.Query("SELECT DISTINCT session_id FROM spans", static r => r.GetString(0)), Cancel);
        Assert.Equal([kept.ToString()], left);
    }

    private static ToolCall Call(string id, string tool) => new(id, tool, tool, "{}") { Step = 1 };

    private static StepRecord Step(int step, params Item[] items) =>
        new(step, items, Model, new TokenUsage(10, 5, 2, 1, 1), 0.01m, TimeSpan.FromMilliseconds(7), "stop", "req-1");

    private static async Task<Dictionary<string, Span>> Spans(TempStore store, TurnId turn) =>
        (await new SpanStore(store.Database).ReadTraceAsync(turn, Cancel)).ToDictionary(span => span.Name);

    private static IEnumerable<TraceSpan> Flat(TraceSpan span) => span.Children.SelectMany(Flat).Prepend(span);
}
