using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Tests.Streams;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Integration;

/// <summary>The named integration tests that go all the way. The names are those of the test report.</summary>
public sealed class WorkflowTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("IT18", "TestCompleteWorkflow")]
    public async Task From_a_fresh_home_to_a_first_answer_over_the_API_alone_without_a_restart()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString(), ["OLLAMA_HOST"] = "127.0.0.1:1" });
        var openai = (await core.GetAsync("/api/v1/providers", Cancellation)).Body!["providers"]!.AsArray().Single(one => (string?)one!["id"] == "openai")!;
        Assert.False((bool)openai["configured"]!);

        await core.PostAsync("/api/v1/providers/openai/key", new { api_key = "sk-test" }, Cancellation);
        await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { model_provider = "openai", model_name = "gpt-4o" }, Cancellation);
        var session = (string)(await core.PostAsync("/api/v1/sessions", new { title = "First", workspace = core.Home.Workspace }, Cancellation)).Body!["id"]!;
        await SayAsync(core, session, "Hi.");
        Assert.Equal("gpt-4o", provider.ModelRequests[^1].Model);

        // Another model from the next session on, in the same process.
        await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { model_name = "gpt-4o-mini" }, Cancellation);
        var second = (string)(await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace }, Cancellation)).Body!["id"]!;
        await SayAsync(core, second, "Hi again.");
        Assert.Equal("gpt-4o-mini", provider.ModelRequests[^1].Model);

        var messages = (await core.GetAsync($"/api/v1/sessions/{session}/messages", Cancellation)).Body!["messages"]!.AsArray();
        Assert.Equal(["user Hi.", "assistant Hello."], messages.Select(message => $"{message!["role"]} {message["content"]}"));
        var fork = (await core.PostAsync("/api/v1/sessions/fork", new { source_session_id = session }, Cancellation)).Body!;
        Assert.Equal(session, (string?)fork["source_session_id"]);
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, $"/api/v1/sessions/{session}", null, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync($"/api/v1/sessions/{session}", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync($"/api/v1/sessions/{fork["new_session_id"]}", Cancellation)).Status);
    }

    [Fact]
    [Requirement("IT18", "TestFullWorkflowIntegration")]
    public async Task A_chat_with_a_tool_is_asked_answered_done_audited_and_paid_for()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone("touch made"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await using var probe = await SocketProbe.ConnectAsync(core, Cancellation, "/ws?surface=web");

        var (session, turn) = await probe.SayAsync("Make it.", Cancellation);
        var needed = await probe.NextAsync("approval.needed", Cancellation);
        Assert.False(core.Home.Exists("made"));
        await probe.AskAsync("approval.resolve", new JsonObject { ["approval_id"] = (string)needed["payload"]!["approval_id"]!, ["approved"] = true }, Cancellation);
        Assert.Equal("turn.completed", await probe.EndAsync(turn, Cancellation));

        Assert.True(core.Home.Exists("made"));
        var audit = (await core.GetAsync($"/api/v1/audit?session_id={session}", Cancellation)).Body!["entries"]!.AsArray().Select(entry => (string?)entry!["action"]).Reverse();
        Assert.Equal(["tool.judged", "approval.asked", "approval.answered", "tool.started", "tool.completed"], audit);
        Assert.True((bool)(await core.GetAsync("/api/v1/audit/verify", Cancellation)).Body!["ok"]!);
        var cost = (await core.GetAsync($"/api/v1/cost/sessions/{session}", Cancellation)).Body!["total"]!;
        Assert.Equal(2, (int)cost["calls"]!);
        Assert.True((decimal)cost["cost_usd"]! > 0);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("IT18", "TestCompleteWorkflowIntegration")]
    public async Task Health_providers_policies_sessions_and_agents_work_one_after_the_other_on_one_runtime()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        Assert.Equal("ok", (string?)(await core.GetAsync("/health", Cancellation)).Body!["status"]);
        Assert.NotEmpty((await core.GetAsync("/api/v1/providers/openai/models", Cancellation)).Body!["models"]!.AsArray());
        Assert.Equal("workspace-only", (string?)(await core.GetAsync("/api/v1/policy/status", Cancellation)).Body!["mode"]);
        var session = (string)(await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace, model = SocketSessions.Model }, Cancellation)).Body!["id"]!;
        await SayAsync(core, session, "Start.");

        var agent = (string)(await core.PostAsync("/api/v1/agents/spawn", new { task = "Help.", session_id = session }, Cancellation)).Body!["agent_id"]!;
        Assert.Equal("ok", (string?)(await core.GetAsync($"/api/v1/agents/{agent}/wait", Cancellation)).Body!["status"]);

        Assert.Equal(2, (await core.GetAsync("/api/v1/sessions", Cancellation)).Body!["sessions"]!.AsArray().Count);
        Assert.Equal(session, (string?)(await core.GetAsync("/api/v1/sessions/search?q=Start", Cancellation)).Body!["results"]![0]!["session_id"]);
        Assert.NotNull((await core.GetAsync("/openapi.json", Cancellation)).Body!["paths"]!["/api/v1/agents/spawn"]);
    }

    [Fact]
    [Trait("Named", "TestMemoryAndSessionIntegration")]
    public async Task What_a_session_remembers_is_there_after_a_restart_and_reaches_the_model_again()
    {
        using var home = new TempHome();
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Says("Noted."), Says("Seven.")), Cancellation);
        string session;
        await using (var core = await TestCore.StartAsync(provider, Cancellation, home))
        {
            session = (string)(await core.PostAsync("/api/v1/sessions", new { workspace = home.Workspace, model = SocketSessions.Model }, Cancellation)).Body!["id"]!;
            await SayAsync(core, session, "The number is seven.");
        }
        await using var again = await TestCore.StartAsync(provider, Cancellation, home);
        await SayAsync(again, session, "Which number?");

        var messages = (await again.GetAsync($"/api/v1/sessions/{session}/messages", Cancellation)).Body!["messages"]!.AsArray();
        Assert.Equal(["The number is seven.", "Noted.", "Which number?", "Seven."], messages.Select(message => (string?)message!["content"]));
        Assert.Contains("The number is seven.", provider.ModelRequests[1].Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }

    private static async Task SayAsync(TestCore core, string session, string text)
    {
        var (status, accepted) = await core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = text }, Cancellation);
        Assert.True(status == HttpStatusCode.Accepted, accepted!.ToJsonString());
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        while ((await core.GetAsync($"/api/v1/sessions/{session}/turns", enough.Token)).Body!["turns"]!.AsArray().Any(turn => (string?)turn!["status"] is "running" or "queued"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, enough.Token);
        }
    }
}
