using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Agents;

/// <summary>What agents change for a turn is taken back with the turn: whoever says undo need not know who did it.</summary>
public sealed class AgentUndoTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static (string, string) Write(string path, string content) => ("write_file", new JsonObject { ["path"] = path, ["content"] = content }.ToJsonString());

    private static (string, string) Task(string prompt, string? agent = null) => ("task", new JsonObject { ["prompt"] = prompt, ["agent"] = agent }.ToJsonString());

    [Fact]
    public async Task What_a_turn_and_its_agents_did_in_turns_to_the_same_file_is_one_undo_and_one_redo()
    {
        var script = AgentProbe.ByTask(
            FakeScripts.BySteps(Calls(Write("a.txt", "by the turn")), Calls(Task("go on with it", "middle")), Calls(Write("a.txt", "by the turn again")), Says("done")),
            ("go on with it", FakeScripts.BySteps(Calls(Write("a.txt", "by the agent"), Write("new/b.txt", "made")), Calls(Task("below it")), Says("agent done"))),
            ("below it", FakeScripts.BySteps(Calls(("shell", """{"command":"rm -r kept && echo c > new/c.txt"}""")), Says("below done"))));
        await using var provider = await FakeProvider.StartAsync(script, Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        core.Home.Write("a.txt", "as it was");
        core.Home.Write("kept/d.txt", "untracked");
        Directory.CreateDirectory(Path.Combine(core.Home.Data, "agents"));
        await File.WriteAllTextAsync(Path.Combine(core.Home.Data, "agents", "middle.md"), "---\ndescription: middle\ntools: [Write, Bash, Task]\n---\n", Cancellation);
        var session = await core.SessionAsync(Cancellation);

        await core.RunAsync(session, new { content = "begin", policy = "full" }, Cancellation);
        Assert.Equal("by the turn again", core.Home.Read("a.txt"));
        Assert.True(core.Home.Exists("new/b.txt"));
        Assert.False(core.Home.Exists("kept/d.txt"), string.Join('\n', provider.ModelRequests.SelectMany(static request => request.Results).Select(static result => result.Text)));

        var listed = Assert.Single((await core.GetAsync($"/api/v1/sessions/{session}/checkpoints", Cancellation)).Body!["turns"]!.AsArray())!;
        Assert.Superset(new HashSet<string?> { "a.txt", "new/b.txt", "new/c.txt", "kept/d.txt" }, listed["files"]!.AsArray().Select(static file => (string?)file!["path"]).ToHashSet());
        var (status, undone) = await core.PostAsync($"/api/v1/sessions/{session}/undo", new { }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Empty(undone!["left"]!.AsArray());
        Assert.Equal(("as it was", "untracked", false), (core.Home.Read("a.txt"), core.Home.Read("kept/d.txt"), Directory.Exists(core.Home.PathOf("new"))));

        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{session}/redo", new { }, Cancellation)).Status);
        Assert.Equal(("by the turn again", "made", "c\n", false), (core.Home.Read("a.txt"), core.Home.Read("new/b.txt"), core.Home.Read("new/c.txt"), core.Home.Exists("kept/d.txt")));
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{session}/rewind", new { to = 0 }, Cancellation)).Status);
        Assert.Equal(("as it was", "untracked", false), (core.Home.Read("a.txt"), core.Home.Read("kept/d.txt"), Directory.Exists(core.Home.PathOf("new"))));
    }

    [Fact]
    public async Task What_an_agent_did_can_be_taken_back_alone_in_its_own_session()
    {
        var script = AgentProbe.ByTask(
            FakeScripts.BySteps(Calls(Write("a.txt", "by the turn")), Calls(Task("make b")), Says("done")),
            ("make b", FakeScripts.BySteps(Calls(Write("b.txt", "made")), Says("agent done"))));
        await using var provider = await FakeProvider.StartAsync(script, Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await core.GrantFolderAsync(Cancellation);
        var session = await core.SessionAsync(Cancellation);
        await core.RunAsync(session, new { content = "begin" }, Cancellation);
        var agent = (string?)Assert.Single((await core.GetAsync("/api/v1/agents", Cancellation)).Body!["agents"]!.AsArray())!["session_id"];

        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{agent}/undo", new { }, Cancellation)).Status);
        Assert.Equal((true, false), (core.Home.Exists("a.txt"), core.Home.Exists("b.txt")));
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{session}/undo", new { }, Cancellation)).Status);
        Assert.False(core.Home.Exists("a.txt"));
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{session}/redo", new { }, Cancellation)).Status);
        Assert.Equal((true, false), (core.Home.Exists("a.txt"), core.Home.Exists("b.txt")));
    }
}
