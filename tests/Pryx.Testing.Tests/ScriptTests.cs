using System.Text.Json.Nodes;
using static Pryx.Testing.Replies;

namespace Pryx.Testing.Tests;

public sealed class ScriptTests
{
    [Fact]
    public async Task Replies_in_order_serve_one_request_each_and_one_too_many_is_a_violation()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken, Says("first"), Says("second"));
        using var dialog = new Dialog(provider);

        Assert.Contains("first", await dialog.AnswerAsync("ollama", Dialog.First("ollama"), cancellationToken), StringComparison.Ordinal);
        Assert.Contains("second", await dialog.AnswerAsync("ollama", Dialog.First("ollama"), cancellationToken), StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
        await dialog.AnswerAsync("ollama", Dialog.First("ollama"), cancellationToken);
        Assert.Equal(Rules.Script, Assert.Single(provider.Violations).Rule);
    }

    [Fact]
    public async Task The_step_is_told_from_the_history_alone()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("grep", "{}")), Says("done")), cancellationToken);
        using var dialog = new Dialog(provider);

        foreach (var wire in Dialog.Wires)
        {
            Assert.Contains("grep", await dialog.AnswerAsync(wire, Dialog.First(wire), cancellationToken), StringComparison.Ordinal);
            Assert.Contains("grep", await dialog.AnswerAsync(wire, Dialog.First(wire), cancellationToken), StringComparison.Ordinal);
            Assert.Contains("done", await dialog.AnswerAsync(wire, Dialog.Valid(wire), cancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_model_may_have_its_own_script()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("common")), cancellationToken);
        provider.ForModel("special", FakeScripts.Always(Says("own")));
        using var dialog = new Dialog(provider);
        var special = Dialog.First("openai-chat");
        special["model"] = "special";

        Assert.Contains("own", await dialog.AnswerAsync("openai-chat", special, cancellationToken), StringComparison.Ordinal);
        Assert.Contains("common", await dialog.AnswerAsync("openai-chat", Dialog.First("openai-chat"), cancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_trouble_is_played_once()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Says("fine")).After(Fails(503)), cancellationToken);
        using var dialog = new Dialog(provider);

        using var first = await dialog.SendAsync("openai-chat", Dialog.First("openai-chat"), cancellationToken);
        using var second = await dialog.SendAsync("openai-chat", Dialog.First("openai-chat"), cancellationToken);

        Assert.Equal((503, 200), ((int)first.StatusCode, (int)second.StatusCode));
    }

    [Fact]
    public void A_script_file_says_everything_a_script_can()
    {
        var script = ScriptFile.Parse("""
            {"replies":[
              {"repeat":2,"reasoning":"hm","text":["a","b"],"calls":[{"name":"grep","arguments":{"pattern":"x"},"id":"c7"},{"name":"bad","arguments":"{oops"}],
               "usage":{"input":10,"output":5,"cached":3,"cache_write":2,"reasoning":1},"end":"length"},
              {"text":"late","hangs":true,"trouble":{"before_headers_ms":5,"cut_at":"mid_tool_call","piece_bytes":3}},
              {"trouble":{"status":429,"retry_after_ms":1500}}],
             "models":{"other":[{"text":"mine"}]}}
            """, TimeSpan.FromMilliseconds(9));

        var first = script(At(1));
        Assert.Equal(("hm", ReplyEnd.Length, new Pryx.Protocol.Models.TokenUsage(10, 5, 3, 2, 1)), (first.Reasoning, first.End, first.Usage!.Value));
        Assert.Equal(["a", "b"], first.Text);
        Assert.Equal([new ScriptedCall("grep", """{"pattern":"x"}""", "c7"), new ScriptedCall("bad", "{oops")], first.Calls);
        Assert.Equal(TimeSpan.FromMilliseconds(9), first.Trouble.BetweenChunks);
        var second = script(At(2));
        Assert.True(second.Hangs);
        Assert.Equal((TimeSpan.FromMilliseconds(5), StreamPoint.MidToolCall, 3), (second.Trouble.BeforeHeaders, second.Trouble.CutAt!.Value, second.Trouble.PieceBytes!.Value));
        Assert.Equal(new HttpError(429) { RetryAfter = TimeSpan.FromSeconds(1.5) }, script(At(3)).Trouble.Error);
        Assert.Equal(["mine"], script(At(0, "other")).Text);
        Assert.Throws<FormatException>(() => ScriptFile.Parse("{}"));
    }

    [Theory]
    [InlineData("text", 1)]
    [InlineData("tool", 2)]
    [InlineData("five-steps", 5)]
    [InlineData("many-steps", 31)]
    public void Built_in_scripts_call_tools_in_every_step_but_the_last(string name, int steps)
    {
        var script = ScriptFile.Load(name);

        Assert.All(Enumerable.Range(0, steps - 1), step => Assert.Single(script(At(step)).Calls));
        Assert.Empty(script(At(steps - 1)).Calls);
        Assert.NotEmpty(script(At(steps - 1)).Text);
    }

    [Fact]
    public async Task The_small_project_fails_its_test_until_the_scripts_edit_is_made()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var home = new TempHome();
        SmallProject.WriteTo(home.Workspace);
        var setup = new ProcessSetup { WorkingDirectory = home.Workspace };
        var edit = JsonNode.Parse(ScriptFile.Load("five-steps")(At(2)).Calls[0].Arguments)!["edits"]![0]!;

        var before = await RunProcess.RunAsync("sh", ["test.sh"], setup, cancellationToken);
        home.Write("calc.sh", home.Read("calc.sh").Replace((string)edit["old_string"]!, (string)edit["new_string"]!, StringComparison.Ordinal));
        var after = await RunProcess.RunAsync("sh", ["test.sh"], setup, cancellationToken);

        Assert.Equal((1, 0), (before.ExitCode, after.ExitCode));
        Assert.Equal(SmallProject.Repaired, home.Read("calc.sh"));
        Assert.Equal("run\nrun\n", home.Read("runs.txt"));
    }

    private static FakeRequest At(int step, string model = "m") => new()
    {
        Number = 1, At = default, Method = "POST", Path = "/", Headers = new Dictionary<string, string>(), Text = "", Bytes = 0, Model = model,
        Messages = [new("user", "go"), .. Enumerable.Range(0, step).SelectMany(_ => new FakeMessage[] { new("assistant", ""), new("tool", "") })],
    };
}
