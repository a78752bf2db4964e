using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;
using Pryx.Providers.Http;
using Pryx.Providers.Tests.Http;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Providers.Tests;

public class ProviderRegistryTests
{
    private static ProviderRegistry With(Dictionary<string, string> settings, string? key = "k", HttpMessageHandler? server = null) =>
        new(settings.GetValueOrDefault, _ => key, server is null ? null : new() { Http = new(server) });

    private static WireEndpoint EndpointOf(IChatClient client) => ((WireClient)client).Endpoint;

    [Theory]
    [InlineData("openai", null, null, "OpenAIResponsesClient")]
    [InlineData("openai", "http://127.0.0.1:1/v1", null, "OpenAIChatClient")]
    [InlineData("openai", "https://api.openai.com/v1/", null, "OpenAIResponsesClient")]
    [InlineData("openai", null, "chat", "OpenAIChatClient")]
    [InlineData("openai", "http://127.0.0.1:1/v1", "responses", "OpenAIResponsesClient")]
    [InlineData("openai-responses", "http://127.0.0.1:1/v1", null, "OpenAIResponsesClient")]
    [InlineData("anthropic", null, "messages", "AnthropicClient")]
    [InlineData("openrouter", null, "chat", "OpenAIChatClient")]
    [InlineData("minimax", null, null, "AnthropicClient")]
    [InlineData("nvidia", null, null, "OpenAIChatClient")]
    [InlineData("google", null, null, "GeminiClient")]
    [InlineData("gemini", null, "gemini", "GeminiClient")]
    [InlineData("google", null, "chat", "OpenAIChatClient")]
    [InlineData("ollama", null, null, "OllamaClient")]
    [InlineData("demo", null, null, "DemoClient")]
    public void Each_provider_is_spoken_to_on_its_wire(string provider, string? baseUrl, string? api, string client)
    {
        var settings = baseUrl is null ? [] : new Dictionary<string, string> { ["OPENAI_BASE_URL"] = baseUrl };
        Assert.Equal(client, With(settings).Create(new(provider, "m"), api).GetType().Name);
    }

    [Theory]
    [InlineData("openai", "OPENAI_BASE_URL", " http://127.0.0.1:1/v1/ ", "http://127.0.0.1:1/v1")]
    [InlineData("openai", "OPENAI_BASE_URL", "http://127.0.0.1:1/v1/chat/completions", "http://127.0.0.1:1/v1")]
    [InlineData("anthropic", "ANTHROPIC_BASE_URL", "http://127.0.0.1:1", "http://127.0.0.1:1")]
    [InlineData("anthropic", "ANTHROPIC_BASE_URL", "http://127.0.0.1:1/v1", "http://127.0.0.1:1")]
    [InlineData("openrouter", "OPENROUTER_BASE_URL", "http://127.0.0.1:1/api/v1", "http://127.0.0.1:1/api/v1")]
    [InlineData("google", "GEMINI_BASE_URL", "http://127.0.0.1:1", "http://127.0.0.1:1/v1beta")]
    [InlineData("google", "GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1/v1alpha/", "http://127.0.0.1:1/v1alpha")]
    [InlineData("google", "GEMINI_BASE_URL", "http://127.0.0.1:1/v1beta/openai/", "http://127.0.0.1:1/v1beta")]
    [InlineData("ollama", "OLLAMA_BASE_URL", "http://127.0.0.1:1/v1/", "http://127.0.0.1:1")]
    [InlineData("ollama", "OLLAMA_HOST", "0.0.0.0", "http://127.0.0.1:11434")]
    [InlineData("ollama", "OLLAMA_HOST", "gpu:1234", "http://gpu:1234")]
    [InlineData("ollama", "OLLAMA_HOST", "gpu", "http://gpu:11434")]
    [InlineData("ollama", "OLLAMA_HOST", "https://ollama.example", "https://ollama.example")]
    [InlineData("cloudflare-workers-ai", "CLOUDFLARE_ACCOUNT_ID", "acc", "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1")]
    public void Base_urls_are_taken_as_people_write_them(string provider, string variable, string value, string expected) =>
        Assert.Equal(expected, EndpointOf(With(new() { [variable] = value }).Create(new(provider, "m"))).BaseUrl);

    [Theory]
    [InlineData("nowhere")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://user:secret@127.0.0.1/v1")]
    public void An_unusable_base_url_names_its_variable(string url)
    {
        var failure = Assert.Throws<ModelException>(() => With(new() { ["OPENAI_BASE_URL"] = url }).Create(new("openai", "m")));
        Assert.Equal(ModelFailure.NotConfigured, failure.Failure);
        Assert.Contains("OPENAI_BASE_URL", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T7.2", "remediation")]
    public void A_missing_key_says_which_variable_and_which_command()
    {
        var failure = Assert.Throws<ModelException>(() => With([], key: " \n").Create(new("anthropic", "m")));
        Assert.Equal((ModelFailure.NotConfigured, "anthropic"), (failure.Failure, failure.Provider));
        Assert.StartsWith("Missing API key: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ANTHROPIC_API_KEY", failure.Message, StringComparison.Ordinal);
        Assert.Contains("pryx provider set-key anthropic", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_can_be_none_is_refused_without_being_shown()
    {
        var failure = Assert.Throws<ModelException>(() => With([], key: "sk-abc def").Create(new("openai", "m")));
        Assert.DoesNotContain("sk-abc", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_provider_or_api_names_the_known_ones()
    {
        var unknown = Assert.Throws<ModelException>(() => With([]).Create(new("nobody", "m")));
        Assert.Contains("Supported providers: openai, anthropic", unknown.Message, StringComparison.Ordinal);
        var api = Assert.Throws<ModelException>(() => With([]).Create(new("openai", "m"), "messages"));
        Assert.Equal("Provider openai does not support API messages. Supported APIs: responses, chat", api.Message);
    }

    [Fact]
    public async Task Headers_carry_key_version_and_who_asks()
    {
        var settings = new Dictionary<string, string>
        {
            ["OPENAI_ORGANIZATION"] = "org-1", ["OPENAI_PROJECT"] = " proj-1 ", ["OPENROUTER_SITE"] = "https://pryx.example", ["OPENROUTER_TITLE"] = "Pryx", ["ANTHROPIC_VERSION"] = "2025-01-01",
        };
        var server = Wire.Of("chat").Serve(Canned.Chat);
        await Heard.FromAsync(With(settings, " key-1\n", server).Create(new("openai", "m"), "chat"));
        Assert.Equal(("Bearer key-1", "org-1", "proj-1"), (server.AskedHeaders["Authorization"], server.AskedHeaders["OpenAI-Organization"], server.AskedHeaders["OpenAI-Project"]));
        Assert.Equal("https://api.openai.com/v1/chat/completions", server.Url);

        await Heard.FromAsync(With(settings, "key-2", server).Create(new("openrouter", "m")));
        Assert.Equal(("https://pryx.example", "Pryx"), (server.AskedHeaders["HTTP-Referer"], server.AskedHeaders["X-Title"]));

        var claude = Wire.Of("anthropic").Serve(Canned.Anthropic);
        await Heard.FromAsync(With(settings, "key-3", claude).Create(new("anthropic", "m")));
        Assert.Equal(("key-3", "2025-01-01"), (claude.AskedHeaders["x-api-key"], claude.AskedHeaders["anthropic-version"]));
        Assert.Equal("https://api.anthropic.com/v1/messages", claude.Url);
    }

    [Fact]
    public async Task Google_gets_its_key_in_its_own_header_and_a_signed_in_users_token_as_a_bearer()
    {
        var server = Wire.Of("gemini").Serve(Canned.Gemini);
        await Heard.FromAsync(With([], "key-1", server).Create(new("google", "gemini-3-flash")));
        Assert.Equal("https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse", server.Url);
        Assert.Equal("key-1", server.AskedHeaders["x-goog-api-key"]);
        Assert.DoesNotContain("Authorization", server.AskedHeaders.Keys);

        var signedIn = new ProviderRegistry(name => name == "GOOGLE_CLOUD_PROJECT" ? "proj-1" : null, _ => null, new() { Http = new(server), Token = id => id == "google" ? (_, _) => new("ya29.x") : null });
        server.AskedHeaders.Clear();
        await Heard.FromAsync(signedIn.Create(new("google", "gemini-3-flash")));
        Assert.Equal(("Bearer ya29.x", "proj-1"), (server.AskedHeaders["Authorization"], server.AskedHeaders["x-goog-user-project"]));
        Assert.DoesNotContain("x-goog-api-key", server.AskedHeaders.Keys);

        var chat = Wire.Of("chat").Serve(Canned.Chat);
        await Heard.FromAsync(With([], "key-1", chat).Create(new("google", "gemini-3-flash"), "chat"));
        Assert.Equal("https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", chat.Url);
        Assert.Equal("Bearer key-1", chat.AskedHeaders["Authorization"]);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5-20250929", "\"budget_tokens\":20480", "\"max_tokens\":32000")]
    [InlineData("claude-opus-4-6", "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"high\"}", "\"max_tokens\":32000")]
    [InlineData("claude-3-haiku-20240307", "\"max_tokens\":4096,\"stream\":true,\"system\"", "\"max_tokens\":4096")]
    [Requirement("MOD7", "max_tokens")]
    [Requirement("MOD7", "reasoning budget")]
    [Requirement("MOD10", "Anthropic thinking")]
    public async Task Claude_is_asked_to_think_the_way_its_version_takes_it(string model, string thinking, string limit)
    {
        var server = Wire.Of("anthropic").Serve(Canned.Anthropic);
        await Heard.FromAsync(With([], "k", server).Create(new("anthropic", model)), null, new() { Reasoning = new() { Effort = ReasoningEffort.High } });
        Assert.Contains(thinking, server.Asked, StringComparison.Ordinal);
        Assert.Contains(limit, server.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_is_the_first_key_then_a_server_that_runs_here_then_the_demo()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var ollama = await FakeProvider.StartAsync(cancellationToken, Says("x"));
        ollama.Models = ["nomic-embed-text:latest", "qwen3:8b"];
        const string Nobody = "http://127.0.0.1:1/v1";
        var (studio, llama) = (Nobody, Nobody);
        ProviderRegistry On(string host, params string[] variables) => new(name => name switch { "OLLAMA_HOST" => host, "LMSTUDIO_BASE_URL" => studio, "LLAMACPP_BASE_URL" => llama, _ => variables.Contains(name) ? "key" : null }, _ => null);

        var both = await On(ollama.Url.ToString(), "GEMINI_API_KEY", "GROQ_API_KEY").ChooseDefaultAsync(cancellationToken);
        Assert.Equal("google", both.Provider);
        Assert.NotNull(ModelCatalog.Find(both));
        Assert.Equal("ollama/qwen3:8b", (await On(ollama.Url.ToString()).ChooseDefaultAsync(cancellationToken)).ToString());
        Assert.Equal("demo/tour", (await On("127.0.0.1:1").ChooseDefaultAsync(cancellationToken)).ToString());

        ollama.RequiresKey = false;
        llama = ollama.OpenAiUrl.ToString();
        Assert.Equal("llamacpp/qwen3:8b", (await On("127.0.0.1:1").ChooseDefaultAsync(cancellationToken)).ToString());
        studio = llama;
        Assert.Equal("lmstudio/qwen3:8b", (await On("127.0.0.1:1").ChooseDefaultAsync(cancellationToken)).ToString());
    }

    [Theory]
    [InlineData("http://127.0.0.1:11434")]
    [InlineData("http://localhost:1234/v1")]
    [InlineData("http://[::1]:8080")]
    public void What_runs_on_this_machine_is_never_asked_through_a_proxy(string url)
    {
        var proxy = new DirectToLoopback();
        Assert.True(proxy.IsBypassed(new(url)));
        Assert.Null(proxy.GetProxy(new(url)));
    }

    [Fact]
    public void Every_default_model_is_known_with_price_and_tools() => Assert.All(
        KnownProviders.Popular.Where(provider => provider is { NeedsKey: true, Id: not "cohere" }),
        provider =>
        {
            var info = ModelCatalog.Find(new(provider.Id, provider.DefaultModel!));
            Assert.True(info is { Price: not null, SupportsTools: true }, provider.Id);
        });

    [Fact]
    public void Every_provider_of_the_table_has_a_key_variable_and_an_address()
    {
        var all = KnownProviders.All.ToList();
        Assert.True(all.Count > 100);
        Assert.Equal(all.Count, all.Select(provider => provider.Id).Distinct().Count());
        Assert.All(all.Skip(KnownProviders.Popular.Count), provider =>
        {
            Assert.Matches("^[A-Z0-9_]+$", Assert.Single(provider.KeyVariables));
            Assert.StartsWith("http", provider.BaseUrl.Replace("${NEON_AI_GATEWAY_BASE_URL}", "http", StringComparison.Ordinal), StringComparison.Ordinal);
        });
    }
}
