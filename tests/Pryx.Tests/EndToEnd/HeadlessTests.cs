using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Runs without a terminal, where nobody can be asked.</summary>
public sealed class HeadlessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The printed flags are pasted into a real shell, as a person would.</summary>
    [Theory]
    [InlineData("shell_exec", """{"command":"touch 'made it.txt'"}""", "made it.txt")]
    [InlineData("shell_exec", """{"command":"echo done | tee made.txt"}""", "made.txt")]
    [InlineData("write_file", """{"path":"src/made.txt","content":"x"}""", "src/made.txt")]
    public async Task Denied_call_names_the_narrowest_flag_and_with_it_the_same_run_succeeds(string tool, string arguments, string effect)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls((tool, arguments)), Says("Done.")), Cancellation);
        using var person = Person.At(provider);

        var denied = await person.RunAsync("go");

        Assert.Equal(3, denied.ExitCode);
        Assert.Equal("Done.\n", denied.Stdout);
        Assert.False(person.Home.Exists(effect));
        Assert.Contains("Denied", Assert.Single(provider.ModelRequests[1].Results).Text, StringComparison.Ordinal);
        Assert.Contains("nobody could be asked", denied.Stderr, StringComparison.Ordinal);
        var next = denied.Stderr.Split('\n').Single(line => line.StartsWith("Next: add --allow ", StringComparison.Ordinal));
        var flags = next["Next: add ".Length..next.LastIndexOf(", or run it", StringComparison.Ordinal)];

        var allowed = await person.ShellAsync($"exec '{Person.Executable}' run -m {Models.Chat} {flags} go");

        Assert.True(allowed.ExitCode == 0, allowed.Stderr);
        Assert.True(person.Home.Exists(effect));
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("FR2.A2", "denied outside workspace")]
    [Requirement("FR2.A2", "file untouched")]
    [Requirement("FR2.4", "workspace-only")]
    [Requirement("SEC4", "write outside")]
    public async Task Writing_outside_the_workspace_is_denied_also_through_a_link_and_for_approve_all()
    {
        using var outside = new TempHome();
        outside.Write("passwd", "untouched");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("write_file", $$"""{"path":"{{outside.PathOf("passwd")}}","content":"x"}"""), ("write_file", $$"""{"path":"{{outside.PathOf("new")}}","content":"x"}""")),
            Calls(("write_file", """{"path":"link/passwd","content":"x"}"""), ("edit_file", """{"path":"one","edits":[{"old_string":"untouched","new_string":"x"}]}""")),
            Calls(("write_file", """{"path":"link/new","content":"x"}"""), ("write_file", """{"path":"../passwd","content":"x"}""")),
            Says("I can not.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Link("link", outside.Workspace);
        person.Home.Link("one", outside.PathOf("passwd"));

        var run = await person.RunAsync("--policy", "workspace-only", "--approve-all", "go");

        Assert.True(run.ExitCode == 0, run.Stderr);
        var results = provider.ModelRequests[^1].Results;
        Assert.Equal(6, results.Count);
        Assert.All(results, result => Assert.Contains("outside workspace", result.Text, StringComparison.Ordinal));
        Assert.Equal("untouched", outside.Read("passwd"));
        Assert.False(outside.Exists("new"));
        Assert.False(person.Home.Exists("../passwd"));
        Assert.Equal(["passwd"], Directory.EnumerateFileSystemEntries(outside.Workspace).Select(Path.GetFileName));
    }

    [Fact]
    [Requirement("FR2.4", "read-only")]
    public async Task Approve_all_never_beats_a_denial()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("shell_exec", """{"command":"touch made.txt"}"""), ("write_file", """{"path":"made.txt","content":"x"}""")), Says("I can not.")), Cancellation);
        using var person = Person.At(provider);

        var run = await person.RunAsync("--policy", "read-only", "--approve-all", "--allow", "shell.exec:touch made.txt", "go");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.All(provider.ModelRequests[1].Results, result => Assert.Contains("read-only", result.Text, StringComparison.Ordinal));
        Assert.False(person.Home.Exists("made.txt"));
    }

    [Fact]
    public async Task Provider_keys_do_not_reach_commands()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"env"}""")), Says("Done.")), Cancellation);
        using var person = Person.At(provider);
        person.Variables["GROQ_API_KEY"] = "gsk-another-key-0123456789";
        person.Variables["HARMLESS"] = "seen";

        var run = await person.RunAsync("--approve-all", "go");

        Assert.True(run.ExitCode == 0, run.Stderr);
        var environment = Assert.Single(provider.ModelRequests[1].Results).Text;
        Assert.Contains("HARMLESS=seen", environment, StringComparison.Ordinal);
        Assert.Contains($"HOME={person.Home.Home}", environment, StringComparison.Ordinal);
        Assert.DoesNotContain(Person.Key, environment, StringComparison.Ordinal);
        Assert.DoesNotContain("gsk-another", environment, StringComparison.Ordinal);
    }
}
