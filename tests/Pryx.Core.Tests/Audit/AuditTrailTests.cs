using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Audit;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Audit;

/// <summary>One asked, answered and finished call, as somebody finds it in the audit log afterwards.</summary>
public sealed class AuditTrailTests
{
    private const string Secret = "sk-abcdefghijklmnopqrstuvwx0123";
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Row(string Action, string Resource, string Actor, JsonElement Details, string Outcome, string? ResultHash, DateTimeOffset At);

    [Fact]
    [Requirement("SEC5", "what")]
    [Requirement("SEC5", "who")]
    [Requirement("SEC5", "when")]
    [Requirement("SEC5", "outcome")]
    [Requirement("SEC5", "approval")]
    [Requirement("NFR-S4", "tool calls")]
    [Requirement("NFR-S4", "approvals")]
    [Requirement("FR1.5", "logs in SQLite")]
    public async Task The_log_says_what_was_done_for_whom_when_with_which_result_and_who_had_allowed_it()
    {
        var time = new FakeTime();
        await using var store = await TempStore.CreateAsync(time);
        var session = await store.NewSessionAsync();
        var begun = await store.Turns.BeginAsync(TempStore.Say(session, "go"), "demo/tour", Cancel);
        var journal = store.Journal(begun.Turn);
        var args = $$"""{"command":"deploy --token {{Secret}}"}""";
        var call = new ToolCall("c1", "shell", "shell.exec", args) { Step = 1 };
        var question = new Approval
        {
            Id = ApprovalId.New(), SessionId = session, TurnId = begun.Turn.Id, CallId = "c1", Kind = ApprovalKind.Tool, Tool = "shell.exec",
            Args = JsonElement.Parse(args), Summary = $"Run deploy --token {Secret}", Reason = "asked", CreatedAt = time.GetUtcNow(),
        };

        await journal.CommitStepAsync(new(1, [call], new("a", "b"), default, null, TimeSpan.Zero, null, null), Cancel);
        await journal.CommitJudgementAsync(call, ToolArguments.Parse(args), question.Summary, new(Decision.Ask, "mode:ask", "asked"), Cancel);
        using var leave = new CancellationTokenSource();
        _ = store.Events.SubscribeAsync(session, 0, canApprove: true, leave.Token);
        var asked = store.Desk.AskAsync(question, Cancel);
        await TempStore.WaitUntilAsync(async () => (await store.Approvals.ListPendingAsync(null, Cancel)).Count > 0);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await store.Desk.AnswerAsync(question.Id, ApprovalAnswer.Approve("cli:alice", GrantDuration.Session), Cancel));
        await asked;
        await journal.CommitStartAsync(call, question.Summary, Cancel);
        time.Advance(TimeSpan.FromSeconds(5));
        await journal.CommitResultAsync(call, new ToolResult("c1", ToolStatus.Completed, $"deployed with {Secret}") { DurationMs = 5000 }, Cancel);

        var rows = await RowsAsync(store);
        Assert.Equal(["tool.judged", "approval.asked", "approval.answered", "tool.started", "tool.completed"], rows.Select(row => row.Action));
        var (judged, answered, completed) = (rows[0], rows[2], rows[4]);
        Assert.Equal(("ask", "model:cli"), (judged.Outcome, judged.Actor));
        Assert.Contains("deploy --token", judged.Details.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(("approved", "cli:alice", question.Id.ToString()), (answered.Outcome, answered.Actor, answered.Resource));
        Assert.Equal("session", answered.Details.GetProperty("scope").GetString());
        Assert.Equal("c1", answered.Details.GetProperty("call_id").GetString());
        Assert.Equal("completed", completed.Outcome);
        Assert.NotNull(completed.ResultHash);
        Assert.Equal(judged.Resource, completed.Resource);
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)), (answered.At - judged.At, completed.At - answered.At));
        Assert.DoesNotContain(rows, row => row.Details.GetRawText().Contains(Secret, StringComparison.Ordinal));
        Assert.Null(await new AuditLog(store.Database).VerifyAsync(Cancel));
    }

    private static Task<List<Row>> RowsAsync(TempStore store) => store.Database.ReadAsync(static c => c.Query(
        "SELECT action, resource_id, actor, details, outcome, result_hash, timestamp FROM audit_log ORDER BY seq",
        static row => new Row(row.GetString(0), row.GetString(1), row.GetString(2), JsonElement.Parse(row.GetString(3)), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.Time(6))), Cancel);
}
