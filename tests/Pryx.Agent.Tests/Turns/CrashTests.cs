using Pryx.Agent.Turns;
using Pryx.Protocol.Items;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Turns;

/// <summary>The process dies at each of its writes in turn, and another one goes on with what was stored.</summary>
public sealed class CrashTests
{
    private static ScriptedReply Script(ScriptedRequest request) => request.Messages.Count(message => message.Role == Microsoft.Extensions.AI.ChatRole.Assistant) switch
    {
        0 => Calls(("work", """{"n":1}"""), ("work", """{"n":2}""")),
        1 => Calls(("work", """{"n":3}""")),
        _ => Says("finished"),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("NFR-R6", "resume after crash")]
    public async Task Wherever_it_dies_no_effect_happens_twice_and_every_call_is_answered_once(bool isRepeatable)
    {
        for (var crashAt = 1; crashAt <= 12; crashAt++)
        {
            using var bench = new TurnBench();
            var tool = new FakeTool("work") { IsRepeatable = isRepeatable };
            bench.Tools.Add(tool);
            var writes = 0;
            bench.Journal.BeforeWrite = _ =>
            {
                if (Interlocked.Increment(ref writes) >= crashAt)
                {
                    throw new IOException("the process died here");
                }
            };
            var died = await Record.ExceptionAsync(() => bench.RunAsync(new ScriptedModel(Script)));
            bench.Journal.BeforeWrite = static _ => { };
            if (died is null)
            {
                break; // It had ended before the crash point.
            }
            Assert.IsType<IOException>(died);

            var outcome = await bench.RunAsync(new ScriptedModel(Script));

            Assert.Equal(TurnEnd.Completed, outcome!.End);
            Assert.Single(bench.Journal.Ends);
            var calls = bench.Journal.Items.OfType<ToolCall>().Select(call => call.CallId).ToList();
            Assert.Equal(calls.Order(), bench.Results.Select(result => result.CallId).Order());
            Assert.Equal(3, calls.Count);
            Assert.Equal("reply: finished", bench.Story[^1]);
            if (!isRepeatable)
            {
                Assert.Equal(tool.Seen.Count, tool.Seen.Distinct().Count());
                Assert.All(bench.Results.Where(result => result.Status != ToolStatus.Completed), result => Assert.Contains("outcome is unknown", result.Output));
            }
        }
    }

    [Fact]
    public async Task A_started_call_without_a_result_is_reported_and_not_run_again()
    {
        using var bench = new TurnBench();
        var tool = new FakeTool("pay");
        bench.Tools.Add(tool);
        var call = new ToolCall("c1", "pay", "test.pay", "{}") { TurnId = bench.Turn, Step = 1 };
        bench.Journal.Add(call);
        await bench.Journal.CommitStartAsync(call, "", TestContext.Current.CancellationToken);
        var model = new ScriptedModel(Says("I will check."));

        await bench.RunAsync(model);

        Assert.Equal(0, tool.Runs);
        Assert.Contains("outcome is unknown", model.Requests[0].LastResult!.Result as string);
    }

    [Fact]
    public async Task A_stored_call_that_had_not_started_is_run()
    {
        using var bench = new TurnBench();
        var tool = new FakeTool("pay");
        bench.Tools.Add(tool);
        bench.Journal.Add(new ToolCall("c1", "pay", "test.pay", "{}") { TurnId = bench.Turn, Step = 1 });

        await bench.RunAsync(new ScriptedModel(Says("ok")));

        Assert.Equal(1, tool.Runs);
    }

    [Fact]
    public async Task A_stored_answer_whose_end_was_not_stored_ends_without_another_model_call()
    {
        using var bench = new TurnBench();
        bench.Journal.Add(new Reply("the answer") { TurnId = bench.Turn, Step = 1 });
        var model = new ScriptedModel();

        var outcome = await bench.RunAsync(model);

        Assert.Equal(TurnEnd.Completed, outcome!.End);
        Assert.Empty(model.Requests);
    }
}
