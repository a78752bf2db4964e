using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>pryx config with the real executable.</summary>
public sealed class ConfigCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI16", "list")]
    [Requirement("CLI16", "get")]
    [Requirement("CLI16", "set")]
    public async Task A_value_is_set_read_back_and_listed_with_its_source()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        using var person = Person.At(provider);

        var before = await person.PryxAsync("config", "get", "model_name");
        var set = await person.PryxAsync("config", "set", "budget.daily.usd", "2.50");
        var list = await person.PryxAsync("config", "list");
        var json = await person.JsonAsync("config", "list", "--set", "--json");
        var path = await person.PryxAsync("config", "path");

        Assert.Equal("llama3\n", before.Stdout);
        Assert.Equal((0, "Updated budget_daily_usd = 2.5\n"), (set.ExitCode, set.Stdout));
        Assert.Contains("Current Configuration:", list.Stdout, StringComparison.Ordinal);
        Assert.Matches(@"budget_daily_usd +2\.5  \(config\.yaml\)", list.Stdout);
        Assert.Equal("2.5", json.GetProperty("budget_daily_usd").GetString());
        Assert.Equal(Path.Combine(person.Home.Data, "config.yaml"), path.Stdout.Trim());
    }

    [Theory]
    [InlineData("set telemetry_enabled maybe", "telemetry_enabled must be true or false")]
    [InlineData("set max_messages_per_session many", "must be a whole number")]
    [InlineData("set approval_timeout soon", "must be a duration such as 30s")]
    [InlineData("set no_such_key x", "Unknown config key: no_such_key")]
    [InlineData("get no_such_key", "Unknown config key: no_such_key")]
    [InlineData("set model_name", "Required argument 'VALUE' missing")]
    [InlineData("frob", "Unrecognized command or argument 'frob'")]
    [InlineData("", "pryx config [command]")]
    [Requirement("CLI16", "invalid type rejected")]
    public async Task What_can_not_be_is_refused_with_1_and_the_file_stays_as_it_was(string arguments, string says)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        using var person = Person.At(provider);
        Directory.CreateDirectory(person.Home.Data);
        var file = Path.Combine(person.Home.Data, "config.yaml");
        await File.WriteAllTextAsync(file, "# mine\nmodel_name: gpt-4o\n", Cancellation);

        var result = await person.PryxAsync(["config", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(says, result.Stdout + result.Stderr, StringComparison.Ordinal);
        Assert.Equal("# mine\nmodel_name: gpt-4o\n", await File.ReadAllTextAsync(file, Cancellation));
    }

    [Fact]
    [Requirement("CLI17", "not stored in config.yaml")]
    [Requirement("CLI18", "keychain only")]
    public async Task Keys_and_tokens_never_reach_the_file_nor_the_screen()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hi.")), Cancellation);
        using var person = Person.At(provider);
        const string Secret = "sk-live-0123456789abcdef0123";

        var key = await person.PryxAsync("config", "set", "groq_key", Secret);
        var token = await person.PryxAsync("config", "set", "telegram_token", Secret);
        var unknown = await person.PryxAsync("config", "set", "test_key", Secret);
        var list = await person.PryxAsync("config", "list");
        var got = await person.PryxAsync("config", "get", "telegram_token");

        Assert.Equal((0, 0, 1), (key.ExitCode, token.ExitCode, unknown.ExitCode));
        Assert.StartsWith("configured (", got.Stdout, StringComparison.Ordinal);
        Assert.Contains("***", list.Stdout, StringComparison.Ordinal);
        Assert.All(new[] { key, token, unknown, list, got }, result => Assert.DoesNotContain(Secret, result.Stdout + result.Stderr, StringComparison.Ordinal));
        Assert.All(Directory.EnumerateFiles(person.Home.Data, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
    }
}
