using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Turns;

public sealed class TurnRunnerTests
{
    private static readonly string[] OneCall = ["call: look {}", "Completed: done", "reply: I looked."];

    [Fact]
    public async Task A_turn_goes_on_until_the_model_calls_no_tool()
    {
        using var bench = new TurnBench();
        bench.Tools.Add(new FakeTool("look"));

        var outcome = await bench.RunAsync(new ScriptedModel(Calls(("look", "{}")), Says("I ", "looked.")));

        Assert.Equal(OneCall, bench.Story);
        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Equal(2, outcome.Steps);
        Assert.Equal(new TokenUsage(200, 20), outcome.Usage);
        Assert.Equal((200 * 1m + 20 * 2m) / 1_000_000, outcome.CostUsd);
    }

    [Fact]
    [Requirement("SEC3", "argument validation")]
    [Requirement("T6.7", "tool")]
    [Requirement("CHAT-M", "tool failure does not break chat")]
    public async Task Every_call_gets_exactly_one_result_in_the_models_order_whatever_happens_to_it()
    {
        using var bench = new TurnBench();
        bench.Tools.AddRange([
            new FakeTool("slow", async (_, token) => { await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, token); return ToolOutcome.Ok("slow"); }),
            new FakeTool("crash", (_, _) => throw new InvalidOperationException("boom")),
            new FakeTool("fine"),
        ]);
        var model = new ScriptedModel(
            new ScriptedReply
            {
                Calls = [new("slow", "{}", "a"), new("crash", "{}", "b"), new("nothing", "{}", "c"), new("fine", "{not json", "d"), new("fine", "{}", "e")],
            },
            Says("ok"));

        await bench.RunAsync(model);

        Assert.Equal(["a", "b", "c", "d", "e"], bench.Results.Select(result => result.CallId).Order());
        var seen = model.Requests[1].Messages.SelectMany(message => message.Contents).OfType<Microsoft.Extensions.AI.FunctionResultContent>().ToList();
        Assert.Equal(["a", "b", "c", "d", "e"], seen.Select(result => result.CallId));
        Assert.Equal("slow", seen[0].Result);
        Assert.Contains("boom", seen[1].Result as string);
        Assert.Contains("no tool named 'nothing'", seen[2].Result as string);
        Assert.Contains("not valid JSON", seen[3].Result as string);
        Assert.Equal("done", seen[4].Result);
    }

    [Fact]
    public async Task Denied_call_is_answered_to_the_model_and_the_turn_goes_on()
    {
        using var bench = new TurnBench();
        var tool = new FakeTool("delete");
        bench.Tools.Add(tool);
        bench.Policy = _ => new(Decision.Deny, "test", "no deleting");

        var outcome = await bench.RunAsync(new ScriptedModel(Calls(("delete", "{}")), Says("I could not.")));

        Assert.Equal(["call: delete {}", "Denied: Denied by policy: no deleting", "reply: I could not."], bench.Story);
        Assert.Equal(0, tool.Runs);
        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Equal(0, outcome.DeniedForWantOfPerson);
    }

    [Fact]
    [Requirement("FR1.6", "every tool call evaluated")]
    [Requirement("G5", "every sensitive tool call is judged")]
    public async Task Every_call_is_judged_with_the_arguments_it_then_runs_with()
    {
        using var bench = new TurnBench();
        var tools = new[] { new FakeTool("look"), new FakeTool("write"), new FakeTool("shell") };
        bench.Tools.AddRange(tools);
        var judged = new System.Collections.Concurrent.ConcurrentQueue<string>();
        bench.Policy = request =>
        {
            // Had it run before, it would have been seen.
            Assert.DoesNotContain(tools.SelectMany(tool => tool.Seen), seen => request.Plan.Summary.EndsWith(seen, StringComparison.Ordinal));
            judged.Enqueue(request.Plan.Summary);
            return new(Decision.Allow, "test", "test");
        };

        await bench.RunAsync(new ScriptedModel(
            Calls(("look", """{"n":1}"""), ("lookAlias", """{"n":2}"""), ("write", """{"n":3}""")),
            Calls(("shell", """{"n":4}"""), ("shell", """{"n":5}""")),
            Says("ok")));

        Assert.Equal(5, tools.Sum(tool => tool.Runs));
        Assert.Equal(tools.SelectMany(tool => tool.Seen.Select(seen => $"{tool.Definition.WireName} {seen}")).Order(), judged.Order());
    }

    [Fact]
    public async Task A_policy_that_throws_denies()
    {
        using var bench = new TurnBench();
        var tool = new FakeTool("delete");
        bench.Tools.Add(tool);
        bench.Policy = _ => throw new InvalidOperationException("broken file");

        await bench.RunAsync(new ScriptedModel(Calls(("delete", "{}")), Says("ok")));

        Assert.Equal(0, tool.Runs);
        Assert.Contains("could not be evaluated: broken file", bench.Story[1]);
    }

    [Fact]
    [Requirement("P4", "approval for sensitive operations")]
    public async Task An_asked_call_does_not_run_before_the_answer_and_runs_once_after_it()
    {
        using var bench = new TurnBench();
        var tool = new FakeTool("write");
        bench.Tools.Add(tool);
        bench.Policy = _ => new(Decision.Ask, "test", "because");
        var runsWhenAsked = -1;
        bench.Approvals.Answer = (_, _) =>
        {
            runsWhenAsked = tool.Runs;
            return Task.FromResult(ApprovalAnswer.Approve("alice"));
        };

        await bench.RunAsync(new ScriptedModel(Calls(("write", """{"a":1}""")), Says("ok")));

        Assert.Equal(0, runsWhenAsked);
        Assert.Equal(1, tool.Runs);
        Assert.Equal("""{"a":1}""", bench.Approvals.Asked.Single().Args?.GetRawText());
    }

    [Fact]
    public async Task Nobody_to_ask_is_counted_and_told_to_the_model()
    {
        using var bench = new TurnBench();
        bench.Tools.Add(new FakeTool("write"));
        bench.Policy = _ => new(Decision.Ask, "test", "it writes");

        var outcome = await bench.RunAsync(new ScriptedModel(Calls(("write", "{}")), Says("ok")));

        Assert.Equal(1, outcome!.DeniedForWantOfPerson);
        Assert.Contains("nobody can be asked (it writes)", bench.Story[1]);
    }

    [Fact]
    public async Task A_grant_on_the_first_card_settles_the_second_call_of_the_same_step()
    {
        using var bench = new TurnBench();
        bench.Tools.Add(new FakeTool("write"));
        var isGranted = false;
        bench.Policy = _ => new(isGranted ? Decision.Allow : Decision.Ask, "test", "it writes");
        bench.Approvals.Answer = async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
            isGranted = true;
            return ApprovalAnswer.Approve("alice", GrantDuration.Session);
        };

        await bench.RunAsync(new ScriptedModel(Calls(("write", """{"n":1}"""), ("write", """{"n":2}""")), Says("ok")));

        Assert.Single(bench.Approvals.Asked);
        Assert.Equal(2, bench.Results.Count(result => result.Status == ToolStatus.Completed));
    }

    [Fact]
    public async Task Edited_arguments_are_judged_again_and_the_model_is_told()
    {
        using var bench = new TurnBench();
        var tool = new FakeTool("write");
        bench.Tools.Add(tool);
        bench.Policy = request => request.Plan.Summary.Contains("secret", StringComparison.Ordinal)
            ? new(Decision.Deny, "test", "secret") : new(Decision.Ask, "test", "it writes");
        var edits = new Queue<string>(["""{"path":"secret"}""", """{"path":"fine"}"""]);
        bench.Approvals.Answer = (_, _) => Task.FromResult(ApprovalAnswer.Approve("alice") with { EditedArgs = System.Text.Json.JsonElement.Parse(edits.Dequeue()) });

        await bench.RunAsync(new ScriptedModel(Calls(("write", """{"path":"a"}""")), Says("ok")));

        Assert.Equal(0, tool.Runs);
        Assert.Contains("Denied by policy: secret", bench.Story[1]);
    }

    [Fact]
    public async Task Independent_calls_of_a_step_run_together()
    {
        using var bench = new TurnBench();
        using var both = new CountdownEvent(2);
        // Each waits for the other: one after the other would never end.
        bench.Tools.Add(new FakeTool("wait", (_, token) => Task.Run(() =>
        {
            both.Signal();
            both.Wait(token);
            return ToolOutcome.Ok("met");
        }, token)));

        await bench.RunAsync(new ScriptedModel(Calls(("wait", """{"n":1}"""), ("wait", """{"n":2}""")), Says("ok")));

        Assert.Equal(2, bench.Results.Count(result => result.Output == "met"));
    }

    [Fact]
    public async Task A_command_waits_for_the_edit_before_it_in_the_same_step()
    {
        using var bench = new TurnBench();
        var order = new List<string>();
        bench.Tools.Add(new FakeTool("edit", async (_, token) => { await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, token); order.Add("edit"); return ToolOutcome.Ok(""); }) { Accesses = [new(AccessKind.Write, "/w/a.cs")] });
        bench.Tools.Add(new FakeTool("test", (_, _) => { order.Add("test"); return Task.FromResult(ToolOutcome.Ok("")); }) { Accesses = [new(AccessKind.Execute, "make test")] });

        await bench.RunAsync(new ScriptedModel(Calls(("edit", "{}"), ("test", "{}")), Says("ok")));

        Assert.Equal(["edit", "test"], order);
    }

    [Fact]
    public async Task Steering_reaches_the_next_step_and_keeps_a_finished_turn_going()
    {
        using var bench = new TurnBench();
        bench.Tools.Add(new FakeTool("look", (_, _) => { bench.Journal.Steer("and hurry"); return Task.FromResult(ToolOutcome.Ok("seen")); }));
        var model = new ScriptedModel(request =>
        {
            if (request.Number == 2)
            {
                bench.Journal.Steer("one more thing");
            }
            return request.Number switch { 1 => Calls(("look", "{}")), 2 => Says("done"), _ => Says("really done") };
        });

        await bench.RunAsync(model);

        Assert.Equal(["call: look {}", "Completed: seen", "user: and hurry", "reply: done", "user: one more thing", "reply: really done"], bench.Story);
    }

    [Fact]
    public async Task Stop_ends_the_turn_with_one_terminal_event_and_a_result_for_every_call()
    {
        using var bench = new TurnBench();
        bench.Tools.Add(new FakeTool("forever", async (_, token) => { bench.Stop(); await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token); return ToolOutcome.Ok(""); }));

        var outcome = await bench.RunAsync(new ScriptedModel(Calls(("forever", "{}"), ("forever", "{}"))));

        Assert.Equal((TurnEnd.Cancelled, "STOPPED"), (outcome!.End, outcome.Code));
        Assert.Single(bench.Journal.Ends);
        Assert.All(bench.Results, result => Assert.Equal(ToolStatus.Cancelled, result.Status));
        Assert.Equal(2, bench.Results.Count());
    }

    [Fact]
    public async Task Stop_while_the_model_speaks_keeps_what_it_had_said()
    {
        using var bench = new TurnBench();
        var model = new ScriptedModel(_ => new ScriptedReply { Text = ["half a "], Hangs = true });
        bench.Journal.BeforeWrite = static _ => { };
        var running = bench.RunAsync(model);
        while (bench.Journal.ProgressSeen.Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        bench.Stop();

        var outcome = await running;

        Assert.Equal(TurnEnd.Cancelled, outcome!.End);
        Assert.Equal(["partial: half a "], bench.Story);
    }

    [Fact]
    public async Task Suspending_writes_no_terminal_event_and_the_next_runner_goes_on()
    {
        using var bench = new TurnBench();
        bench.Tools.Add(new FakeTool("forever", async (_, token) => { bench.Suspend(); await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token); return ToolOutcome.Ok(""); }));

        var outcome = await bench.RunAsync(new ScriptedModel(Calls(("forever", "{}"))));

        Assert.Null(outcome);
        Assert.Empty(bench.Journal.Ends);
        Assert.Equal(ToolStatus.Interrupted, bench.Results.Single().Status);

        using var next = new TurnBench();
        foreach (var item in bench.Journal.Items.Skip(1))
        {
            next.Journal.Add(item with { TurnId = next.Turn });
        }
        var resumed = new ScriptedModel(Says("I see it was interrupted."));
        Assert.Equal(TurnEnd.Completed, (await next.RunAsync(resumed))!.End);
        Assert.Contains("interrupted", resumed.Requests[0].LastResult!.Result as string);
    }

    [Fact]
    public async Task Time_is_limited()
    {
        using var bench = new TurnBench { Limits = new() { Timeout = TimeSpan.FromMilliseconds(50) } };

        var outcome = await bench.RunAsync(new ScriptedModel(Hangs()));

        Assert.Equal((TurnEnd.Limited, "TIMEOUT"), (outcome!.End, outcome.Code));
    }

    [Fact]
    public async Task Steps_are_limited()
    {
        using var bench = new TurnBench { Limits = new() { MaxSteps = 3 } };
        var tool = new FakeTool("again");
        bench.Tools.Add(tool);

        var outcome = await bench.RunAsync(new ScriptedModel(_ => Calls(("again", "{}"))));

        Assert.Equal((TurnEnd.Limited, "MAX_STEPS"), (outcome!.End, outcome.Code));
        Assert.Equal(3, tool.Runs);
    }

    [Fact]
    public async Task A_reply_cut_at_the_output_limit_is_stored_and_said()
    {
        using var bench = new TurnBench();

        var outcome = await bench.RunAsync(new ScriptedModel(Says("a long sto") with { End = ReplyEnd.Length }));

        Assert.Equal((TurnEnd.Limited, "MAX_OUTPUT"), (outcome!.End, outcome.Code));
        Assert.Equal(["reply: a long sto"], bench.Story);
    }

    [Fact]
    public async Task A_failed_tool_ends_the_turn_only_where_the_contract_says_so()
    {
        using var bench = new TurnBench { EndsOnFailedTool = true };
        bench.Tools.Add(new FakeTool("read", (_, _) => Task.FromResult(ToolOutcome.Error("failed to read file: x"))));

        var outcome = await bench.RunAsync(new ScriptedModel(Calls(("read", "{}"))));

        Assert.Equal((TurnEnd.Failed, "TOOL_FAILED", "failed to read file: x"), (outcome!.End, outcome.Code, outcome.Message));
    }
}
