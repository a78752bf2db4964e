using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>What the process ends with and says; 3 and 130 have tests of their own.</summary>
[Requirement("SRV1", "exit code reflects result")]
public sealed class ExitCodeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answered_is_0_with_the_answer_alone_on_stdout_and_one_line_of_figures_on_stderr()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Hello ", "there.") with { Usage = new(1200, 34, 1000) });
        using var person = Person.At(provider);

        var run = await person.RunAsync("hello");

        Assert.Equal((0, "Hello there.\n"), (run.ExitCode, run.Stdout));
        Assert.Matches("""^1,200 in \(1,000 cached\) · 34 out · \$0\.00\d+ · \d+\.\d s · session [0-9a-f-]{36}\n$""", run.Stderr);
    }

    [Fact]
    public async Task Quiet_leaves_only_the_answer()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("list_dir", """{"path":"."}""")), Says("Hello.")), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--quiet", "hello");

        Assert.Equal((0, "Hello.\n", ""), (run.ExitCode, run.Stdout, run.Stderr));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--no-such-option", "hello")]
    [InlineData("run", "--model", "no-such-model", "hello")]
    [InlineData("run", "--policy", "everything", "hello")]
    [InlineData("run", "--max-steps", "0", "hello")]
    [InlineData("run", "--continue", "--session", "1234", "hello")]
    [InlineData("no-such-command")]
    public async Task Nonsense_is_2_says_what_to_do_and_stores_nothing(params string[] arguments)
    {
        using var person = new Person();

        var run = await person.PryxAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Stdout));
        Assert.StartsWith("Error: ", run.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "pryx.db")));
    }

    [Fact]
    public async Task Unknown_session_is_1_with_a_way_on()
    {
        using var person = new Person();

        var run = await person.PryxAsync("run", "--session", "1234abcd", "hello");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Next: pryx session list", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T7.2", "remediation")]
    [Requirement("T2.6", "reason shown")]
    public async Task Refused_key_is_4_names_the_variable_and_is_not_tried_again()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Fails(401)), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("hello");

        Assert.Equal((4, ""), (run.ExitCode, run.Stdout));
        Assert.Contains("OPENAI_API_KEY", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("pryx provider set-key openai", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(Person.Key, run.Stderr, StringComparison.Ordinal);
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    public async Task Missing_key_is_4_and_says_how_to_set_one()
    {
        using var person = new Person();

        var run = await person.PryxAsync("run", "-m", Models.Anthropic, "hello");

        Assert.Equal((4, ""), (run.ExitCode, run.Stdout));
        Assert.Contains("ANTHROPIC_API_KEY", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("pryx provider set-key anthropic", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_limit_is_5()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Calls(("list_dir", """{"path":"."}"""))), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--max-steps", "2", "hello");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("--max-steps", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task Cost_limit_is_5_and_is_never_passed()
    {
        // A hundred thousand tokens of input at 2.50 a million: 0.25 a call.
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Calls(("list_dir", """{"path":"."}""")) with { Usage = new(100_000, 10) }), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--max-cost", "0.60", "hello");

        Assert.Equal(5, run.ExitCode);
        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.InRange((await person.ShowSessionAsync()).GetProperty("session").GetProperty("total_cost_usd").GetDecimal(), 0.5m, 0.6m);
    }

    [Fact]
    public async Task Time_limit_is_5()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--timeout", "500ms", "hello");

        Assert.Equal(5, run.ExitCode);
        Assert.InRange(run.Duration.TotalSeconds, 0.5, 10);
    }

    [Theory]
    [InlineData("""{"answer":42}""", 0)]
    [InlineData("""{"answer":"much"}""", 1)]
    [InlineData("It is 42.", 1)]
    public async Task Output_schema_prints_valid_json_or_nothing(string reply, int exitCode)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says(reply));
        using var person = Person.At(provider);
        person.Home.Write("schema.json", """{"type":"object","properties":{"answer":{"type":"integer"}},"required":["answer"],"additionalProperties":false}""");

        var run = await person.RunAsync("--output-schema", "schema.json", "how much?");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(exitCode == 0 ? reply + "\n" : "", run.Stdout);
        Assert.Equal(exitCode != 0, run.Stderr.Contains("does not satisfy the output schema", StringComparison.Ordinal));
    }
}
