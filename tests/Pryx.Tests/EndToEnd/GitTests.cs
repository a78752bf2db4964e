using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Work in a git checkout: the model edits and commits through the shell.</summary>
public sealed class GitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("UC1", "file")]
    [Requirement("UC1", "shell")]
    [Requirement("UC1", "git")]
    public async Task An_edit_is_committed_and_the_model_sees_the_commit()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("edit_file", """{"path":"a.txt","edits":[{"old_string":"one","new_string":"two"}]}""")),
            Calls(("shell_exec", """{"command":"git commit -qam 'Say two' && git log --oneline"}""")),
            Says("Committed.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("a.txt", "one\n");
        var made = await person.ShellAsync("git init -q . && git config user.email a@example.org && git config user.name A && git add -A && git commit -qm First");
        Assert.True(made.ExitCode == 0, made.Stderr);

        var run = await person.RunAsync("--approve-all", "go");

        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Equal("two\n", (await person.ShellAsync("git show HEAD:a.txt")).Stdout);
        Assert.Contains("Say two", provider.ModelRequests[^1].Results[^1].Text, StringComparison.Ordinal);
    }
}
