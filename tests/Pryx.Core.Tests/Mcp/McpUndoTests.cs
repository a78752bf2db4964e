using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Agents;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Mcp;

/// <summary>A server is started once and lives through many turns: what it changes for a call is taken back with the call's turn.</summary>
public sealed class McpUndoTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_sandboxed_server_writes_for_each_turn_is_taken_back_turn_by_turn()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "Needs bubblewrap: apt install bubblewrap");
        using var home = new TempHome();
        var entry = FakeMcp.Entry(home, "good", home.Workspace);
        entry.Remove("sandbox");
        entry["trusted"] = true;
        FakeMcp.Write(home, ("fake", entry));
        home.Write("a.txt", "as it was");
        ScriptedReply write(string file) => Calls(("mcp__fake__write", new JsonObject { ["path"] = home.PathOf(file) }.ToJsonString()));
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(write("a.txt"), Says("one"), write("b.txt"), Says("two")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel, home);
        var session = await core.SessionAsync(Cancel);

        await core.RunAsync(session, new { content = "write a", allow = (string[])["mcp.fake.*"] }, Cancel);
        Assert.True(home.Read("a.txt") == "written", provider.ModelRequests[^1].Results[0].Text);
        await core.RunAsync(session, new { content = "write b", allow = (string[])["mcp.fake.*"] }, Cancel);
        Assert.Equal("written", home.Read("b.txt"));

        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{session}/undo", new { }, Cancel)).Status);
        Assert.Equal(("written", false), (home.Read("a.txt"), home.Exists("b.txt")));
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{session}/undo", new { }, Cancel)).Status);
        Assert.Equal("as it was", home.Read("a.txt"));
    }
}
