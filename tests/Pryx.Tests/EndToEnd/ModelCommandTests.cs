using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary><c>pryx model</c>: without a network, without a key, without a daemon.</summary>
public sealed class ModelCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MOD2", "bundled")]
    public async Task The_whole_catalog_is_listed_to_a_pipe_and_as_JSON()
    {
        using var person = new Person();
        var table = await person.PryxAsync("model", "list");
        Assert.Equal(0, table.ExitCode);
        var lines = table.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 300, $"{lines.Length}");
        Assert.DoesNotContain('\e', table.Stdout);
        Assert.Contains(lines, line => line.StartsWith("openai/gpt-4o ", StringComparison.Ordinal) && line.Contains("128K", StringComparison.Ordinal) && line.Contains("2.50", StringComparison.Ordinal));
        Assert.Contains("Bundled catalog of", table.Stderr, StringComparison.Ordinal);

        var json = await person.JsonAsync("model", "list", "--provider", "anthropic", "--search", "sonnet", "--json");
        Assert.All(json.GetProperty("models").EnumerateArray(), model => Assert.Contains("sonnet", model.GetProperty("id").GetString(), StringComparison.Ordinal));
        Assert.Equal("bundled", json.GetProperty("catalog").GetProperty("source").GetString());
        var nothing = await person.PryxAsync("model", "list", "--search", "no-such-thing");
        Assert.Equal((0, true), (nothing.ExitCode, nothing.Stdout.Contains("No known model", StringComparison.Ordinal)));
        var usable = await person.JsonAsync("model", "list", "--configured", "--json");
        Assert.DoesNotContain(usable.GetProperty("models").EnumerateArray(), model => model.GetProperty("provider").GetString() == "openai");
        Assert.Equal(4, (await person.PryxAsync("model", "list", "--provider", "nobody")).ExitCode);
    }

    [Fact]
    public async Task A_model_is_shown_by_any_clear_name_and_chosen_for_good()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("from mini"));
        using var person = Person.At(provider);
        var info = await person.PryxAsync("model", "info", "sonnet");
        Assert.Equal(0, info.ExitCode);
        Assert.Contains("anthropic/claude-sonnet-5", info.Stdout, StringComparison.Ordinal);
        Assert.Contains("per 1M tokens", info.Stdout, StringComparison.Ordinal);

        var used = await person.PryxAsync("model", "use", "gpt5 mini");
        Assert.True(used.ExitCode == 0, used.Stderr);
        Assert.Contains("openai/gpt-5-mini", used.Stdout, StringComparison.Ordinal);
        var config = await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "config.yaml"), Cancellation);
        Assert.Contains("model_provider: openai", config, StringComparison.Ordinal);
        Assert.Contains("model_name: gpt-5-mini", config, StringComparison.Ordinal);
        var run = await person.PryxAsync("run", "hi");
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("from mini", run.Stdout.Trim());
    }

    [Fact]
    public async Task A_name_that_could_be_several_is_a_mistake_in_the_command_with_the_candidates()
    {
        using var person = new Person();
        foreach (var arguments in (string[][])[["model", "info", "claude"], ["model", "use", "claude"], ["run", "-m", "claude", "hi"]])
        {
            var refused = await person.PryxAsync(arguments);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("anthropic/claude-sonnet-5", refused.Stderr, StringComparison.Ordinal);
        }
        var near = await person.PryxAsync("model", "info", "gpt-4o-mni");
        Assert.Equal((2, true), (near.ExitCode, near.Stderr.Contains("openai/gpt-4o-mini", StringComparison.Ordinal)));
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "config.yaml")));
    }

    [Fact]
    [Requirement("T2.9", "fetch error message")]
    public async Task A_refresh_that_fails_says_why_and_leaves_what_is_known()
    {
        using var person = new Person();
        person.Variables["PRYX_CATALOG_URL"] = "http://127.0.0.1:1/api.json";
        var refresh = await person.PryxAsync("model", "refresh");
        Assert.Equal(1, refresh.ExitCode);
        Assert.Contains("can not be reached", refresh.Stderr, StringComparison.Ordinal);
        Assert.Equal(0, (await person.PryxAsync("model", "info", "openai/gpt-4o")).ExitCode);
    }

    [Fact]
    public async Task A_price_of_a_newer_catalog_counts_in_a_command_too()
    {
        using var person = new Person();
        Directory.CreateDirectory(Path.Combine(person.Home.Data, "cache"));
        await File.WriteAllTextAsync(
            Path.Combine(person.Home.Data, "cache", "models.json"), """{"fetched_at":"2999-01-01T00:00:00Z","openai":{"models":{"gpt-4o":{"name":"GPT-4o","cost":{"input":9,"output":9}}}}}""", Cancellation);
        var info = await person.JsonAsync("model", "info", "openai/gpt-4o", "--json");
        Assert.Equal(9m, info.GetProperty("input_price_1m").GetDecimal());
    }
}
