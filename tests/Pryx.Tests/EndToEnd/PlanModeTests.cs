using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>Plan mode with the real executable: nobody is there to say yes.</summary>
public sealed class PlanModeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_with_plan_changes_nothing_shows_its_mode_and_is_switched_back()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("write_file", """{"path":"made.txt","content":"x"}"""), ("present_plan", """{"plan":"Write it","actions":["filesystem.write:made.txt"]}""")), Says("I may not.")), Cancellation);
        using var person = Person.At(provider);

        var both = await person.RunAsync("--plan", "--approve-all", "write");
        var run = await person.RunAsync("--plan", "--policy", "full", "write");
        var listed = await person.PryxAsync("session", "list");
        var id = (await person.JsonAsync("session", "list", "--json"))[0].GetProperty("id").GetString()!;
        var mode = await person.JsonAsync("session", "mode", id, "--json");
        var act = await person.PryxAsync("session", "mode", id, "act");
        var wrong = await person.PryxAsync("session", "mode", id, "other");
        var after = await person.PryxAsync("session", "list");

        Assert.Equal(2, both.ExitCode);
        Assert.Contains("Plan mode is on", provider.ModelRequests[1].Results[0].Text, StringComparison.Ordinal);
        Assert.Contains("nobody can be asked", provider.ModelRequests[1].Results[1].Text, StringComparison.Ordinal);
        Assert.Contains("[plan]", listed.Stdout, StringComparison.Ordinal);
        Assert.Equal("plan", mode.GetProperty("mode").GetString());
        Assert.Equal((0, 1), (act.ExitCode, wrong.ExitCode));
        Assert.DoesNotContain("[plan]", after.Stdout, StringComparison.Ordinal);
        Assert.False(person.Home.Exists("made.txt"));
        Assert.NotEqual(2, run.ExitCode);
    }
}
