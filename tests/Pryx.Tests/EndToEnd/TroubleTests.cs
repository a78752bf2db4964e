using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Providers that stumble: the run succeeds and says no word twice, or ends with a clear reason.</summary>
public sealed class TroubleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("429")]
    [InlineData("503")]
    [InlineData("cut")]
    public async Task Run_succeeds_after_a_stumble_and_the_text_is_not_doubled(string trouble)
    {
        var whole = Says("The answer ", "is forty-two.");
        var stumble = trouble switch
        {
            "429" => Fails(429, TimeSpan.FromSeconds(1)),
            "503" => Fails(503),
            _ => whole with { Trouble = new() { CutAt = StreamPoint.MidText } },
        };
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(whole).After(stumble), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("how much?");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("The answer is forty-two.\n", run.Stdout);
        Assert.Contains("asking the model again", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.InRange(provider.ModelRequests[1].At - provider.ModelRequests[0].At, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        var items = (await person.ShowSessionAsync()).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal("The answer is forty-two.", Assert.Single(items, item => item.GetProperty("type").GetString() == "reply").GetProperty("text").GetString());
    }

    [Fact]
    [Requirement("ERR4", "5xx at most 3")]
    public async Task Server_that_stays_broken_is_4_after_three_more_attempts()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Fails(500)), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("hello");

        Assert.Equal((4, ""), (run.ExitCode, run.Stdout));
        Assert.Equal(4, provider.ModelRequests.Count);
        Assert.Contains("HTTP 500", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("CHAT-M", "provider down suggests")]
    [Requirement("T7.1", "clear message")]
    public async Task Provider_that_nobody_runs_is_4_and_says_where_it_looked()
    {
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1";
        person.Variables["OPENAI_API_KEY"] = Person.Key;
        await using var run = await person.StartAsync("run", "-m", Models.Chat, "hello");

        // The first retry already says why; all five take half a minute, which the engine's tests prove without waiting.
        await run.WaitForOutputAsync("asking the model again", Cancellation);
        Assert.Contains("http://127.0.0.1:1/v1: nobody listens there", run.Stderr, StringComparison.Ordinal);

        var ollama = await person.PryxAsync("run", "-m", Models.Ollama, "--timeout", "500ms", "hello");
        Assert.Contains("ollama serve", ollama.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("CHAT-M", "tool failure does not break chat")]
    public async Task Broken_calls_are_answered_to_the_model_and_the_turn_goes_on()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("read_file", """{"path":"no such file"}"""), ("read_file", """{"path":"""), ("shell_exec", """{"command":"exit 7"}""")), Says("I see.")), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--approve-all", "go");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("I see.\n", run.Stdout);
        Assert.Contains("7", provider.ModelRequests[1].Results[2].Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }
}
