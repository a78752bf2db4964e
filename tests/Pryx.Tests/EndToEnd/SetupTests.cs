using System.Text.Json;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>pryx setup by flags, as scripts and headless servers use it.</summary>
public sealed class SetupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flags_take_every_step_without_a_question()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Set up.")), Cancellation);
        provider.Models = ["small", "large"];
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        string[] arguments = ["setup", "--provider", "openai", "--key-stdin", "--model", "large", "--workspace", ".", "--mode", "ask", "--mcp", "docs=https://mcp.example.com", "--skip", "cloud", "--json"];

        var setup = await person.PryxAsync(arguments, stdin: Person.Key + "\n");
        var run = await person.PryxAsync("run", "hello");

        Assert.True(setup.ExitCode == 0, setup.Stderr);
        using var state = JsonDocument.Parse(setup.Stdout);
        Assert.Equal("openai/large", state.RootElement.GetProperty("model").GetString());
        var states = state.RootElement.GetProperty("steps").EnumerateArray().ToDictionary(step => step.GetProperty("id").GetString()!, step => step.GetProperty("state").GetString());
        Assert.Equal(("skipped", "done", "done", "done", "open"), (states["cloud"], states["provider"], states["workspace"], states["abilities"], states["chat"]));
        Assert.DoesNotContain(Person.Key, setup.Stdout + setup.Stderr, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("Set up.\n", run.Stdout);
        Assert.Equal("large", Assert.Single(provider.ModelRequests).Body.GetProperty("model").GetString());
        Assert.Equal("ask\n", (await person.PryxAsync("config", "get", "policy")).Stdout);
    }

    [Fact]
    public async Task With_a_key_in_the_environment_nothing_is_asked_and_setup_is_one_line_once()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("At once.")), Cancellation);
        using var person = Person.At(provider);
        provider.Models = ["gpt-5.4"];

        await using (var first = person.Terminal("run", "hello"))
        {
            Assert.Equal(0, await first.WaitAsync(Cancellation));
            Assert.Contains("At once.", first.Text, StringComparison.Ordinal);
            Assert.Single(first.Text.Split('\n'), line => line.Contains("pryx setup", StringComparison.Ordinal));
            Assert.Contains("pryx setup --dismiss", first.Text, StringComparison.Ordinal);
        }
        await using var second = person.Terminal("run", "hello");
        Assert.Equal(0, await second.WaitAsync(Cancellation));
        Assert.DoesNotContain("pryx setup", second.Text, StringComparison.Ordinal);
        // A pipe is never told.
        Assert.DoesNotContain("pryx setup", (await person.RunAsync("hello")).Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_says_what_is_open_with_the_command_for_it_and_1_while_nothing_would_answer()
    {
        using var person = new Person();

        var status = await person.PryxAsync("setup", "--status");
        var dismissed = await person.PryxAsync("setup", "--dismiss");

        Assert.Equal(1, status.ExitCode);
        Assert.Contains("○ Provider and model (required): There is no key of a provider and no model on this machine.", status.Stdout, StringComparison.Ordinal);
        Assert.Contains("→ pryx login", status.Stdout, StringComparison.Ordinal);
        Assert.Contains("Not ready:", status.Stdout, StringComparison.Ordinal);
        Assert.Equal(0, dismissed.ExitCode);
    }

    [Theory]
    [InlineData("openai", "--key-stdin", "refuses the key", "give it again")]
    [InlineData("anthropic", "--key-stdin", "could not be asked", "try again")]
    [InlineData("openai", null, "needs a key", "OPENAI_API_KEY")]
    [InlineData("ollama", null, "could not be asked", "start its server")]
    [InlineData("nobody", null, "There is no provider 'nobody'", "provider list")]
    [Requirement("T7.10", "non-existent provider")]
    public async Task What_can_not_be_set_up_ends_with_1_says_why_and_what_next_and_stores_nothing(string name, string? flag, string why, string next)
    {
        await using var refusing = await AnsweringServer.StartAsync(static _ => (401, """{"error":{"message":"Incorrect API key provided."}}"""), Cancellation);
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = refusing.Url;
        person.Variables["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1";

        var setup = await person.PryxAsync(["setup", "--provider", name, .. flag is null ? (string[])[] : [flag]], stdin: Person.Key + "\n");

        Assert.Equal(1, setup.ExitCode);
        Assert.Contains(why, setup.Stderr, StringComparison.Ordinal);
        Assert.Contains(next, setup.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "vault.json")));
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "config.yaml")));
    }

    [Theory]
    [InlineData("--key-stdin")]
    [InlineData("--skip", "coffee")]
    [InlineData("--step", "coffee")]
    [InlineData("--mcp", "no-equals-sign")]
    [InlineData]
    public async Task What_makes_no_sense_is_2_with_a_command_that_does(params string[] arguments)
    {
        using var person = new Person();
        var setup = await person.PryxAsync(["setup", .. arguments]);
        Assert.Equal(2, setup.ExitCode);
        Assert.Contains("Next: ", setup.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("J.4", "missing config leads back")]
    public async Task A_run_that_has_lost_its_configuration_leads_back_to_setup()
    {
        using var person = new Person();
        await person.PryxAsync("config", "set", "model_provider", "openai");
        await person.PryxAsync("config", "set", "model_name", "gpt-5.4");

        var keyless = await person.PryxAsync("run", "hello");
        File.Delete(Path.Combine(person.Home.Data, "config.yaml"));
        var nothing = await person.PryxAsync("run", "--approve-all", "hello");

        Assert.Equal(4, keyless.ExitCode);
        Assert.Contains("pryx setup", keyless.Stderr, StringComparison.Ordinal);
        Assert.Contains("For real work: pryx setup", nothing.Stderr, StringComparison.Ordinal);
    }
}
