using System.Net;

namespace Pryx.Core.Tests.Preferences;

public sealed class ConfigEndpointTests
{
    private const string Config = "/api/v1/config";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_in_the_file_in_the_answer_and_in_the_audit_log_without_a_restart()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        File.WriteAllText(Path.Combine(core.Home.Data, "config.yaml"), "# mine\nmodel_name: llama3 # fast\nfuture_key: 1\n");

        var (status, body) = await PatchAsync(core, """{"model_provider":"openai","model_name":"gpt-4o","ollama_endpoint":"http://10.0.0.7:11434","memory_enabled":false,"ui_theme":null}""");
        var now = (await core.GetAsync(Config, Cancellation)).Body!;

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True((bool)body!["ok"]!);
        Assert.Equal(("openai", "gpt-4o", "http://10.0.0.7:11434", false), ((string?)now["model_provider"], (string?)now["model_name"], (string?)now["ollama_endpoint"], (bool)now["memory_enabled"]!));
        Assert.Equal(
            "# mine\nmodel_name: gpt-4o # fast\nfuture_key: 1\nmodel_provider: openai\nollama_endpoint: \"http://10.0.0.7:11434\"\nmemory_enabled: false\n",
            File.ReadAllText(Path.Combine(core.Home.Data, "config.yaml")));
        var entry = Assert.Single((await core.GetAsync("/api/v1/audit?action=config.changed", Cancellation)).Body!["entries"]!.AsArray())!;
        Assert.Equal("gpt-4o", (string?)entry["details"]!["model_name"]);
    }

    [Fact]
    public async Task The_list_of_keys_says_what_each_takes_where_its_value_comes_from_and_whether_it_may_be_changed_here()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await PatchAsync(core, """{"max_messages_per_session":500}""");
        var keys = (await core.GetAsync(Config + "/keys", Cancellation)).Body!["keys"]!.AsArray().ToDictionary(static key => (string)key!["name"]!);

        var changed = keys["max_messages_per_session"]!;
        Assert.Equal(("whole", "a whole number", "500", "config.yaml", "0", true, "PRYX_MAX_MESSAGES"), ((string?)changed["kind"], (string?)changed["expected"], (string?)changed["value"], (string?)changed["source"], (string?)changed["default"], (bool)changed["open"]!, (string?)changed["variable"]));
        Assert.Equal(("environment", "off"), ((string?)keys["catalog_url"]!["source"], (string?)keys["catalog_url"]!["value"]));
        Assert.False((bool)keys["skills_path"]!["open"]!);
        Assert.DoesNotContain("telegram_token", keys.Keys);
    }

    [Theory]
    [InlineData("""{"model_provider":"bad id"}""", 400, "VALIDATION_ERROR", "model_provider: invalid provider id")]
    [InlineData("""{"model_provider":"nobody"}""", 404, "PROVIDER_UNKNOWN", "provider not found")]
    [InlineData("""{"model_name":""}""", 400, "VALIDATION_ERROR", "model_name: 1 to 256 characters are expected")]
    [InlineData("""{"model_name":7}""", 400, "VALIDATION_ERROR", "model_name: a text is expected")]
    [InlineData("""{"ollama_endpoint":"not a url"}""", 400, "VALIDATION_ERROR", "ollama_endpoint: invalid URL")]
    [InlineData("""{"ollama_endpoint":"file:///etc/passwd"}""", 400, "VALIDATION_ERROR", "ollama_endpoint: invalid URL scheme: only http and https allowed")]
    [InlineData("""{"memory_enabled":"perhaps"}""", 400, "VALIDATION_ERROR", "memory_enabled: true or false is expected")]
    [InlineData("""{"nope":1}""", 400, "CONFIG_UNKNOWN_KEY", "Unknown config key: nope")]
    [InlineData("""{"model_name":"x","listen_addr":":1"}""", 403, "CONFIG_LOCAL_ONLY", "listen_addr can not be changed over HTTP.")]
    [InlineData("""{"mcp_servers":{"x":{"command":["sh"]}}}""", 403, "CONFIG_LOCAL_ONLY", "mcp_servers can not be changed over HTTP.")]
    [InlineData("""{"skills_path":"/tmp/evil"}""", 403, "CONFIG_LOCAL_ONLY", "skills_path can not be changed over HTTP.")]
    [InlineData("""{"Allowed-Origins":["https://evil.example"]}""", 403, "CONFIG_LOCAL_ONLY", "allowed_origins can not be changed over HTTP.")]
    [InlineData("""{"telemetry.endpoint":"https://evil.example"}""", 403, "CONFIG_LOCAL_ONLY", "telemetry_endpoint can not be changed over HTTP.")]
    [InlineData("""{"telegram_token":"hunter2"}""", 403, "CONFIG_LOCAL_ONLY", "telegram_token can not be changed over HTTP.")]
    [InlineData("""[1]""", 400, "VALIDATION_ERROR", "body: a JSON object of keys and values is expected")]
    [InlineData("""{"a":""", 400, "INVALID_JSON", null)]
    public async Task What_may_not_be_changed_is_refused_and_nothing_with_it(string body, int expected, string code, string? message)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, answer) = await PatchAsync(core, body);
        Assert.Equal((expected, code), ((int)status, (string?)answer!["error"]!["code"]));
        Assert.True(message is null || message == (string?)answer["error"]!["message"], answer.ToJsonString());
        Assert.DoesNotContain("hunter2", answer.ToJsonString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(core.Home.Data, "config.yaml")));
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(core, $$"""{"model_name":"{{new string('m', 256)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PatchAsync(core, $$"""{"model_name":"{{new string('m', 257)}}"}""")).Status);
    }

    [Fact]
    public async Task Secrets_are_not_shown_and_what_the_environment_overrides_is_said()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["PRYX_SLACK_BOT_TOKEN"] = "xoxb-hunter2", ["PRYX_MAX_MESSAGES"] = "5" });
        var shown = (await core.GetAsync(Config, Cancellation)).Body!;
        Assert.Null(shown["slack_bot_token"]);
        Assert.Null(shown["mcp_servers"]);
        Assert.Equal(5, (int)shown["max_messages_per_session"]!);
        Assert.Equal("llama3", (string?)shown["model_name"]);
        Assert.Empty(shown["allowed_origins"]!.AsArray());
        Assert.DoesNotContain("hunter2", shown.ToJsonString(), StringComparison.Ordinal);
        var (_, answer) = await PatchAsync(core, """{"max_messages_per_session":9}""");
        Assert.Equal("max_messages_per_session", (string?)Assert.Single(answer!["overridden"]!.AsArray()));
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_not_overwritten()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var file = Path.Combine(core.Home.Data, "config.yaml");
        File.WriteAllText(file, "model_name: [");
        var (status, body) = await PatchAsync(core, """{"model_name":"x"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "CONFIG_UNREADABLE"), (status, (string?)body!["error"]!["code"]));
        Assert.Equal("model_name: [", File.ReadAllText(file));
    }

    private static Task<(HttpStatusCode Status, System.Text.Json.Nodes.JsonNode? Body)> PatchAsync(TestCore core, string body) => core.SendAsync(HttpMethod.Patch, Config, body, Cancellation);
}
