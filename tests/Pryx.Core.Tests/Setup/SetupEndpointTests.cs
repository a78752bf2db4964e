using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Setup;

/// <summary>The one flow of the first run, over HTTP as every surface sees it.</summary>
public sealed class SetupEndpointTests
{
    private const string Root = "/api/v1/setup";
    private const string GoodKey = "sk-good-key-0123456789";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("J.3", "required marked")]
    public async Task With_nothing_one_step_is_required_and_each_says_what_to_do()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: NoServers());

        var setup = (await core.GetAsync(Root, Cancellation)).Body!;

        Assert.Equal((false, false, "provider"), ((bool)setup["ready"]!, (bool)setup["complete"]!, (string?)setup["next"]));
        Assert.Equal(["cloud", "provider", "workspace", "abilities", "chat"], setup["steps"]!.AsArray().Select(step => (string?)step!["id"]));
        Assert.Equal(["provider"], setup["steps"]!.AsArray().Where(step => (bool)step!["required"]!).Select(step => (string?)step!["id"]));
        Assert.All(setup["steps"]!.AsArray(), step => Assert.StartsWith("pryx ", (string?)step!["next"], StringComparison.Ordinal));
        Assert.Contains("pryx setup", (string?)setup["hint"], StringComparison.Ordinal);
        Assert.Empty(Step(setup, "provider")["found"]!.AsArray());
    }

    [Fact]
    public async Task A_key_in_the_environment_is_ready_and_leaves_one_line_that_can_be_dismissed()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);

        var setup = (await core.GetAsync(Root, Cancellation)).Body!;
        var found = Step(setup, "provider")["found"]!.AsArray();
        var hint = (string?)(await core.GetAsync(Root + "/ready", Cancellation)).Body!["hint"];
        var dismissed = await core.PostAsync(Root + "/dismiss", null, Cancellation);
        var after = (await core.GetAsync(Root + "/ready", Cancellation)).Body!;

        Assert.True((bool)setup["ready"]!);
        Assert.Equal(("key", "openai", "env", "OPENAI_API_KEY"), ((string?)found[0]!["kind"], (string?)found[0]!["id"], (string?)found[0]!["source"], (string?)found[0]!["variable"]));
        Assert.Equal(setup["model"]!.ToString(), $"openai/{found[0]!["model"]}");
        Assert.Contains("pryx setup --dismiss", hint, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', hint!);
        Assert.Equal(HttpStatusCode.NoContent, dismissed.Status);
        Assert.Equal((true, null), ((bool)after["ready"]!, (string?)after["hint"]));
        // Who only looks costs nothing: no provider was asked.
        Assert.Empty(provider.Requests);
    }

    [Fact]
    [Requirement("J.2", "keys")]
    public async Task A_key_is_tried_and_its_models_are_listed_before_it_is_stored_with_the_model_in_use()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        provider.Models = ["text-embedding-3", "tiny-model", "big-model"];
        await using var core = await WithAddressOnlyAsync(provider);

        var (status, tried) = await core.PostAsync(Root + "/try", new { provider = "openai", api_key = GoodKey }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("works", (string?)tried!["test"]!["verdict"]);
        Assert.Equal(["text-embedding-3", "tiny-model", "big-model"], tried["models"]!.AsArray().Select(model => (string?)model));
        Assert.Equal("tiny-model", (string?)tried["model"]);
        Assert.False((bool)(await core.GetAsync("/api/v1/providers/openai/key", Cancellation)).Body!["configured"]!);

        var (taken, answer) = await core.PostAsync(Root + "/steps/provider", new { provider = "openai", api_key = GoodKey, model = "big-model" }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, taken);
        Assert.Equal(("openai/big-model", "done", true), ((string?)answer!["setup"]!["model"], (string?)Step(answer["setup"]!, "provider")["state"], (bool)answer["setup"]!["ready"]!));
        Assert.NotNull((string?)answer["kept_in"]);
        Assert.DoesNotContain(GoodKey, answer.ToJsonString(), StringComparison.Ordinal);
        Assert.All(provider.Requests, request => Assert.Equal($"Bearer {GoodKey}", request.Headers["Authorization"]));
    }

    [Fact]
    [Requirement("J.2", "invalid guidance")]
    public async Task A_refused_key_an_unlisted_model_and_a_provider_that_is_not_there_store_nothing_and_say_what_next()
    {
        await using var refusing = await AnsweringServer.StartAsync(static _ => (401, """{"error":{"message":"Incorrect API key provided."}}"""), Cancellation);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string>(NoServers())
        {
            ["OPENAI_BASE_URL"] = refusing.Url, ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1", ["GROQ_BASE_URL"] = provider.OpenAiUrl.ToString(),
        });

        foreach (var (body, code) in new (object, string)[]
        {
            (new { provider = "openai", api_key = GoodKey }, "KEY_REFUSED"),
            (new { provider = "openai", api_key = GoodKey, force = true }, "KEY_REFUSED"),
            (new { provider = "openai" }, "KEY_MISSING"),
            (new { provider = "anthropic", api_key = GoodKey }, "PROVIDER_UNREACHABLE"),
            (new { provider = "groq", api_key = GoodKey, model = "nope" }, "MODEL_UNLISTED"),
            (new { provider = "nobody", api_key = GoodKey }, "PROVIDER_UNKNOWN"),
            (new { provider = "openai", api_key = "two words" }, "VALIDATION_ERROR"),
            (new { }, "VALIDATION_ERROR"),
        })
        {
            var (status, answer) = await core.PostAsync(Root + "/steps/provider", body, Cancellation);
            Assert.True((int)status is >= 400 and < 500, $"{body}: {status}");
            Assert.Equal(code, (string?)answer!["error"]!["code"]);
            Assert.True(code == "VALIDATION_ERROR" || ((string?)answer["error"]!["next"])?.Length > 0, $"{body} leads nowhere.");
        }
        var keys = (await core.GetAsync("/api/v1/providers", Cancellation)).Body!["providers"]!.AsArray().Where(entry => entry!["key_source"] is not null);
        Assert.Empty(keys);
        Assert.False((bool)(await core.GetAsync(Root, Cancellation)).Body!["ready"]!);
    }

    [Fact]
    public async Task A_key_that_can_not_be_tried_now_is_stored_when_that_is_wanted()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string>(NoServers()) { ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1" });

        var (status, answer) = await core.PostAsync(Root + "/steps/provider", new { provider = "anthropic", api_key = GoodKey, force = true }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("without proof", (string?)answer!["note"], StringComparison.Ordinal);
        Assert.True((bool)answer["setup"]!["ready"]!);
    }

    [Theory]
    [InlineData("ollama")]
    [InlineData("lmstudio")]
    [InlineData("llamacpp")]
    public async Task A_server_of_models_that_runs_here_is_found_and_ready_without_a_question(string id)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        provider.Models = ["nomic-embed-text", "qwen3:8b"];
        provider.RequiresKey = false;
        var environment = new Dictionary<string, string>(NoServers())
        {
            [id switch { "ollama" => "OLLAMA_HOST", "lmstudio" => "LMSTUDIO_BASE_URL", _ => "LLAMACPP_BASE_URL" }] = (id == "ollama" ? provider.Url : provider.OpenAiUrl).ToString(),
        };
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: environment);

        var setup = (await core.GetAsync(Root, Cancellation)).Body!;
        var found = Assert.Single(Step(setup, "provider")["found"]!.AsArray())!;

        Assert.Equal($"{id}/qwen3:8b", (string?)setup["model"]);
        Assert.Equal(("server", id), ((string?)found["kind"], (string?)found["id"]));
        Assert.Equal(["qwen3:8b"], found["models"]!.AsArray().Select(model => (string?)model));
        // And a turn takes just that one.
        var session = (string)(await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace }, Cancellation)).Body!["id"]!;
        await core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "hello" }, Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);
    }

    [Fact]
    public async Task Steps_can_be_skipped_opened_again_and_begun_anew_and_that_outlives_a_restart()
    {
        using var home = new TempHome();
        await using (var core = await TestCore.StartAsync(null, Cancellation, home, environment: NoServers()))
        {
            Assert.Equal("skipped", State((await core.PostAsync(Root + "/steps/cloud", new { action = "skip" }, Cancellation)).Body!["setup"]!, "cloud"));
            Assert.Equal(("SETUP_REQUIRED", HttpStatusCode.Conflict), Error(await core.PostAsync(Root + "/steps/provider", new { action = "skip" }, Cancellation)));
            Assert.Equal(("SETUP_NOT_DONE", HttpStatusCode.Conflict), Error(await core.PostAsync(Root + "/steps/abilities", null, Cancellation)));
            Assert.Equal(("SETUP_STEP_NOT_FOUND", HttpStatusCode.NotFound), Error(await core.PostAsync(Root + "/steps/coffee", null, Cancellation)));
        }
        await using var again = await TestCore.StartAsync(null, Cancellation, home, environment: NoServers());

        Assert.Equal("skipped", State((await again.GetAsync(Root, Cancellation)).Body!, "cloud"));
        Assert.Equal("open", State((await again.PostAsync(Root + "/steps/cloud", new { action = "reopen" }, Cancellation)).Body!["setup"]!, "cloud"));
        await again.PostAsync(Root + "/steps/cloud", new { action = "skip" }, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, (await again.SendAsync(HttpMethod.Delete, Root, null, Cancellation)).Status);
        Assert.Equal("open", State((await again.GetAsync(Root, Cancellation)).Body!, "cloud"));
        var actions = (await again.GetAsync("/api/v1/audit?limit=20", Cancellation)).Body!.ToJsonString();
        Assert.All(["setup.skipped", "setup.reopened", "setup.restarted"], action => Assert.Contains(action, actions, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_and_a_mode_are_taken_and_a_folder_that_holds_more_than_a_project_is_warned_of()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: NoServers());

        var (status, answer) = await core.PostAsync(Root + "/steps/workspace", new { workspace = core.Home.Workspace, mode = "ask" }, Cancellation);
        var step = Step(answer!["setup"]!, "workspace");
        var home = (await core.PostAsync(Root + "/steps/workspace", new { workspace = core.Home.Home }, Cancellation)).Body!;

        Assert.Equal((HttpStatusCode.OK, "done", "ask", core.Home.Workspace), (status, (string?)step["state"], (string?)step["mode"], (string?)step["workspace"]));
        Assert.Contains("policy: ask", File.ReadAllText(Path.Combine(core.Home.Data, "config.yaml")), StringComparison.Ordinal);
        Assert.Null(answer["note"]);
        Assert.Contains("A folder of its own is better", (string?)home["note"], StringComparison.Ordinal);
        Assert.Equal(("WORKSPACE_MISSING", HttpStatusCode.BadRequest), Error(await core.PostAsync(Root + "/steps/workspace", new { workspace = core.Home.PathOf("nowhere") }, Cancellation)));
        Assert.Equal(("POLICY_UNKNOWN", HttpStatusCode.BadRequest), Error(await core.PostAsync(Root + "/steps/workspace", new { workspace = core.Home.Workspace, mode = "yolo" }, Cancellation)));
        Assert.Equal(("VALIDATION_ERROR", HttpStatusCode.BadRequest), Error(await core.PostAsync(Root + "/steps/workspace", new { workspace = "relative" }, Cancellation)));
    }

    [Fact]
    public async Task What_is_done_elsewhere_is_done_here()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        Assert.Equal("open", State((await core.GetAsync(Root, Cancellation)).Body!, "abilities"));

        await core.PostAsync("/skills/enable", new { id = "weather" }, Cancellation);
        await core.PostAsync("/api/v1/mcp/servers", new { name = "docs", url = "https://mcp.example.com" }, Cancellation);
        var session = (string)(await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace }, Cancellation)).Body!["id"]!;
        await core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = "hello" }, Cancellation);
        JsonNode setup;
        do
        {
            setup = (await core.GetAsync(Root, Cancellation)).Body!;
        }
        while (State(setup, "chat") != "done");

        Assert.Equal("done", State(setup, "abilities"));
        Assert.Contains("MCP server docs", (string?)Step(setup, "abilities")["summary"], StringComparison.Ordinal);
        Assert.Equal(("done", core.Home.Workspace), (State(setup, "workspace"), (string?)Step(setup, "workspace")["workspace"]));
    }

    [Fact]
    public async Task A_chosen_provider_that_has_lost_its_key_or_does_not_run_is_said_with_the_way_back()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: NoServers());
        await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { model_provider = "openai", model_name = "gpt-5.4" }, Cancellation);
        var keyless = (await core.GetAsync(Root + "/ready", Cancellation)).Body!;
        await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { model_provider = "lmstudio", model_name = "x" }, Cancellation);
        await core.PostAsync(Root + "/steps/cloud", new { action = "skip" }, Cancellation); // What was found before does not count any more.
        var down = (await core.GetAsync(Root + "/ready", Cancellation)).Body!;

        Assert.Contains("OpenAI is chosen and has no key. Next: pryx setup --provider openai", (string?)keyless["hint"], StringComparison.Ordinal);
        Assert.Contains("LM Studio is chosen and does not answer", (string?)down["why"], StringComparison.Ordinal);
    }

    private static Task<TestCore> WithAddressOnlyAsync(FakeProvider provider) =>
        TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string>(NoServers()) { ["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString() });

    private static Dictionary<string, string> NoServers() => new() { ["OLLAMA_HOST"] = "127.0.0.1:1" };

    private static JsonNode Step(JsonNode setup, string id) => setup["steps"]!.AsArray().Single(step => (string?)step!["id"] == id)!;

    private static string? State(JsonNode setup, string id) => (string?)Step(setup, id)["state"];

    private static (string? Code, HttpStatusCode Status) Error((HttpStatusCode Status, JsonNode? Body) answer) => ((string?)answer.Body!["error"]!["code"], answer.Status);
}
