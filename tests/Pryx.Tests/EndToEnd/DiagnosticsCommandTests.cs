using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Diagnostics with the real executable and a real Python.</summary>
public sealed class DiagnosticsCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Errors_of_a_file_are_shown_and_told_with_the_edit_that_makes_them()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "Needs python3: apt install python3");
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "Needs a sandbox: apt install bubblewrap");
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("edit_file", """{"path":"good.py","edits":[{"old_string":"x = 1","new_string":"x = ("}]}""")), Says("Oh.")), Cancellation);
        using var person = Person.At(provider);
        person.Variables["PATH"] = "/usr/bin:/bin";
        person.Home.Write("good.py", "x = 1\n");
        person.Home.Write("bad.py", "def f(:\n");

        var there = await person.PryxAsync("diagnostics");
        var bad = await person.JsonAsync("diagnostics", "good.py", "--json");
        var shown = await person.PryxAsync("diagnostics", "bad.py");
        var missing = await person.PryxAsync("diagnostics", "none.py");
        var grant = await person.PryxAsync("grant", "add", "folder");
        var run = await person.RunAsync("break it");
        var doctor = await person.PryxAsync("doctor");

        Assert.Contains("python", there.Stdout, StringComparison.Ordinal);
        Assert.Empty(bad.GetProperty("errors").EnumerateArray());
        Assert.Equal(1, shown.ExitCode);
        Assert.Contains("bad.py:1: ", shown.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.True(grant.ExitCode == 0, grant.Stderr);
        Assert.True(run.ExitCode == 0, run.Stderr);
        Assert.Contains("New errors since this edit (python):\ngood.py:1: ", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
        Assert.Contains("diagnostics", doctor.Stdout, StringComparison.Ordinal);
    }
}
