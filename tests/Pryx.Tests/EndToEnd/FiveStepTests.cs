using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>The main job, whole: read, search, edit, run the tests, answer, through the real executable on each wire.</summary>
public sealed class FiveStepTests
{
    /// <param name="wire">What the fake provider calls it.</param>
    /// <param name="input">USD per million tokens, written out here so that the program's own price list is not its own judge.</param>
    [Theory]
    [InlineData(Models.Chat, "openai-chat", 2.5, 10, 1.25, 2.5)]
    [InlineData(Models.Responses, "openai-responses", 1.25, 10, 0.125, 1.25)]
    [InlineData(Models.Anthropic, "anthropic", 3, 15, 0.3, 3.75)]
    [InlineData(Models.Ollama, "ollama", 0, 0, 0, 0)]
    [Requirement("SRV1", "run")]
    [Requirement("SRV1", "exit code reflects result")]
    [Requirement("UC1", "task done")]
    [Requirement("DIFF1", "cost tracking at first run")]
    public async Task Five_steps_run_to_the_end(string model, string wire, double input, double output, double cached, double cacheWrite)
    {
        await using var provider = await FakeProvider.StartAsync(ScriptFile.Load("five-steps"), TestContext.Current.CancellationToken);
        using var person = Person.At(provider);
        SmallProject.WriteTo(person.Folder);

        var run = await person.PryxAsync("run", "-m", model, "--approve-all", SmallProject.Prompt);

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("The function add subtracted; it adds now, and the test passes.\n", run.Stdout);
        Assert.Empty(provider.Violations);
        Assert.All(provider.ModelRequests, request => Assert.Equal(wire, request.Wire));
        Assert.Equal(5, provider.ModelRequests.Count);
        Assert.Equal(SmallProject.Repaired, person.Home.Read("calc.sh"));
        Assert.Equal("run\n", person.Home.Read("runs.txt"));
        Assert.Contains("1 passed", provider.ModelRequests[^1].Results[^1].Text, StringComparison.Ordinal);

        var shown = await person.ShowSessionAsync();
        var items = shown.GetProperty("items").EnumerateArray().Where(item => TypeOf(item) is not "approval" and not "reasoning").Select(TypeOf);
        Assert.Equal(
            ["user_message", "reply", "tool_call", "tool_result", "tool_call", "tool_result", "tool_call", "tool_result", "tool_call", "tool_result", "reply"], items);
        Assert.All(shown.GetProperty("items").EnumerateArray().Where(item => TypeOf(item) == "tool_result"), item => Assert.Equal("completed", item.GetProperty("status").GetString()));

        var count = provider.Usage;
        var cost = ((count.Input - count.Cached - count.CacheWrite) * (decimal)input + count.Cached * (decimal)cached
            + count.CacheWrite * (decimal)cacheWrite + count.Output * (decimal)output) / 1_000_000m;
        var session = shown.GetProperty("session");
        Assert.Equal(cost, session.GetProperty("total_cost_usd").GetDecimal());
        Assert.Equal((count.Input, count.Output, count.Cached), (Tokens(session, "input"), Tokens(session, "output"), Tokens(session, "cached")));
        Assert.Contains($"session {session.GetProperty("id").GetString()}", run.Stderr, StringComparison.Ordinal);
        Assert.True(model == Models.Ollama || cost > 0);
    }

    private static string TypeOf(JsonElement item) => item.GetProperty("type").GetString()!;

    private static long Tokens(JsonElement session, string name) => session.GetProperty("usage").GetProperty(name).GetInt64();
}
