using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pryx.Core.Agents;
using Pryx.Core.Configuration;
using Pryx.Core.Events;
using Pryx.Core.Hosting;
using Pryx.Core.Storage;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Agents;

public sealed class AgentEndpointTests
{
    private const string Agents = "/api/v1/agents";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("AW1", "ok")]
    [Requirement("AW1", "fields")]
    [Requirement("ORC5", "local")]
    public async Task An_agent_does_its_task_in_a_session_of_its_own_with_what_its_parent_has()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("four")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var parent = await SessionAsync(core, "openai/gpt-4o");

        var (status, spawned) = await core.PostAsync($"{Agents}/spawn", new { task = "Add two and two", context = "in decimal", session_id = parent }, Cancellation);
        var id = (string)spawned!["agent_id"]!;
        var waited = (await core.GetAsync($"{Agents}/{id}/wait", Cancellation)).Body!;
        var agent = (await core.GetAsync($"{Agents}/{id}", Cancellation)).Body!;

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(("ok", "completed"), ((string?)waited["status"], (string?)waited["agent_status"]));
        Assert.True((DateTimeOffset)waited["startedAt"]! <= (DateTimeOffset)waited["endedAt"]!);
        Assert.Null(waited["error"]);
        Assert.Equal(("completed", "four", "openai/gpt-4o"), ((string?)agent["status"], (string?)agent["output"], (string?)agent["model"]));
        Assert.True((long)agent["tokens_used"]! > 0);
        Assert.True((long)agent["duration_ms"]! >= 0);
        Assert.Contains("Add two and two\n\nContext:\nin decimal", provider.ModelRequests[0].LastUserText, StringComparison.Ordinal);
        var session = (await core.GetAsync($"/api/v1/sessions/{agent["session_id"]}", Cancellation)).Body!;
        Assert.Equal((parent, core.Home.Workspace), ((string?)session["parent_id"], (string?)session["workspace"]));
        var turn = Assert.Single((await core.GetAsync($"/api/v1/sessions/{agent["session_id"]}/turns", Cancellation)).Body!["turns"]!.AsArray())!;
        Assert.Equal(((string?)agent["turn_id"], "agent"), ((string?)turn["id"], (string?)turn["surface"]));
        Assert.Equal(id, (string?)Assert.Single((await core.GetAsync(Agents, Cancellation)).Body!["agents"]!.AsArray())!["agent_id"]);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("AW1", "timeout")]
    [Requirement("AW1", "error")]
    public async Task Cancelling_ends_the_turn_with_every_process_it_started()
    {
        var script = FakeScripts.BySteps(Calls(("shell", """{"command":"sleep 600 & sleep 600"}""")), Says("done"));
        await using var provider = await FakeProvider.StartAsync(script, Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        await core.PostAsync("/api/v1/policies/grants", new { rule = "shell.exec:sleep*", workspace = core.Home.Workspace }, Cancellation);
        var id = await SpawnAsync(core, "sleep", await SessionAsync(core, "openai/gpt-4o"));
        await UntilAsync(() => Sleepers(core.Home.Workspace).Count >= 2);

        var early = (await core.PostAsync($"{Agents}/{id}/wait?timeout_ms=50", null, Cancellation)).Body!;
        Assert.Equal(("timeout", "running"), ((string?)early["status"], (string?)early["agent_status"]));
        Assert.Null(early["endedAt"]);

        var (status, cancelled) = await core.PostAsync($"{Agents}/{id}/cancel", null, Cancellation);
        Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, (string?)cancelled!["status"]));
        await UntilAsync(() => Sleepers(core.Home.Workspace).Count == 0);
        var waited = (await core.GetAsync($"{Agents}/{id}/wait", Cancellation)).Body!;
        Assert.Equal("error", (string?)waited["status"]);
        Assert.NotNull((string?)waited["error"]);
        Assert.NotNull((string?)waited["endedAt"]);
        Assert.Equal("cancelled", (string?)(await core.PostAsync($"{Agents}/{id}/cancel", null, Cancellation)).Body!["status"]);
    }

    [Fact]
    [Requirement("AW1", "serial per session")]
    [Requirement("ORC3", "concurrency limits")]
    public async Task Agents_of_one_session_follow_each_other_those_of_others_run_beside_and_the_eleventh_is_refused()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var (one, two) = (await SessionAsync(core, "openai/gpt-4o"), await SessionAsync(core, "openai/gpt-4o"));

        var first = await SpawnAsync(core, "first", one);
        var second = await SpawnAsync(core, "second", one);
        var beside = await SpawnAsync(core, "beside", two);
        await UntilAsync(() => provider.ModelRequests.Count == 2);
        Assert.Equal(("running", "queued", "running"), (await StatusAsync(core, first), await StatusAsync(core, second), await StatusAsync(core, beside)));

        for (var i = 4; i <= AgentDesk.Limit; i++)
        {
            await SpawnAsync(core, $"number {i}", null, "openai/gpt-4o");
        }
        using var content = new StringContent("""{"task":"one too many"}""", System.Text.Encoding.UTF8, "application/json");
        using var refused = await core.Http.PostAsync($"{Agents}/spawn", content, Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("AGENTS_BUSY", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        await core.PostAsync($"{Agents}/{first}/cancel", null, Cancellation);
        await UntilAsync(async () => await StatusAsync(core, second) == "running");
        var third = await SpawnAsync(core, "third", one);
        Assert.Equal("cancelled", (string?)(await core.PostAsync($"{Agents}/{third}/cancel", null, Cancellation)).Body!["status"]);
        Assert.Equal(9, (await core.GetAsync(Agents, Cancellation)).Body!["agents"]!.AsArray().Count(agent => (string?)agent!["status"] == "running"));
    }

    [Fact]
    [Requirement("ORC3", "state in store")]
    public async Task Agents_survive_a_restart_the_running_one_goes_on_and_the_waiting_one_begins_after_it()
    {
        using var home = new TempHome();
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("one"), Says("two")), Cancellation);
        string first, second;
        await using (var core = await TestCore.StartAsync(provider, Cancellation, home))
        {
            var parent = await SessionAsync(core, "openai/gpt-4o");
            first = await SpawnAsync(core, "first", parent);
            second = await SpawnAsync(core, "second", parent);
            await provider.WaitForRequestsAsync(1, Cancellation);
        }

        await using var again = await TestCore.StartAsync(provider, Cancellation, home);
        Assert.Equal("ok", (string?)(await again.GetAsync($"{Agents}/{first}/wait", Cancellation)).Body!["status"]);
        Assert.Equal("ok", (string?)(await again.GetAsync($"{Agents}/{second}/wait", Cancellation)).Body!["status"]);
        Assert.Equal(("one", "two"), ((string?)(await again.GetAsync($"{Agents}/{first}", Cancellation)).Body!["output"], (string?)(await again.GetAsync($"{Agents}/{second}", Cancellation)).Body!["output"]));
        Assert.Empty(provider.Violations);

        // Two hours later they are no longer listed, and still there.
        await using var database = await Database.OpenAsync(Path.Combine(home.Data, "pryx.db"), TimeProvider.System, Cancellation);
        var store = new AgentStore(database, new EventLog(database));
        Assert.Empty(await store.ListAsync(TimeProvider.System.GetUtcNow().AddHours(1), Cancellation));
        Assert.Equal("completed", (await store.FindAsync(first, Cancellation))!.Status);
    }

    [Fact]
    public async Task A_policy_is_inherited_and_can_only_be_narrowed()
    {
        var script = FakeScripts.BySteps(Calls(("write_file", """{"path":"made.txt","content":"x"}""")), Says("done"));
        await using var provider = await FakeProvider.StartAsync(script, Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var parent = await SessionAsync(core, "openai/gpt-4o");
        await core.PostAsync("/api/v1/policies/grants", new { rule = "folder", workspace = core.Home.Workspace }, Cancellation);
        await core.PostAsync($"/api/v1/sessions/{parent}/messages", new { content = "go", policy = "read-only" }, Cancellation);
        await UntilAsync(() => provider.ModelRequests.Count >= 2);

        foreach (var wider in (string[])["ask", "workspace-only", "full"])
        {
            var (status, body) = await core.PostAsync($"{Agents}/spawn", new { task = "write", session_id = parent, policy = wider }, Cancellation);
            Assert.Equal((HttpStatusCode.Forbidden, "POLICY_WIDER"), (status, (string?)body!["error"]!["code"]));
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await core.PostAsync($"{Agents}/spawn", new { task = "write", policy = "full" }, Cancellation)).Status);

        var inherited = await SpawnAsync(core, "write", parent);
        await core.GetAsync($"{Agents}/{inherited}/wait", Cancellation);
        Assert.Equal("read-only", (string?)(await core.GetAsync($"{Agents}/{inherited}", Cancellation)).Body!["policy"]);
        Assert.False(core.Home.Exists("made.txt"));

        // The same grant does allow it where the policy does.
        var free = await SpawnAsync(core, "write", null, "openai/gpt-4o");
        await core.GetAsync($"{Agents}/{free}/wait", Cancellation);
        Assert.True(core.Home.Exists("made.txt"));
    }

    [Theory]
    [InlineData("{}", 400, "VALIDATION_ERROR")]
    [InlineData("""{"task":"  "}""", 400, "VALIDATION_ERROR")]
    [InlineData("""{"task":["x"]}""", 400, "VALIDATION_ERROR")]
    [InlineData("""{"task":"x","session_id":"nonsense"}""", 400, "VALIDATION_ERROR")]
    [InlineData("""{"task":"x","session_id":"4f9d6a3e-2b1c-4d5e-8f70-112233445566"}""", 404, "SESSION_NOT_FOUND")]
    [InlineData("""{"task":"x","policy":"trading"}""", 400, "POLICY_UNKNOWN")]
    [InlineData("""{"task":"x","model":"nonsense"}""", 400, "MODEL_INVALID")]
    [InlineData("""{"task":"x","model":"nobody/x"}""", 400, "PROVIDER_NOT_CONFIGURED")]
    public async Task What_can_not_run_is_refused_and_leaves_nothing(string body, int expected, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, answer) = await core.PostAsync($"{Agents}/spawn", body, Cancellation);
        Assert.Equal((expected, code), ((int)status, (string?)answer!["error"]!["code"]));
        Assert.Empty((await core.GetAsync(Agents, Cancellation)).Body!["agents"]!.AsArray());
        Assert.Empty((await core.GetAsync("/api/v1/sessions", Cancellation)).Body!["sessions"]!.AsArray());
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/cancel")]
    [InlineData("GET", "/wait")]
    [InlineData("POST", "/wait")]
    public async Task An_unknown_agent_is_404(string method, string path)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, body) = await core.SendAsync(new(method), $"{Agents}/4f9d6a3e-2b1c-4d5e-8f70-112233445566{path}", null, Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "AGENT_NOT_FOUND"), (status, (string?)body!["error"]!["code"]));
    }

    [Fact]
    public async Task An_agent_whose_model_fails_says_why()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Fails(401)), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SpawnAsync(core, "x", null, "openai/gpt-4o");
        var waited = (await core.GetAsync($"{Agents}/{id}/wait", Cancellation)).Body!;
        Assert.Equal(("error", "failed"), ((string?)waited["status"], (string?)waited["agent_status"]));
        Assert.NotEmpty((string)waited["error"]!);
    }

    [Fact]
    [Requirement("AW1", "30 s wait")]
    public async Task A_wait_lasts_thirty_seconds_and_the_agent_six_hundred()
    {
        using var home = new TempHome();
        // The agent's own limit is what ends it here, not the patience with a silent provider.
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), "provider_idle_timeout: 2h\n", Cancellation);
        var time = new FakeTime();
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        var variables = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-test", ["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString() };
        await using var pryx = new PryxCore(new CoreOptions { Paths = new PryxPaths(home.Home, home.Data), Settings = new Settings(variables.GetValueOrDefault), Time = time });
        await using var desk = pryx.Agents(await pryx.StoreAsync(Cancellation), home.Workspace);
        await using var gateway = await Gateway.StartAsync(pryx, new GatewayOptions { HasAuthentication = false, WorkingDirectory = home.Workspace }, Cancellation);
        var route = gateway.Endpoints.OfType<RouteEndpoint>().First(endpoint => endpoint.RoutePattern.RawText == $"{Agents}/{{id}}/wait");
        var agent = await desk.SpawnAsync(new("wait", null, null, "openai/gpt-4o", null, null), Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);

        var waiting = WaitAsync();
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("timeout", "running"), await waiting);

        for (var i = 0; i < 58 && (await desk.FindAsync(agent.AgentId, Cancellation))!.Status == "running"; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
        }
        await UntilAsync(async () => (await desk.FindAsync(agent.AgentId, Cancellation))!.Status == "timeout");
        Assert.Equal(("timeout", "timeout"), await WaitAsync());

        // Called directly: its time runs from here on, not from when a request would have come in.
        async Task<(string?, string?)> WaitAsync()
        {
            using var body = new MemoryStream();
            var context = new DefaultHttpContext { Response = { Body = body } };
            context.Request.RouteValues["id"] = agent.AgentId;
            await route.RequestDelegate!(context);
            var answer = JsonNode.Parse(body.ToArray())!;
            return ((string?)answer["status"], (string?)answer["agent_status"]);
        }
    }

    private static async Task<string> SessionAsync(TestCore core, string model)
    {
        var (status, body) = await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace, model }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, status);
        return (string)body!["id"]!;
    }

    private static async Task<string> SpawnAsync(TestCore core, string task, string? session, string? model = null)
    {
        var (status, body) = await core.PostAsync($"{Agents}/spawn", new { task, session_id = session, model }, Cancellation);
        Assert.True(status == HttpStatusCode.Created, body!.ToJsonString());
        return (string)body["agent_id"]!;
    }

    private static async Task<string?> StatusAsync(TestCore core, string id) => (string?)(await core.GetAsync($"{Agents}/{id}", Cancellation)).Body!["status"];

    /// <summary>Counted outside the program under test: processes whose working directory is the workspace.</summary>
    private static List<string> Sleepers(string workspace)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[^1])))
        {
            try
            {
                if (new DirectoryInfo(Path.Combine(process, "cwd")).LinkTarget == workspace)
                {
                    found.Add(process);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's.
            }
        }
        return found;
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, enough.Token);
        }
    }
}
