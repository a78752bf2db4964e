using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>What somebody without any key sees.</summary>
public sealed class TourTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("T1.6", "offline mode")]
    public async Task Without_a_key_it_says_so_in_one_line_and_the_tour_works_in_the_folder()
    {
        using var person = new Person();
        person.Home.Write("notes.txt", "mine");

        var run = await person.PryxAsync("run", "--approve-all", "hello");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Single(run.Stderr.Split('\n'), line => line.Contains("No provider key found", StringComparison.Ordinal));
        Assert.Contains("notes.txt", run.Stderr, StringComparison.Ordinal);
        Assert.StartsWith("Demo, no AI:", run.Stdout, StringComparison.Ordinal);
        Assert.Contains("That was the tour", run.Stdout, StringComparison.Ordinal);
        Assert.True(person.Home.Exists("pryx-tour.md"));
        var calls = (await person.ShowSessionAsync()).GetProperty("items").EnumerateArray().Where(item => item.GetProperty("type").GetString() == "tool_call");
        Assert.Equal(["list_dir", "write_file", "shell_exec"], calls.Select(call => call.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Denials_are_answered_and_the_tour_goes_on()
    {
        using var person = new Person();
        await using var terminal = person.Terminal("run", "hello");

        foreach (var card in (string[])["filesystem.write: ", "shell.exec: "])
        {
            await terminal.WaitForTextAsync(card, Cancellation);
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.SendKeys("n");
            await terminal.WaitForTextAsync("Why, for the model", Cancellation);
            terminal.SendKeys("\r");
        }
        await terminal.WaitForTextAsync("That was the tour", Cancellation);

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.Contains("nothing happens without your word", terminal.Text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.False(person.Home.Exists("pryx-tour.md"));
    }

    [Fact]
    public async Task Without_a_terminal_and_without_flags_the_tour_reaches_its_end_with_3()
    {
        using var person = new Person();

        var run = await person.PryxAsync("run", "hello");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("That was the tour", run.Stdout, StringComparison.Ordinal);
        Assert.Contains("--allow folder", run.Stderr, StringComparison.Ordinal);
        Assert.False(person.Home.Exists("pryx-tour.md"));
    }

    [Fact]
    [Requirement("T2.2", "works without key")]
    [Requirement("T1.6", "local providers")]
    public async Task Running_Ollama_is_found_without_any_key()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("From your own machine.")), Cancellation);
        using var person = new Person();
        person.Variables["OLLAMA_HOST"] = provider.Url.ToString();

        var run = await person.PryxAsync("run", "hello");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("From your own machine.\n", run.Stdout);
        Assert.Equal("ollama", Assert.Single(provider.ModelRequests).Wire);
    }
}
