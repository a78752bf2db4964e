using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Taking back what an agent did, with the real executable, a real shell and a folder that no git knows.</summary>
public sealed class UndoTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("landlock")]
    public async Task The_disaster_is_undone_by_one_command(string sandbox)
    {
        Assert.SkipUnless(sandbox != "bubblewrap" || File.Exists("/usr/bin/bwrap"), "Needs bubblewrap: apt install bubblewrap");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"rm -rf src notes.txt"}""")), Says("Cleaned up.")), Cancellation);
        using var person = Person.At(provider);
        person.Variables["PRYX_SANDBOX"] = sandbox;
        person.Home.Write("src/main.py", "print('months of work')\n");
        person.Home.Write("src/deep/data.csv", "1,2,3\n");
        person.Home.Write("notes.txt", "never in git\n");

        var run = await person.RunAsync("--approve-all", "clean up");
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.False(person.Home.Exists("src"));
        Assert.False(person.Home.Exists("notes.txt"));

        var preview = await person.PryxAsync("undo", "--preview");
        Assert.True(preview.ExitCode == 0, preview.Stderr);
        Assert.Contains("bring back  notes.txt", preview.Stdout, StringComparison.Ordinal);
        Assert.False(person.Home.Exists("notes.txt"));

        var undo = await person.PryxAsync("undo");
        Assert.True(undo.ExitCode == 0, undo.Stderr);
        Assert.Equal("print('months of work')\n", person.Home.Read("src/main.py"));
        Assert.Equal("1,2,3\n", person.Home.Read("src/deep/data.csv"));
        Assert.Equal("never in git\n", person.Home.Read("notes.txt"));

        var redo = await person.PryxAsync("redo");
        Assert.True(redo.ExitCode == 0, redo.Stderr);
        Assert.False(person.Home.Exists("notes.txt"));
        Assert.Equal(0, (await person.PryxAsync("undo")).ExitCode);
        Assert.Equal("never in git\n", person.Home.Read("notes.txt"));
    }

    [Fact]
    public async Task The_users_own_change_is_left_and_the_command_says_how_to_overwrite_it()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("write_file", """{"path":"a.txt","content":"agent"}"""), ("write_file", """{"path":"b.txt","content":"agent"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("a.txt", "before");
        person.Home.Write("b.txt", "before");
        Assert.Equal(0, (await person.RunAsync("--approve-all", "write")).ExitCode);
        person.Home.Write("a.txt", "my own");

        var undo = await person.PryxAsync("undo");
        Assert.Equal(1, undo.ExitCode);
        Assert.Contains("it was changed since", undo.Stdout, StringComparison.Ordinal);
        Assert.Contains("pryx undo --turn 1 --session", undo.Stderr, StringComparison.Ordinal);
        Assert.Equal(("my own", "before"), (person.Home.Read("a.txt"), person.Home.Read("b.txt")));

        var forced = await person.JsonAsync("undo", "--turn", "1", "--force", "--file", "a.txt", "--json");
        Assert.Equal("a.txt", Assert.Single(forced.GetProperty("changed").EnumerateArray()).GetProperty("path").GetString());
        Assert.Equal("before", person.Home.Read("a.txt"));
        Assert.Equal(0, (await person.PryxAsync("redo")).ExitCode);
        Assert.Equal("my own", person.Home.Read("a.txt"));
    }

    [Fact]
    public async Task A_chat_word_undoes_and_the_model_hears_of_it_and_a_rewind_takes_turns_out_of_its_context()
    {
        await using var provider = await FakeProvider.StartAsync(
            static request => request.LastUserText == "first words" && request.Step == 0 ? Calls(("write_file", """{"path":"a.txt","content":"agent"}""")) : Says("Done."), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("a.txt", "before");
        Assert.Equal(0, (await person.RunAsync("--approve-all", "first words")).ExitCode);
        var undo = await person.RunAsync("--continue", "/undo");
        Assert.True(undo.ExitCode == 0, undo.Stderr);
        Assert.Equal("before", person.Home.Read("a.txt"));

        var second = await person.RunAsync("--continue", "second words");
        Assert.True(second.ExitCode == 0, second.Stderr);
        Assert.Contains("The user took back what you changed in turn 1", provider.ModelRequests[^1].Text, StringComparison.Ordinal);

        var rewind = await person.PryxAsync("rewind", "0", "--conversation");
        Assert.True(rewind.ExitCode == 0, rewind.Stderr);
        var third = await person.RunAsync("--continue", "third words");
        Assert.True(third.ExitCode == 0, third.Stderr);
        Assert.DoesNotContain("first words", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("second words", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
        Assert.Contains("went back to the beginning", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
    }
}
