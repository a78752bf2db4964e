using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Catalog;

public sealed class CatalogFileTests : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private readonly TempHome _home = new();

    public void Dispose() => _home.Dispose();

    private string CacheFile => Path.Combine(_home.Data, "cache", "models.json");

    private void Seed(string json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(CacheFile)!);
        File.WriteAllText(CacheFile, json);
    }

    private void Configure(string yaml)
    {
        Directory.CreateDirectory(_home.Data);
        File.WriteAllText(Path.Combine(_home.Data, "config.yaml"), yaml);
    }

    private static async Task<JsonNode> LookUpAsync(TestCore core, string name) => (await core.GetAsync($"/api/v1/models/lookup?name={Uri.EscapeDataString(name)}", Cancellation)).Body!;

    [Theory]
    [InlineData("""{"fetched_at":"2030-01-01T00:00:00Z","cached_at":"2030-01-01T00:00:00Z","providers":{"openai":{"name":"OpenAI","npm":"@ai-sdk/openai","env":["OPENAI_API_KEY"],"doc":"","api":"https://evil.example/v1"}},"models":{"openai/gpt-4o":{"id":"gpt-4o","provider":"openai","name":"Seeded","cost":{"input":7,"output":8},"limit":{"context":4242,"output":10}}}}""")]
    [InlineData("""{"openai":{"id":"openai","name":"OpenAI","npm":"@ai-sdk/openai-compatible","api":"https://evil.example/v1","models":{"gpt-4o":{"id":"gpt-4o","name":"Seeded","cost":{"input":7,"output":8},"limit":{"context":4242,"output":10}}}}}""")]
    public async Task A_file_that_somebody_put_there_is_read_in_both_shapes_and_moves_nobody(string json)
    {
        Seed(json);
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        var model = await LookUpAsync(core, "openai/gpt-4o");
        Assert.Equal("Seeded", (string?)model["name"]);
        Assert.Equal((4242, 7m), ((int)model["context_window"]!, (decimal)model["input_price_1m"]!));
        var list = (await core.GetAsync("/api/v1/models?provider=openai", Cancellation)).Body!;
        Assert.Equal("file", (string?)list["catalog"]!["source"]);
        var providers = (await core.GetAsync("/api/v1/providers", Cancellation)).Body!;
        Assert.DoesNotContain("evil", providers.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"openai\":{\"models\":{\"gpt-4o\":{\"cost\":{\"input\":-7,\"output\":8}}}}}")]
    [InlineData("{\"openai\":{\"models\":{\"gpt-4o\":{\"cost\":{\"input\":7")]
    public async Task A_broken_file_is_refused_whole_and_said_to_be(string json)
    {
        Seed(json);
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        Assert.Equal(2.5m, (decimal)(await LookUpAsync(core, "openai/gpt-4o"))["input_price_1m"]!);
        Assert.Contains("is refused", (string?)(await core.GetAsync("/api/v1/models?provider=openai", Cancellation)).Body!["catalog"]!["warning"], StringComparison.Ordinal);
        // Whoever put it there may want to look at it.
        Assert.Equal(json, await File.ReadAllTextAsync(CacheFile, Cancellation));
    }

    [Fact]
    public async Task When_a_good_file_is_followed_by_a_broken_one_the_good_one_stays_in_use()
    {
        Seed(FakeCatalog.Of("openai", "gpt-4o", 7));
        await using (var core = await TestCore.StartAsync(null, Cancellation, _home))
        {
            Assert.Equal(7m, (decimal)(await LookUpAsync(core, "openai/gpt-4o"))["input_price_1m"]!);
        }
        Seed("{\"openai\":");
        await using (var core = await TestCore.StartAsync(null, Cancellation, _home))
        {
            Assert.Equal(7m, (decimal)(await LookUpAsync(core, "openai/gpt-4o"))["input_price_1m"]!);
        }
    }

    [Fact]
    public async Task A_provider_that_only_the_catalog_knows_can_not_be_moved_by_a_later_one()
    {
        string Newcomer(string api, string npm) => """{"newcomer":{"name":"Newcomer","npm":"NPM","api":"API","env":["OPENAI_API_KEY"],"models":{"n-1":{"limit":{"context":5}}}}}"""
            .Replace("NPM", npm, StringComparison.Ordinal).Replace("\"API\"", $"\"{api}\"", StringComparison.Ordinal);
        Seed(Newcomer("https://api.newcomer.example/v1", "@ai-sdk/openai-compatible"));
        await using (var core = await TestCore.StartAsync(null, Cancellation, _home))
        {
            Assert.Equal("https://api.newcomer.example/v1", (string?)(await ProviderAsync(core))["base_url"]);
            Assert.Equal(HttpStatusCode.OK, (await core.PostAsync("/api/v1/providers/newcomer/key", new { api_key = "sk-newcomer" }, Cancellation)).Status);
        }
        Seed(Newcomer("https://evil.example/v1", "@ai-sdk/anthropic"));
        // Whoever empties the cache changes nothing about that.
        File.Delete(Path.Combine(_home.Data, "cache", "models.idx"));
        await using (var core = await TestCore.StartAsync(null, Cancellation, _home))
        {
            var provider = await ProviderAsync(core);
            Assert.Equal(("https://api.newcomer.example/v1", "chat", true), ((string?)provider["base_url"], (string?)provider["wire"], (bool)provider["configured"]!));
        }

        static async Task<JsonNode> ProviderAsync(TestCore core) =>
            (await core.GetAsync("/api/v1/providers", Cancellation)).Body!["providers"]!.AsArray().Single(provider => (string?)provider!["id"] == "newcomer")!;
    }

    [Fact]
    [Requirement("MOD2", "user overrides")]
    [Requirement("MOD4", "constraint_sources")]
    public async Task A_provider_of_the_users_own_serves_turns_and_its_models_are_what_the_configuration_says()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("from corp"));
        Configure($"""
            # mine
            providers:
              corp:
                name: The Corp
                base_url: {provider.OpenAiUrl}
                wire: chat
                key_env: CORP_TOKEN
                default_model: big
                models:
                  big:
                    context: 200k
                    aliases: [b]
            models:
              openai/gpt-4o:
                inputPrice: 1.5
                cacheControlTtl: 1h
            """);
        await using var core = await TestCore.StartAsync(null, Cancellation, _home, environment: new Dictionary<string, string> { ["CORP_TOKEN"] = "sk-corp" });
        var big = await LookUpAsync(core, "b");
        Assert.Equal(("corp", "big", true, 200_000), ((string?)big["provider"], (string?)big["id"], (bool)big["configured"]!, (int)big["context_window"]!));
        var own = await LookUpAsync(core, "openai/gpt-4o");
        Assert.Equal((1.5m, 10m, "1h"), ((decimal)own["input_price_1m"]!, (decimal)own["output_price_1m"]!, (string?)own["cache_control_ttl"]));
        var corp = (await core.GetAsync("/api/v1/providers", Cancellation)).Body!["providers"]!.AsArray().Single(entry => (string?)entry!["id"] == "corp")!;
        Assert.Equal(("The Corp", "big", true, false), ((string?)corp["name"], (string?)corp["default_model"], (bool)corp["supports_byok"]!, (bool)corp["supports_bundled"]!));
        Assert.Contains(corp["constraint_sources"]!.AsArray(), source => (string?)source == "user_override");

        var (status, session) = await core.PostAsync("/api/v1/sessions", new { model = "b" }, Cancellation);
        Assert.Equal((HttpStatusCode.Created, "corp/big"), (status, (string?)session!["model"]));
        var (chosen, _) = await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { model_provider = "corp", model_name = "big" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, chosen);
    }

    [Fact]
    public async Task A_change_of_the_configuration_counts_at_once()
    {
        Configure("models:\n  openai/gpt-4o:\n    context: 5000\n");
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        Assert.Equal(5000, (int)(await LookUpAsync(core, "openai/gpt-4o"))["context_window"]!);
        Configure("models:\n  openai/gpt-4o:\n    context: 6000\n");
        // Whatever is changed over the API has the file read again.
        await core.SendAsync(HttpMethod.Patch, "/api/v1/config", new { ui_theme = "dark" }, Cancellation);
        Assert.Equal(6000, (int)(await LookUpAsync(core, "openai/gpt-4o"))["context_window"]!);
    }

    [Theory]
    [InlineData("sonnet", "anthropic/claude-sonnet-5")]
    [InlineData("gpt5 mini", "openai/gpt-5-mini")]
    public async Task A_session_keeps_what_a_short_name_meant(string name, string expected)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        var (_, session) = await core.PostAsync("/api/v1/sessions", new { model = name }, Cancellation);
        Assert.Equal(expected, (string?)session!["model"]);
    }

    [Fact]
    public async Task A_name_that_means_several_or_none_is_refused_with_what_it_could_be()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        var (status, several) = await core.GetAsync("/api/v1/models/lookup?name=claude", Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "MODEL_AMBIGUOUS"), (status, (string?)several!["error"]!["code"]));
        Assert.Contains("anthropic/claude-sonnet-5", (string?)several["error"]!["message"], StringComparison.Ordinal);
        var near = (await core.GetAsync("/api/v1/models/lookup?name=gpt-4o-mni", Cancellation)).Body!;
        Assert.Equal("MODEL_INVALID", (string?)near["error"]!["code"]);
        Assert.Contains("openai/gpt-4o-mini", (string?)near["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync("/api/v1/models/lookup", Cancellation)).Status);
    }

    [Fact]
    [Requirement("T2.9", "empty list message")]
    public async Task The_whole_catalog_is_listed_without_a_key_and_an_empty_answer_says_why()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        var all = (await core.GetAsync("/api/v1/models", Cancellation)).Body!["models"]!.AsArray();
        Assert.True(all.Count >= 300, $"{all.Count}");
        Assert.True(all.Select(model => (string?)model!["provider"]).Distinct().Count() >= 12);
        Assert.Equal(all.Count, all.Select(model => $"{model!["provider"]}/{model["id"]}").Distinct(StringComparer.OrdinalIgnoreCase).Count());
        var found = (await core.GetAsync("/api/v1/models?search=sonnet%205&provider=anthropic", Cancellation)).Body!["models"]!.AsArray();
        Assert.Contains(found, model => (string?)model!["id"] == "claude-sonnet-5");
        Assert.All(found, model => Assert.Contains("sonnet", (string)model!["id"]!, StringComparison.OrdinalIgnoreCase));
        var none = (await core.GetAsync("/api/v1/models?search=nothing-like-that", Cancellation)).Body!;
        Assert.Empty(none["models"]!.AsArray());
        Assert.Contains("nothing-like-that", (string?)none["note"], StringComparison.Ordinal);
        var unknown = (await core.GetAsync("/api/v1/models?provider=nobody", Cancellation)).Body!;
        Assert.Equal("PROVIDER_UNKNOWN", (string?)unknown["error"]!["code"]);
    }
}
