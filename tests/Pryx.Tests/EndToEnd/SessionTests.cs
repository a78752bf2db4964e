using System.Text.Json;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Sessions as the commands show them, on a real store.</summary>
public sealed class SessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI14", "list")]
    [Requirement("CLI14", "list --json")]
    [Requirement("CLI14", "empty list")]
    [Requirement("CLI14", "get")]
    [Requirement("CLI14", "delete")]
    [Requirement("CLI14", "export")]
    [Requirement("CLI14", "fork")]
    public async Task Sessions_are_listed_searched_shown_exported_forked_and_deleted()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("A heron stands still.")), Cancellation);
        using var person = Person.At(provider);
        Assert.Empty((await person.JsonAsync("session", "list", "--json")).EnumerateArray());
        Assert.Contains("No sessions yet", (await person.PryxAsync("session", "list")).Stdout, StringComparison.Ordinal);

        Assert.Equal(0, (await person.RunAsync("tell me about birds")).ExitCode);
        Assert.Equal(0, (await person.RunAsync("tell me about fish")).ExitCode);

        var list = (await person.JsonAsync("session", "list", "--json")).EnumerateArray().ToList();
        Assert.Equal(["tell me about fish", "tell me about birds"], list.Select(session => session.GetProperty("title").GetString()));
        var id = list[1].GetProperty("id").GetString()!;

        var hit = Assert.Single((await person.JsonAsync("session", "search", "birds", "--json")).EnumerateArray());
        Assert.Equal(id, hit.GetProperty("session_id").GetString());

        var shown = await person.JsonAsync("session", "show", id[..8], "--json");
        Assert.Equal(["user_message", "reply"], shown.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("type").GetString()));

        var markdown = await person.PryxAsync("session", "export", id, "--format", "markdown", "--output", "talk.md");
        Assert.True(markdown.ExitCode == 0, markdown.Stderr);
        Assert.Contains("A heron stands still.", person.Home.Read("talk.md"), StringComparison.Ordinal);
        var exported = await person.JsonAsync("session", "export", id);
        Assert.Equal(shown.GetProperty("items").GetRawText().Length, exported.GetProperty("items").GetRawText().Length);

        var fork = (await person.JsonAsync("session", "fork", id, "--title", "another way", "--json")).GetProperty("id").GetString()!;
        Assert.Equal(0, (await person.PryxAsync("run", "--session", fork, "and herons?")).ExitCode);
        Assert.Equal(["tell me about birds", "A heron stands still.", "and herons?"], provider.ModelRequests[^1].Messages.Where(message => message.Role is not "system").Select(message => message.Text));
        Assert.Equal(2, (await person.JsonAsync("session", "show", id, "--json")).GetProperty("items").GetArrayLength());

        Assert.Equal(1, (await person.PryxAsync(["session", "delete", id], stdin: "no\n")).ExitCode);
        Assert.Equal(id, (await person.JsonAsync("session", "delete", id, "--force", "--json")).GetProperty("deleted").GetString());
        Assert.Equal(1, (await person.PryxAsync("session", "show", id)).ExitCode);
        Assert.Equal(2, (await person.JsonAsync("session", "list", "--json")).GetArrayLength());
        Assert.DoesNotContain((await person.JsonAsync("session", "search", "birds", "--json")).EnumerateArray(), other => other.GetProperty("session_id").GetString() == id);
    }

    [Fact]
    [Requirement("T7.5", "isolated")]
    public async Task Two_runs_at_once_on_one_store_keep_to_their_own_sessions()
    {
        await using var provider = await FakeProvider.StartAsync(request => request.FirstUserText == "one" ? Steps("one", request) : Steps("two", request), Cancellation);
        using var person = Person.At(provider);

        var runs = await Task.WhenAll(person.RunAsync("--approve-all", "one"), person.RunAsync("--approve-all", "two"));

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Stderr));
        Assert.Equal(["This was one.\n", "This was two.\n"], runs.Select(run => run.Stdout));
        Assert.Equal("one\n", person.Home.Read("one.txt"));
        Assert.Equal("two\n", person.Home.Read("two.txt"));
        foreach (var session in (await person.JsonAsync("session", "list", "--json")).EnumerateArray())
        {
            var items = (await person.JsonAsync("session", "show", session.GetProperty("id").GetString()!, "--json")).GetProperty("items").GetRawText();
            Assert.NotEqual(items.Contains("one.txt", StringComparison.Ordinal), items.Contains("two.txt", StringComparison.Ordinal));
        }
        Assert.Empty(provider.Violations);

        static ScriptedReply Steps(string name, FakeRequest request) => request.Step == 0
            ? Calls(("shell_exec", $$"""{"command":"echo {{name}} >> {{name}}.txt"}""")) with { Trouble = new() { BeforeFirstChunk = TimeSpan.FromMilliseconds(200) } }
            : Says($"This was {name}.");
    }

    [Fact]
    public async Task Second_run_in_a_busy_session_is_told_and_its_message_reaches_the_first()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("shell_exec", """{"command":"touch begun.txt; while [ ! -e go.txt ]; do sleep 0.02; done"}""")), Says("Both read.")), Cancellation);
        using var person = Person.At(provider);
        await using var first = await person.StartAsync("run", "-m", Models.Chat, "--approve-all", "first");
        await Until.TrueAsync(() => person.Home.Exists("begun.txt"), Cancellation);
        var id = Assert.Single((await person.JsonAsync("session", "list", "--json")).EnumerateArray()).GetProperty("id").GetString()!;

        var second = await person.PryxAsync("run", "--session", id, "and this");
        person.Home.Write("go.txt", "");
        var ended = await first.WaitAsync(Cancellation);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Another pryx process is working in this session", second.Stderr, StringComparison.Ordinal);
        Assert.Equal((0, "Both read.\n"), (ended.ExitCode, ended.Stdout));
        Assert.Equal(["first", "and this"], provider.ModelRequests[^1].Messages.Where(message => message.Role == "user").Select(message => message.Text));
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("FR4.5", "tokens")]
    [Requirement("FR4.5", "estimated cost")]
    public async Task Session_list_shows_what_a_session_cost()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Yes.") with { Usage = new(1_000_000, 100_000, 400_000) });
        using var person = Person.At(provider);

        Assert.Equal(0, (await person.RunAsync("hello")).ExitCode);

        // 600,000 at 2.50, 400,000 cached at 1.25, 100,000 out at 10.
        Assert.Contains("$3.00", (await person.PryxAsync("session", "list")).Stdout, StringComparison.Ordinal);
        var usage = (await person.ShowSessionAsync()).GetProperty("session").GetProperty("usage");
        Assert.Equal("""{"input":1000000,"output":100000,"cached":400000,"cache_write":0,"reasoning":0}""", JsonSerializer.Serialize(usage));
    }
}
