using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary><c>pryx agent</c>, with and without a daemon.</summary>
public sealed class AgentCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_defined_agent_is_listed_run_and_shown_without_a_daemon()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("read_file", """{"path":"notes.txt"}""")), Says("It says: buy milk.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("notes.txt", "buy milk\n");
        Directory.CreateDirectory(Path.Combine(person.Home.Data, "agents"));
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "agents", "reader.md"), $"---\nname: reader\ndescription: Reads and reports\ntools: Read\nmodel: {Models.Chat}\n---\nYou only read.\n", Cancellation);

        var listed = await person.PryxAsync("agent", "definitions");
        Assert.True(listed.ExitCode == 0, listed.Stderr);
        Assert.Contains("reader: Reads and reports", listed.Stdout, StringComparison.Ordinal);

        var run = await person.PryxAsync("agents", "run", "reader", "what", "do", "the", "notes", "say");
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("It says: buy milk.\n", run.Stdout);
        Assert.Contains("completed · 2 steps · $", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("You only read.", provider.ModelRequests[0].System, StringComparison.Ordinal);

        var cost = await person.PryxAsync("cost", "agents");
        Assert.True(cost.ExitCode == 0 && cost.Stdout.Contains("reader", StringComparison.Ordinal), cost.Stdout + cost.Stderr);

        var id = Assert.Single((await person.JsonAsync("agent", "list", "--json")).GetProperty("agents").EnumerateArray()).GetProperty("agent_id").GetString()!;
        Assert.Equal("It says: buy milk.", (await person.JsonAsync("agent", "show", id, "--json")).GetProperty("output").GetString());
        Assert.Equal("completed", (await person.JsonAsync("agent", "wait", id, "--timeout", "5s", "--json")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task What_can_not_be_run_says_why_and_what_next()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("no")), Cancellation);
        using var person = Person.At(provider);

        var unknown = await person.PryxAsync("agent", "run", "nobody", "do it");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("nobody", unknown.Stderr, StringComparison.Ordinal);
        Assert.Contains("general", unknown.Stderr, StringComparison.Ordinal);
        var alone = await person.PryxAsync("agent", "run", "--background", "do it");
        Assert.Equal(2, alone.ExitCode);
        Assert.Contains("pryx serve", alone.Stderr, StringComparison.Ordinal);
        var missing = await person.PryxAsync("agent", "show", "00000000-0000-0000-0000-000000000000");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("Error:", missing.Stderr, StringComparison.Ordinal);
        Assert.Equal(2, (await person.PryxAsync("agent", "wait", "x", "--timeout", "soon")).ExitCode);
        Assert.Empty(provider.ModelRequests);
    }

    [Fact]
    public async Task One_that_works_in_the_background_is_cancelled_with_what_it_started()
    {
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Calls(("shell_exec", $$"""{"command":"echo started >> log; sleep {{word}}"}"""))), Cancellation);
        using var person = Person.At(provider);
        Directory.CreateDirectory(person.Home.Data);
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "config.yaml"), "policy: full\n", Cancellation);
        await using var pryx = await ServedPryx.StartAsync(person);

        var spawned = await person.JsonAsync("agent", "run", "--background", "--model", Models.Chat, "sleep", "--json");
        var id = spawned.GetProperty("agent_id").GetString()!;
        await Until.TrueAsync(() => OtherProcesses.Exist(word), Cancellation);
        var cancelled = await person.JsonAsync("agent", "cancel", id, "--json");
        var ended = await person.PryxAsync("agent", "wait", id);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("cancelled", ended.Stderr, StringComparison.Ordinal);
        Assert.Equal(id, cancelled.GetProperty("agent_id").GetString());
        await Until.TrueAsync(() => !OtherProcesses.Exist(word), Cancellation);
    }
}
