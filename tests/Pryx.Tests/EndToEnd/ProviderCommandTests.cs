using System.Text.Json;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>Setting providers up with the real executable, without a daemon, in a fresh home.</summary>
public sealed class ProviderCommandTests
{
    private const string Good = "sk-good-0123456789abcdef";
    private const string Bad = "sk-bad-9876543210fedcba";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>OpenAI's and Anthropic's list of models, for the one good key.</summary>
    private static Task<AnsweringServer> ModelsAsync() => AnsweringServer.StartAsync(request =>
        request.Headers.GetValueOrDefault("Authorization") == $"Bearer {Good}" || request.Headers.GetValueOrDefault("x-api-key") == Good
            ? (200, """{"object":"list","data":[{"id":"gpt-4o"},{"id":"gpt-5.4"}]}""")
            : (401, $$$"""{"error":{"message":"Incorrect API key provided: {{{Bad}}}. You can find your API key at https://platform.openai.com.","type":"invalid_request_error","code":"invalid_api_key"}}"""), Cancellation);

    [Theory]
    [InlineData("openai", "OPENAI_BASE_URL", "OpenAI")]
    [InlineData("anthropic", "ANTHROPIC_BASE_URL", "Anthropic")]
    [Requirement("T2.1", "listed")]
    [Requirement("T2.1", "persisted")]
    [Requirement("T2.1b", "listed")]
    [Requirement("T2.1b", "key persisted")]
    [Requirement("T2.5", "active changes")]
    [Requirement("J.2", "switch")]
    [Requirement("CLI15", "list")]
    [Requirement("CLI15", "add")]
    [Requirement("CLI15", "use")]
    public async Task A_provider_is_added_with_a_key_that_was_tried_listed_made_active_and_still_there_for_the_next_process(string id, string variable, string name)
    {
        await using var server = await ModelsAsync();
        using var person = new Person();
        person.Variables[variable] = server.Url;

        var added = await person.PryxAsync(["provider", "add", id], stdin: Good + "\n");
        Assert.True(added.ExitCode == 0, added.Stderr);
        Assert.Contains("API key stored securely in keychain", added.Stdout, StringComparison.Ordinal);
        Assert.Contains("vault.json", added.Stdout, StringComparison.Ordinal);
        Assert.Contains($"Provider '{id}' added successfully!", added.Stdout, StringComparison.Ordinal);
        Assert.Contains($"✓ {name} works", added.Stdout, StringComparison.Ordinal);
        Assert.Single(server.Seen);

        var used = await person.PryxAsync("provider", "use", id);
        var listed = await person.PryxAsync("provider", "list");
        Assert.True(used.ExitCode == 0, used.Stderr);
        Assert.StartsWith("Configured Providers:", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains($"✓ {name} [ACTIVE]", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("API Key: configured (keychain)", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains($"URL: {server.Url}", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("Available Providers:", listed.Stdout, StringComparison.Ordinal);
        var config = File.ReadAllText(Path.Combine(person.Home.Data, "config.yaml"));
        Assert.Contains($"configured_providers: [{id}]", config, StringComparison.Ordinal);
        Assert.Contains($"model_provider: {id}", config, StringComparison.Ordinal);

        var json = (await person.JsonAsync("provider", "list", "--json")).GetProperty("providers");
        var entry = Assert.Single(json.EnumerateArray());
        Assert.Equal((id, "keychain", true, true), (entry.GetProperty("id").GetString(), entry.GetProperty("key_source").GetString(), entry.GetProperty("active").GetBoolean(), entry.GetProperty("added").GetBoolean()));
        Assert.True((await person.JsonAsync("providers", "list", "--available", "--json")).GetProperty("providers").GetArrayLength() > 100);
        Assert.DoesNotContain(Good, added.Stdout + added.Stderr + listed.Stdout + listed.Stderr + config + json, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T2.6", "reason shown")]
    [Requirement("PRV-M", "invalid key reason")]
    public async Task A_refused_key_is_not_stored_the_reason_is_shown_and_the_key_is_not()
    {
        await using var server = await ModelsAsync();
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = server.Url;

        var refused = await person.PryxAsync(["provider", "add", "openai"], stdin: Bad);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("OpenAI refused the key (HTTP 401)", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("Incorrect API key provided", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("--force", refused.Stderr, StringComparison.Ordinal);
        Assert.Empty((await person.JsonAsync("provider", "list", "--json")).GetProperty("providers").EnumerateArray());

        var forced = await person.PryxAsync(["provider", "set-key", "openai", "--force"], stdin: Bad);
        Assert.True(forced.ExitCode == 0, forced.Stderr);
        Assert.Contains("refused the key", forced.Stderr, StringComparison.Ordinal);
        var test = await person.PryxAsync("provider", "test", "openai");
        Assert.Equal(1, test.ExitCode);
        Assert.Contains("HTTP 401", test.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(Bad, refused.Stdout + refused.Stderr + forced.Stdout + forced.Stderr + test.Stdout + test.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_at_the_terminal_types_the_key_unseen_and_is_asked_about_a_refused_one()
    {
        await using var server = await ModelsAsync();
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = server.Url;

        await using (var no = person.Terminal("provider", "set-key", "openai"))
        {
            await no.WaitForTextAsync("API key for OpenAI (not shown): ", Cancellation);
            no.SendKeys(Bad + "\r");
            await no.WaitForTextAsync("Store it anyway? [y/N]", Cancellation);
            no.SendKeys("\r");
            Assert.Equal(1, await no.WaitAsync(Cancellation));
            Assert.DoesNotContain(Bad, no.Text, StringComparison.Ordinal);
        }
        await using (var yes = person.Terminal("provider", "set-key", "openai"))
        {
            await yes.WaitForTextAsync("(not shown): ", Cancellation);
            yes.SendKeys(Bad + "\r");
            await yes.WaitForTextAsync("Store it anyway? [y/N]", Cancellation);
            yes.SendKeys("y\r");
            Assert.Equal(0, await yes.WaitAsync(Cancellation));
            Assert.Contains("API key stored securely in keychain", yes.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Requirement("T2.2", "works without key")]
    public async Task Ollama_is_added_and_used_without_a_key_also_while_it_does_not_run()
    {
        await using var ollama = await AnsweringServer.StartAsync(_ => (200, """{"models":[{"name":"qwen3:8b","modified_at":"2026-01-01"}]}"""), Cancellation);
        using var person = new Person();
        var silent = await person.PryxAsync("provider", "add", "ollama");
        Assert.True(silent.ExitCode == 0, silent.Stderr);
        Assert.Contains("ollama serve", silent.Stderr, StringComparison.Ordinal);
        Assert.Contains("Provider 'ollama' added successfully!", silent.Stdout, StringComparison.Ordinal);

        person.Variables["OLLAMA_HOST"] = ollama.Url;
        var used = await person.JsonAsync("provider", "use", "ollama", "--json");
        Assert.Equal("qwen3:8b", used.GetProperty("model_name").GetString());
        var listed = await person.PryxAsync("provider", "list");
        Assert.Contains("✓ Ollama [ACTIVE]", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("API Key: not needed", listed.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T2.4", "real check")]
    [Requirement("PRV-M", "key validates and lists")]
    [Requirement("CLI15", "test")]
    public async Task A_test_is_one_real_call_and_shows_latency_models_and_OpenRouters_credit()
    {
        await using var server = await ModelsAsync();
        await using var router = await AnsweringServer.StartAsync(request => request.Path == "/key"
            ? (200, """{"data":{"label":"sk-or-v1-abc...123","usage":1.25,"limit":10,"limit_remaining":8.75,"is_free_tier":false,"rate_limit":{"requests":-1,"interval":"10s"}}}""")
            : (404, "{}"), Cancellation);
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = server.Url;
        person.Variables["OPENAI_API_KEY"] = Good;
        person.Variables["OPENROUTER_BASE_URL"] = router.Url;
        person.Variables["OPENROUTER_API_KEY"] = Good;

        var openai = await person.JsonAsync("provider", "test", "openai", "--json");
        Assert.Equal((true, "works", 2), (openai.GetProperty("ok").GetBoolean(), openai.GetProperty("verdict").GetString(), openai.GetProperty("models").GetInt32()));
        Assert.InRange(openai.GetProperty("latency_ms").GetInt64(), 0, 15_000);
        var text = await person.PryxAsync("provider", "test", "openrouter");
        Assert.True(text.ExitCode == 0, text.Stderr);
        Assert.Contains("OpenRouter works", text.Stdout, StringComparison.Ordinal);
        Assert.Contains("Limit: $10.00, $8.75 left", text.Stdout, StringComparison.Ordinal);
        Assert.Equal($"Bearer {Good}", Assert.Single(router.Seen).Headers["Authorization"]);
        var missing = await person.PryxAsync("provider", "test", "groq");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("GROQ_API_KEY", missing.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T2.10", "removed")]
    [Requirement("T2.10", "non-existent warns")]
    [Requirement("T2.10", "exit 0")]
    [Requirement("CLI15", "remove")]
    public async Task A_provider_is_removed_with_its_key_and_one_that_is_not_there_is_a_warning()
    {
        using var person = new Person();
        await person.PryxAsync(["provider", "add", "openai", "--no-verify"], stdin: Good);
        await person.PryxAsync(["provider", "add", "groq", "--no-verify"], stdin: Good);
        await person.PryxAsync("provider", "use", "openai");

        var removed = await person.PryxAsync("provider", "remove", "openai");
        Assert.True(removed.ExitCode == 0, removed.Stderr);
        Assert.Empty(removed.Stderr);
        var left = await person.JsonAsync("provider", "list", "--json");
        Assert.Equal("groq", Assert.Single(left.GetProperty("providers").EnumerateArray()).GetProperty("id").GetString());
        Assert.False(left.TryGetProperty("active", out _));
        Assert.Contains("configured_providers: [groq]", File.ReadAllText(Path.Combine(person.Home.Data, "config.yaml")), StringComparison.Ordinal);

        foreach (var name in (string[])["openai", "no-such-provider"])
        {
            var again = await person.PryxAsync("provider", "remove", name);
            Assert.Equal(0, again.ExitCode);
            Assert.Contains($"Warning: No API key of '{name}' was stored, and it was not configured.", again.Stderr, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_can_not_be_is_said_with_exit_code_1()
    {
        using var person = new Person();
        var unknown = await person.PryxAsync("provider", "use", "nobody");
        Assert.Equal((1, true), (unknown.ExitCode, unknown.Stderr.Contains("Unknown provider: nobody", StringComparison.Ordinal)));
        var unconfigured = await person.PryxAsync("provider", "use", "openai");
        Assert.Equal((1, true), (unconfigured.ExitCode, unconfigured.Stderr.Contains("not configured", StringComparison.Ordinal)));
        var empty = await person.PryxAsync(["provider", "set-key", "openai"], stdin: "  \n");
        Assert.Equal((1, true), (empty.ExitCode, empty.Stderr.Contains("API key cannot be empty", StringComparison.Ordinal)));
        var bare = await person.PryxAsync("provider");
        Assert.Equal(1, bare.ExitCode);
        Assert.Contains("set-key", bare.Stdout + bare.Stderr, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(person.Home.Data, "config.yaml")));
    }

    [Fact]
    [Requirement("T2.11", "falls back to configured")]
    public async Task Everything_works_without_a_network_and_a_key_is_then_stored_unproven()
    {
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1";
        var added = await person.PryxAsync(["provider", "add", "openai"], stdin: Good);
        Assert.True(added.ExitCode == 0, added.Stderr);
        Assert.Contains("Warning: Not verified", added.Stderr, StringComparison.Ordinal);
        Assert.Contains("Provider 'openai' added successfully!", added.Stdout, StringComparison.Ordinal);
        var keyless = await person.PryxAsync("provider", "add", "mistral");
        Assert.True(keyless.ExitCode == 0, keyless.Stderr);
        Assert.Contains("No API key entered", keyless.Stdout, StringComparison.Ordinal);
        var listed = await person.PryxAsync("provider", "list");
        Assert.Contains("OpenAI", listed.Stdout, StringComparison.Ordinal);
        Assert.Contains("API Key: not configured", listed.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_daemon_the_same_commands_change_the_daemons_configuration()
    {
        using var person = new Person();
        await using var served = await ServedPryx.StartAsync(person, "serve", "--listen", ":0");
        Assert.Equal(0, (await person.PryxAsync(["provider", "add", "openai", "--no-verify"], stdin: Good)).ExitCode);
        Assert.Equal(0, (await person.PryxAsync("provider", "use", "openai", "--model", "gpt-4o")).ExitCode);

        var config = await served.GetAsync("/api/v1/config");
        Assert.Equal(("openai", "gpt-4o"), (config.GetProperty("model_provider").GetString(), config.GetProperty("model_name").GetString()));
        Assert.Equal("openai", (await served.GetAsync("/api/v1/providers")).GetProperty("active").GetString());
        Assert.Equal(0, (await person.PryxAsync("provider", "remove", "openai")).ExitCode);
        Assert.False((await served.GetAsync("/api/v1/providers/openai/key")).GetProperty("configured").GetBoolean());
        Assert.Equal(JsonValueKind.Array, (await served.GetAsync("/api/v1/config")).GetProperty("configured_providers").ValueKind);
    }

    [Fact]
    [Requirement("T2.11", "falls back to configured")]
    [Requirement("T2.11", "warning")]
    public async Task With_an_unreachable_catalog_the_list_comes_with_a_warning()
    {
        using var person = new Person();
        person.Variables["PRYX_CATALOG_URL"] = "http://127.0.0.1:1/api.json";
        Assert.Equal(0, (await person.PryxAsync(["provider", "add", "openai", "--no-verify"], stdin: Good)).ExitCode);
        var listed = await person.PryxAsync("provider", "list", "--available");
        Assert.True(listed.ExitCode == 0, listed.Stderr);
        Assert.Contains("Warning:", listed.Stderr, StringComparison.Ordinal);
        Assert.Contains("catalog", listed.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("✓ OpenAI", listed.Stdout, StringComparison.Ordinal);
        Assert.Empty((await person.PryxAsync("provider", "list")).Stderr);
    }

    [Fact]
    public async Task A_model_is_pulled_with_a_bar_and_Ctrl_C_stops_the_download()
    {
        var isEndless = false;
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ollama = await AnsweringServer.StartAsync(async (_, http) =>
        {
            http.Response.ContentType = "application/x-ndjson";
            await http.Response.WriteTextAsync("""{"status":"pulling manifest"}""" + "\n" + """{"status":"pulling 6a07","digest":"sha256:6a07","total":20971520,"completed":10485760}""" + "\n");
            await http.Response.Body.FlushAsync(http.RequestAborted);
            if (isEndless)
            {
                using var registration = http.RequestAborted.Register(() => left.TrySetResult());
                await left.Task;
                return;
            }
            await http.Response.WriteTextAsync("""{"status":"success"}""" + "\n");
        }, Cancellation);
        using var person = new Person();
        person.Variables["OLLAMA_HOST"] = ollama.Url;

        var piped = await person.PryxAsync("model", "pull", "qwen3:8b");
        Assert.True(piped.ExitCode == 0, piped.Stderr);
        Assert.Contains("pulling manifest", piped.Stderr, StringComparison.Ordinal);
        Assert.Contains("qwen3:8b is installed", piped.Stdout, StringComparison.Ordinal);

        isEndless = true;
        await using var terminal = person.Terminal("model", "pull", "qwen3:8b");
        await terminal.WaitForTextAsync("50% of", Cancellation);
        terminal.SendKeys("\u0003");
        Assert.Equal(130, await terminal.WaitAsync(Cancellation));
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation);
    }
}
