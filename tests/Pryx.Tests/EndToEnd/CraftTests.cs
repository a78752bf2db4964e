using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Commands from files, memory, archive and attachments with the real executable.</summary>
public sealed class CraftTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_from_a_file_is_listed_shown_and_run_with_a_file_it_names()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Reviewed.")), Cancellation);
        using var person = Person.At(provider);
        Put(person.Home.Data, "commands/review.md", "---\ndescription: Reviews\nallowed-tools: Read\n---\nReview @$1 now.");
        Put(person.Home.Workspace, "a.txt", "quince");

        var list = await person.JsonAsync("command", "list", "--json");
        var shown = await person.PryxAsync("command", "show", "/review");
        var missing = await person.PryxAsync("command", "show", "nothing");
        var run = await person.RunAsync("/review a.txt");
        var help = await person.RunAsync("/help");

        Assert.Contains(list.EnumerateArray(), word => word.GetProperty("name").GetString() == "review" && word.GetProperty("origin").GetString() == "user");
        Assert.Contains("Only these tools: Read", shown.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("pryx command list", missing.Stderr, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Contains("Review @a.txt now.", provider.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Contains("quince", provider.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("/compact", help.Stdout + help.Stderr, StringComparison.Ordinal);
        Assert.Single(provider.ModelRequests);
    }

    [Fact]
    public async Task Memory_is_added_told_found_edited_and_forgotten()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        using var person = Person.At(provider);

        var added = await person.PryxAsync("memory", "add", "I prefer tabs");
        await person.PryxAsync("memory", "add", "Tests need Postgres", "--folder");
        var run = await person.RunAsync("hello");
        var found = (await person.JsonAsync("memory", "search", "postgres", "--json")).EnumerateArray().ToList();
        var list = (await person.JsonAsync("memory", "list", "--json")).EnumerateArray().ToList();
        var id = list[0].GetProperty("id").GetString()!;
        var edited = await person.PryxAsync("memory", "edit", id, "I prefer spaces");
        var gone = await person.PryxAsync("memory", "forget", id);
        var forgotten = await person.PryxAsync("memory", "forget", found[0].GetProperty("id").GetString()!);
        var secret = await person.PryxAsync("memory", "add", "my token is ghp_0123456789abcdefghijABCDEFGHIJ012345");

        Assert.True(added.ExitCode == 0, added.Stderr);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("I prefer tabs", provider.ModelRequests[0].System, StringComparison.Ordinal);
        Assert.Equal(["Tests need Postgres"], found.Select(entry => entry.GetProperty("text").GetString()));
        Assert.Equal((0, 1, 0, 1), (edited.ExitCode, gone.ExitCode, forgotten.ExitCode, secret.ExitCode));
        Assert.Contains("- I prefer spaces", await File.ReadAllTextAsync(Path.Combine(person.Home.Data, "MEMORY.md"), Cancellation), StringComparison.Ordinal);
        Assert.Contains("Nothing of that", (await person.PryxAsync("memory", "search", "postgres")).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_archived_says_so_and_comes_back()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("A quince.")), Cancellation);
        using var person = Person.At(provider);
        await person.RunAsync("which fruit?");
        var id = (await person.JsonAsync("session", "list", "--json"))[0].GetProperty("id").GetString()!;
        var before = (await person.PryxAsync("session", "export", id)).Stdout;

        var archived = await person.PryxAsync("session", "archive", id[..8]);
        var shown = await person.PryxAsync("session", "show", id);
        var continued = await person.RunAsync("--session", id, "go on");
        var found = await person.PryxAsync("session", "search", "fruit");
        var none = (await person.JsonAsync("session", "archive", "--older-than", "90d", "--json")).GetProperty("sessions");
        var both = await person.PryxAsync("session", "archive");
        var back = await person.PryxAsync("session", "unarchive", id);
        var after = (await person.PryxAsync("session", "export", id)).Stdout;

        Assert.True(archived.ExitCode == 0, archived.Stderr);
        Assert.Contains("Bring it back: pryx session unarchive", shown.Stdout, StringComparison.Ordinal);
        Assert.Contains("which fruit? → A quince.", shown.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, continued.ExitCode);
        Assert.Contains("pryx session unarchive", continued.Stderr, StringComparison.Ordinal);
        Assert.Contains(id[..8], found.Stdout, StringComparison.Ordinal);
        Assert.Equal(0, none.GetArrayLength());
        Assert.Equal(2, both.ExitCode);
        Assert.True(back.ExitCode == 0, back.Stderr);
        Assert.Equal(before[before.IndexOf("\"items\"", StringComparison.Ordinal)..], after[after.IndexOf("\"items\"", StringComparison.Ordinal)..]);
    }

    [Fact]
    [Requirement("NFR-M1.5", "child sessions")]
    public async Task A_fork_stands_below_its_parent_and_is_compared_with_it()
    {
        await using var provider = await FakeProvider.StartAsync(request => Says($"Answer to {request.LastUserText}"), Cancellation);
        using var person = Person.At(provider);
        // A copy goes on from the middle of what the fake provider takes for one conversation.
        provider.ChecksPrefix = false;
        await person.RunAsync("first");
        var parent = (await person.JsonAsync("session", "list", "--json"))[0].GetProperty("id").GetString()!;
        var fork = (await person.JsonAsync("session", "fork", parent, "--title", "another way", "--json")).GetProperty("id").GetString()!;
        await person.RunAsync("--session", parent, "this way");
        await person.RunAsync("--session", fork, "that way");

        var list = await person.PryxAsync("session", "list");
        var compared = await person.JsonAsync("session", "compare", parent, fork, "--json");
        var shown = await person.PryxAsync("session", "compare", parent, fork);

        var lines = list.Stdout.Split('\n');
        var at = Array.FindIndex(lines, line => line.Contains(parent[..8], StringComparison.Ordinal));
        Assert.Contains("└ another way", lines[at + 1], StringComparison.Ordinal);
        Assert.Equal(2, compared.GetProperty("shared_messages").GetInt32());
        Assert.Equal(["that way", "Answer to that way"], compared.GetProperty("two").GetProperty("own").EnumerateArray().Select(message => message.GetProperty("text").GetString()));
        Assert.Contains("They share their first 2 messages.", shown.Stdout, StringComparison.Ordinal);
        Assert.Contains("> this way", shown.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_every_kind_go_with_the_prompt()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Read.")), Cancellation);
        using var person = Person.At(provider);
        Put(person.Home.Workspace, "a.pdf", "%PDF-1.4\n%%EOF");
        Put(person.Home.Workspace, "my notes.txt", "quince");
        await File.WriteAllBytesAsync(Path.Combine(person.Home.Workspace, "x.bin"), [0, 1, 2], Cancellation);

        var run = await person.RunAsync("sum it up", "--attach", "a.pdf", "--attach", "my notes.txt");
        var refused = await person.RunAsync("sum it up", "--attach", "x.bin");
        var noImage = await person.RunAsync("look", "--image", "a.pdf");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Contains("data:application/pdf;base64,", provider.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Contains("quince", provider.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Equal((2, 2), (refused.ExitCode, noImage.ExitCode));
        Assert.Contains("neither an image, a PDF nor text", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("--attach takes PDF", noImage.Stderr, StringComparison.Ordinal);
    }

    private static void Put(string root, string path, string text)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
