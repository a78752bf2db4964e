using Pryx.Agent.Tools;
using Pryx.Core.Dialogue;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tests.Dialogue;

public sealed class DialogueToolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plan_is_shown_step_by_step_and_touches_nothing()
    {
        var (plan, outcome) = await RunAsync(new PlanTool(), """{"explanation":"why","steps":[{"step":"a","status":"completed"},{"step":"b\nc","status":"in_progress"},{"step":"d","status":"pending"}]}""");
        Assert.Empty(plan.Accesses);
        Assert.Equal(ToolOutcome.Ok("why\n[x] a\n[>] b c\n[ ] d").Text, outcome.Text);
        Assert.Equal(ToolStatus.Completed, outcome.Status);
    }

    [Theory]
    [InlineData("""{}""", "steps")]
    [InlineData("""{"steps":[]}""", "1 to 50")]
    [InlineData("""{"steps":[{"status":"pending"}]}""", "'step'")]
    [InlineData("""{"steps":[{"step":"a","status":"done"}]}""", "'done' is unknown")]
    [InlineData("""{"steps":[{"step":"a","status":"in_progress"},{"step":"b","status":"in_progress"}]}""", "At most one")]
    [InlineData("""{"steps":["a"]}""", "object")]
    public async Task Plan_that_makes_no_sense_is_refused_with_words(string json, string word)
    {
        var e = await Assert.ThrowsAsync<ToolArgumentException>(() => RunAsync(new PlanTool(), json));
        Assert.Contains(word, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_reaches_the_person_and_the_answer_the_model()
    {
        UserQuestion? asked = null;
        var (plan, outcome) = await RunAsync(
            new QuestionTool(), """{"question":" Which? ","choices":["one","two"]}""",
            (question, _) =>
            {
                asked = question;
                return Task.FromResult(ApprovalAnswer.Approve("cli:alice") with { Text = "two" });
            });
        Assert.Empty(plan.Accesses);
        Assert.Equal("Which?", asked!.Question);
        Assert.Equal(["one", "two"], asked.Choices);
        Assert.Equal((ToolStatus.Completed, "two"), (outcome.Status, outcome.Text));
    }

    [Fact]
    public async Task Nobody_there_and_no_answer_are_failures_the_model_can_read()
    {
        var nobody = await RunAsync(new QuestionTool(), """{"question":"?"}""", (_, _) => Task.FromResult(ApprovalAnswer.Deny("nobody") with { IsForWantOfPerson = true }));
        Assert.Equal(ToolStatus.Failed, nobody.Outcome.Status);
        Assert.Contains("Nobody is there", nobody.Outcome.Text, StringComparison.Ordinal);
        var refused = await RunAsync(new QuestionTool(), """{"question":"?"}""", (_, _) => Task.FromResult(ApprovalAnswer.Deny("cli:alice", "find out yourself")));
        Assert.Equal("The user did not answer: find out yourself", refused.Outcome.Text);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"question":" "}""")]
    [InlineData("""{"question":"?","choices":["1","2","3","4","5"]}""")]
    [InlineData("""{"question":"?","choices":"1"}""")]
    [InlineData("""{"question":"?","choices":[""]}""")]
    public async Task Question_that_makes_no_sense_is_refused(string json) =>
        await Assert.ThrowsAsync<ToolArgumentException>(() => RunAsync(new QuestionTool(), json));

    [Fact]
    public async Task Stop_while_waiting_ends_the_question()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            new QuestionTool(), """{"question":"?"}""",
            async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return ApprovalAnswer.Deny("never");
            },
            stop.Token));
    }

    [Fact]
    public void Both_may_run_again_after_a_restart()
    {
        Assert.True(new PlanTool().Definition.IsRepeatable);
        Assert.True(new QuestionTool().Definition.IsRepeatable);
    }

    private static async Task<(ToolPlan Plan, ToolOutcome Outcome)> RunAsync(
        ITool tool, string json, Func<UserQuestion, CancellationToken, Task<ApprovalAnswer>>? ask = null, CancellationToken? cancellationToken = null)
    {
        var context = new ToolContext
        {
            SessionId = default,
            TurnId = default,
            CallId = "c",
            Workspace = "/",
            OutputDirectory = "/",
            AskUserAsync = ask ?? ((_, _) => throw new InvalidOperationException("Nobody should be asked.")),
            Time = TimeProvider.System,
        };
        var arguments = ToolArguments.Parse(json);
        var plan = await tool.PlanAsync(arguments, context, Token);
        return (plan, await tool.InvokeAsync(arguments, plan, context, cancellationToken ?? Token));
    }
}
