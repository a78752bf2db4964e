using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>From nothing to the first answer, as somebody at a terminal goes it: the whole way, the offline way, and the dead ends that are none.</summary>
public sealed class JourneyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("J.0a", "first run")]
    [Requirement("J.0a", "auth")]
    [Requirement("J.0a", "provider")]
    [Requirement("J.0a", "guided setup")]
    [Requirement("J.0a", "chat")]
    public async Task The_whole_way_cloud_key_model_folder_tools_and_the_first_answer()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Nice to meet you.")), Cancellation);
        provider.Models = ["gpt-5.4", "gpt-5.4-mini"];
        using var person = new Person();
        person.Variables["PRYX_CLOUD_API_URL"] = cloud.Url;
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        await using var terminal = person.Terminal("setup");

        await AnswerAsync(terminal, "Step 0: Pryx Cloud sign-in (optional)", "[S] skip (offline):", "\r");
        await terminal.WaitForTextAsync("Successfully logged in!", Cancellation);
        await AnswerAsync(terminal, "Step 1: Provider and model (required)", "Provider: ", "openai\r");
        await AnswerAsync(terminal, "API key for OpenAI", "another provider): ", $"{Person.Key}\r");
        await AnswerAsync(terminal, "OpenAI works", "Model [gpt-5.4]: ", "gpt-5.4-mini\r");
        await terminal.WaitForTextAsync("openai/gpt-5.4-mini answers from now on", Cancellation);
        await AnswerAsync(terminal, "Step 2: Workspace and mode (optional)", "Folder to work in", "\r");
        await AnswerAsync(terminal, "workspace-only", "Mode [workspace-only]: ", "2\r");
        await AnswerAsync(terminal, "Step 3: First MCP server or skill (optional)", "Enter to skip: ", "docs=https://mcp.example.com\r");
        await AnswerAsync(terminal, "Step 4: First chat", "Say something (Enter: later): ", "hello\r");
        await terminal.WaitForTextAsync("Nice to meet you.", Cancellation);

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.DoesNotContain(Person.Key, terminal.Raw, StringComparison.Ordinal);
        Assert.Empty(cloud.Violations);
        Assert.Empty(provider.Violations);
        Assert.Equal("gpt-5.4-mini", Assert.Single(provider.ModelRequests).Body.GetProperty("model").GetString());
        var status = await person.JsonAsync("setup", "--json");
        Assert.True(status.GetProperty("complete").GetBoolean(), status.ToString());
        Assert.Equal("ask\n", (await person.PryxAsync("config", "get", "policy")).Stdout);
    }

    [Fact]
    [Requirement("J.0b", "skip auth")]
    [Requirement("J.0b", "local provider")]
    [Requirement("J.0b", "setup")]
    [Requirement("J.0b", "chat")]
    public async Task The_offline_way_skip_the_cloud_take_the_model_that_runs_here_and_chat()
    {
        await using var cloud = await FakeCloud.StartAsync(Cancellation);
        await using var ollama = await FakeProvider.StartAsync(FakeScripts.Always(Says("From this machine.")), Cancellation);
        ollama.Models = ["qwen3:8b"];
        using var person = new Person();
        person.Variables["PRYX_CLOUD_API_URL"] = cloud.Url;
        person.Variables["OLLAMA_HOST"] = ollama.Url.ToString();
        // Whoever would leave the machine all the same meets nobody.
        person.Variables["HTTPS_PROXY"] = "http://127.0.0.1:1";
        await using var terminal = person.Terminal("setup");

        await AnswerAsync(terminal, "Step 0", "[S] skip (offline):", "s");
        // It answers already: nothing is asked about it.
        await terminal.WaitForTextAsync("✓ Provider and model (required): ollama/qwen3:8b", Cancellation);
        await AnswerAsync(terminal, "Step 2", "Folder to work in", "\r");
        await AnswerAsync(terminal, "workspace-only", "Mode [workspace-only]: ", "\r");
        await AnswerAsync(terminal, "Step 3", "Enter to skip: ", "\r");
        await AnswerAsync(terminal, "Step 4", "Say something (Enter: later): ", "hello\r");
        await terminal.WaitForTextAsync("From this machine.", Cancellation);

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.Empty(cloud.Seen);
        Assert.Equal("ollama", Assert.Single(ollama.ModelRequests).Wire);
    }

    [Fact]
    public async Task A_bad_key_a_wrong_name_and_an_unlisted_model_lead_back_to_a_question()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        provider.Models = ["gpt-5.4"];
        await using var picky = await AnsweringServer.StartAsync(
            request => request.Headers.GetValueOrDefault("Authorization") == $"Bearer {Person.Key}" ? (200, """{"data":[{"id":"gpt-5.4"}]}""") : (401, """{"error":{"message":"Incorrect API key provided."}}"""), Cancellation);
        using var person = new Person();
        person.Variables["OPENAI_BASE_URL"] = picky.Url;
        person.Variables["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1";
        await using var terminal = person.Terminal("setup", "--step", "provider");

        await AnswerAsync(terminal, "No key and no running model was found", "Provider: ", "opnai\r");
        await AnswerAsync(terminal, "Unknown provider: opnai", "Provider: ", "anthropic\r");
        await AnswerAsync(terminal, "API key for Anthropic", "another provider): ", "sk-ant-x\r");
        await AnswerAsync(terminal, "Anthropic could not be asked", "[B] another provider: ", "b");
        await AnswerAsync(terminal, "No key and no running model", "Provider: ", "openai\r");
        await AnswerAsync(terminal, "API key for OpenAI", "another provider): ", "sk-wrong\r");
        await AnswerAsync(terminal, "OpenAI refuses the key", "[B] another provider: ", "\r");
        await AnswerAsync(terminal, "API key for OpenAI", "another provider): ", $"{Person.Key}\r");
        await AnswerAsync(terminal, "OpenAI works", "Model [gpt-5.4]: ", "gpt-nope\r");
        await AnswerAsync(terminal, "lists no model 'gpt-nope'", "Model [gpt-5.4]: ", "\r");
        await terminal.WaitForTextAsync("openai/gpt-5.4 answers from now on", Cancellation);

        Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        Assert.DoesNotContain("sk-wrong", terminal.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_leaves_half_way_is_told_where_they_are_and_goes_on_there()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancellation);
        provider.Models = ["gpt-5.4"];
        using var person = new Person();
        person.Variables["PRYX_CLOUD_API_URL"] = "http://127.0.0.1:1";
        person.Variables["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString();
        await using (var first = person.Terminal("setup"))
        {
            await AnswerAsync(first, "Step 0", "[S] skip (offline):", "\r");
            await AnswerAsync(first, "Login failed: The cloud can not be reached", "[S] skip (offline):", "s");
            await AnswerAsync(first, "Step 1", "Provider: ", "\x1b");
            Assert.Equal(1, await first.WaitAsync(Cancellation));
            Assert.Contains("Not ready:", first.Text, StringComparison.Ordinal);
            Assert.Contains("Next: pryx setup", first.Text, StringComparison.Ordinal);
        }
        person.Variables["OPENAI_API_KEY"] = Person.Key;
        await using var second = person.Terminal("setup");

        await second.WaitForTextAsync("– Pryx Cloud sign-in (optional): skipped", Cancellation);
        await second.WaitForTextAsync("✓ Provider and model (required): openai/gpt-5.4", Cancellation);
        await AnswerAsync(second, "Step 2", "Folder to work in", "\x1b");

        Assert.Equal(0, await second.WaitAsync(Cancellation));
    }

    private static async Task AnswerAsync(TerminalProcess terminal, string text, string question, string keys)
    {
        await terminal.WaitForTextAsync(text, Cancellation);
        await terminal.WaitForTextAsync(question, Cancellation);
        terminal.SendKeys(keys);
    }
}
