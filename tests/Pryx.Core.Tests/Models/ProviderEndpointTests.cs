using System.Net;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Models;

public sealed class ProviderEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_provider_is_listed_with_whether_a_call_could_be_sent()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["GROQ_API_KEY"] = "gsk-test" });
        var all = (await core.GetAsync("/api/v1/providers", Cancellation)).Body!["providers"]!.AsArray().ToDictionary(provider => (string)provider!["id"]!, provider => ((bool)provider!["requires_api_key"]!, (bool)provider["configured"]!));
        Assert.True(all.Count > 100);
        Assert.Equal((true, false), all["openai"]);
        Assert.Equal((true, true), all["groq"]);
        Assert.Equal((false, true), all["ollama"]);
    }

    [Fact]
    public async Task A_model_is_shown_with_its_limits_abilities_and_prices()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var models = (await core.GetAsync("/api/v1/providers/openai/models", Cancellation)).Body!["models"]!.AsArray();
        var model = models.Single(model => (string?)model!["id"] == "gpt-4o")!;
        Assert.Equal((128000, true, true), ((int)model["context_window"]!, (bool)model["supports_tools"]!, (bool)model["supports_vision"]!));
        Assert.Equal((2.5m, 10m), ((decimal)model["input_price_1m"]!, (decimal)model["output_price_1m"]!));
        Assert.False((bool)model["supports_reasoning"]!);
        Assert.True((int)model["max_output_tokens"]! > 0);
        Assert.Null(model["provider"]);

        var everywhere = (await core.GetAsync("/api/v1/models", Cancellation)).Body!["models"]!.AsArray();
        Assert.Contains(everywhere, model => (string?)model!["provider"] == "anthropic");
        Assert.Contains(everywhere, model => (string?)model!["provider"] == "openai" && (string?)model["id"] == "gpt-4o");
        var usable = (await core.GetAsync("/api/v1/models?configured=true", Cancellation)).Body!["models"]!.AsArray();
        Assert.DoesNotContain(usable, model => (string?)model!["provider"] == "openai");
    }

    [Theory]
    [InlineData("bad%20id", HttpStatusCode.BadRequest, "PROVIDER_INVALID")]
    [InlineData("..%2fx", HttpStatusCode.BadRequest, "PROVIDER_INVALID")]
    [InlineData("nobody", HttpStatusCode.NotFound, "PROVIDER_UNKNOWN")]
    public async Task A_provider_that_can_not_be_is_refused(string id, HttpStatusCode expected, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        foreach (var path in (string[])["models", "key"])
        {
            var (status, body) = await core.GetAsync($"/api/v1/providers/{id}/{path}", Cancellation);
            Assert.Equal((expected, code), (status, (string?)body!["error"]!["code"]));
        }
    }

    [Fact]
    [Requirement("T2.9", "empty list message")]
    [Requirement("T2.9", "fetch error message")]
    [Requirement("PRV-M", "API down graceful")]
    public async Task Ollama_lists_what_is_installed_and_says_when_it_is_empty_or_silent()
    {
        var ollama = await FakeProvider.StartAsync(FakeScripts.Always(Says("x")), Cancellation);
        ollama.Models = ["qwen3:8b"];
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OLLAMA_HOST"] = ollama.Url.ToString() });
        var listed = (await core.GetAsync("/api/v1/providers/ollama/models", Cancellation)).Body!;
        Assert.Equal("qwen3:8b", (string?)listed["models"]![0]!["id"]);
        Assert.Null(listed["note"]);

        ollama.Models = [];
        var empty = (await core.GetAsync("/api/v1/providers/ollama/models", Cancellation)).Body!;
        Assert.Empty(empty["models"]!.AsArray());
        Assert.Contains("ollama pull", (string?)empty["note"], StringComparison.Ordinal);

        await ollama.DisposeAsync();
        var (status, silent) = await core.GetAsync("/api/v1/providers/ollama/models", Cancellation);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Empty(silent!["models"]!.AsArray());
        Assert.Contains("ollama serve", (string?)silent["note"], StringComparison.Ordinal);
    }
}
