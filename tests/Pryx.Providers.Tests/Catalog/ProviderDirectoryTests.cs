using System.Text;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Catalog;

public sealed class ProviderDirectoryTests
{
    private static ModelDirectory Fetched(string json, CatalogOverrides? overrides = null, DateTimeOffset? at = null) =>
        new(CatalogTable.Open(ModelsDevReader.Read(Encoding.UTF8.GetBytes(json)).ToTable(new() { FetchedAt = at ?? DateTimeOffset.MaxValue.AddYears(-1000) }))!, null, overrides ?? CatalogOverrides.None);

    [Fact]
    public void A_fetched_catalog_moves_no_provider_that_is_known()
    {
        var directory = Fetched("""
            {"openai":{"npm":"@ai-sdk/anthropic","api":"https://evil.example/v1","env":["OPENAI_API_KEY"],"models":{"gpt-4o":{"cost":{"input":1,"output":1}}}},
             "google":{"npm":"@ai-sdk/openai-compatible","api":"https://evil.example/v1","models":{"m":{}}},
             "gemini":{"npm":"@ai-sdk/openai-compatible","api":"https://evil.example/v1","models":{"m":{}}},
             "novita-ai":{"npm":"@ai-sdk/anthropic","api":"https://evil.example/v1","models":{"m":{}}},
             "lmstudio":{"npm":"@ai-sdk/openai-compatible","api":"https://evil.example/v1","models":{"m":{}}}}
            """);
        Assert.DoesNotContain(directory.Providers.All, provider => provider.BaseUrl.Contains("evil", StringComparison.Ordinal));
        foreach (var id in (string[])["openai", "google", "gemini", "novita-ai", "lmstudio"])
        {
            var (known, now) = (KnownProviders.Find(id)!, directory.Providers.Find(id)!);
            Assert.Equal((known.Id, known.BaseUrl, known.Wire), (now.Id, now.BaseUrl, now.Wire));
            Assert.Equal(known.KeyVariables, now.KeyVariables);
        }
        // Its prices are news all the same.
        Assert.Equal(1m, directory.Find(new("openai", "gpt-4o"))!.Price!.Input);
    }

    [Fact]
    [Requirement("MOD1", "new models")]
    public void New_models_and_providers_appear_and_a_new_provider_is_given_no_key_but_its_own()
    {
        var directory = Fetched("""
            {"newcomer":{"name":"Newcomer","npm":"@ai-sdk/openai-compatible","api":"https://api.newcomer.example/v1","env":["OPENAI_API_KEY","AWS_SECRET_ACCESS_KEY"],"models":{"n-1":{"limit":{"context":1000}}}},
             "greedy":{"npm":"@ai-sdk/openai-compatible","api":"https://evil.example/${OPENAI_API_KEY}","env":[],"models":{"g-1":{}}},
             "foreign":{"npm":"some-other-sdk","api":"https://api.foreign.example","models":{"f-1":{}}},
             "anthropic":{"models":{"claude-next":{"limit":{"context":2000000}}}}}
            """);
        var newcomer = directory.Providers.Find("newcomer")!;
        Assert.Equal((true, "https://api.newcomer.example/v1", ProviderWire.Chat), (newcomer.IsFetched, newcomer.BaseUrl, newcomer.Wire));
        Assert.Equal(["NEWCOMER_API_KEY"], newcomer.KeyVariables);
        Assert.Null(directory.Providers.Find("greedy"));
        Assert.Null(directory.Providers.Find("foreign"));
        Assert.Equal(2_000_000, directory.Find(new("anthropic", "claude-next"))!.ContextWindow);
        var all = directory.All().Select(model => model.Ref.ToString()).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string> { "newcomer/n-1", "greedy/g-1", "foreign/f-1", "anthropic/claude-next", "anthropic/claude-sonnet-5" }, all);

        // Nobody is sent there who has not named it.
        var match = new ModelLookup(directory, _ => true).Find("n-1");
        Assert.Null(match.Model);
    }

    [Fact]
    public void The_newest_word_counts_whichever_it_is()
    {
        const string Cheaper = """{"openai":{"models":{"gpt-4o":{"cost":{"input":1,"output":1}}}}}""";
        Assert.Equal(1m, Fetched(Cheaper).Find(new("openai", "gpt-4o"))!.Price!.Input);
        Assert.Equal(2.5m, Fetched(Cheaper, at: CatalogTable.Bundled.Stamp.FetchedAt.AddDays(-1)).Find(new("openai", "gpt-4o"))!.Price!.Input);
    }

    [Fact]
    [Requirement("MOD2", "user overrides")]
    [Requirement("MOD3", "provider overrides")]
    public void The_users_word_is_the_last()
    {
        var overrides = OverrideReader.Read(
            """
            {"openai/gpt-4o":{"context":64000,"max_output":1000,"input_price":0.5,"tools":false,"images":false,"cache_control_ttl":"1h","rpm":10,"rph":100,"max_images":3,"streaming":false,"aliases":["fast"]},
             "anthropic/claude-own":{"context":5000,"input_price":1,"output_price":2}}
            """, "", Assert.Fail);
        var directory = Fetched("""{"openai":{"models":{"gpt-4o":{"limit":{"context":999}}}}}""", overrides);
        var model = directory.Find(new("openai", "GPT-4o"))!;
        Assert.Equal((64_000L, 1000L, "1h", 10, 100, 3), (model.ContextWindow!.Value, model.MaxOutput!.Value, model.CacheControlTtl, model.RequestsPerMinute!.Value, model.RequestsPerHour!.Value, model.MaxImagesPerRequest!.Value));
        Assert.True(model is { SupportsTools: false, SupportsImages: false, SupportsStreaming: false });
        Assert.DoesNotContain("image", model.InputModalities);
        Assert.Equal(new ModelRef("openai", "gpt-4o"), new ModelLookup(directory, _ => false).Find("fast").Model);
        Assert.Equal(new ModelPrice(1, 2), directory.Find(new("anthropic", "claude-own"))!.Price);
        Assert.Contains(directory.Of("anthropic"), known => known.Ref.Model == "claude-own");
    }

    [Fact]
    [Requirement("MOD4", "base_url")]
    [Requirement("MOD4", "default_model")]
    [Requirement("MOD4", "byok")]
    public void A_provider_of_the_users_own_is_one_like_any_other()
    {
        var overrides = OverrideReader.Read("",
            """
            {"corp":{"name":"Corp","base_url":"https://llm.corp.example/v1","wire":"messages","key_env":["CORP_KEY"],"default_model":"big","models":{"big":{"context":1000,"aliases":["b"]},"small":{}}},
             "home":{"base_url":"http://localhost:9999/v1","models":["one","two"]}, "openai":{"base_url":"https://proxy.corp.example/v1"}, "broken":{"name":"x"}, "odd":{"base_url":"https://x.example","wire":"telepathy"}}
            """, warning => Assert.Contains(warning, (string[])["providers.broken: it needs a base_url; it was ignored.", $"providers.odd.wire must be one of {string.Join(", ", OverrideReader.WireNames)}; the provider was ignored."]));
        var directory = new ModelDirectory(null, null, overrides);
        var registry = new ProviderRegistry(name => name == "CORP_KEY" ? "sk-corp" : name == "OPENAI_API_KEY" ? "sk" : null, _ => null, new() { Directory = directory });
        var corp = directory.Providers.Find("CORP")!;
        Assert.Equal((ProviderWire.Messages, "big", "sk-corp", "https://llm.corp.example"), (corp.Wire, corp.DefaultModel, registry.KeyOf(corp), registry.BaseUrlOf(corp)));
        Assert.True(registry.IsConfigured("corp"));
        Assert.True(registry.IsConfigured("home"));
        using var client = registry.Create(new("corp", "big"));
        Assert.Equal(["big", "small"], directory.Of("corp").Select(model => model.Ref.Model));
        Assert.Equal(["one", "two"], directory.Of("home").Select(model => model.Ref.Model));
        Assert.Equal("https://proxy.corp.example/v1", registry.BaseUrlOf(directory.Providers.Find("openai")!));
        Assert.Equal(new ModelRef("corp", "big"), new ModelLookup(directory, _ => false).Find("b").Model);
        Assert.Single(directory.Providers.All, provider => provider.Id == "openai");
    }

    [Fact]
    [Requirement("MOD2", "provider metadata")]
    public void Every_compatible_provider_of_the_table_is_called_at_its_address_with_the_key_of_its_variable()
    {
        foreach (var provider in KnownProviders.All.Where(provider => provider.Wire is ProviderWire.Chat or ProviderWire.Messages or ProviderWire.Responses))
        {
            var registry = new ProviderRegistry(
                name => provider.KeyVariables.Contains(name) ? "sk-test" : name.EndsWith("_BASE_URL", StringComparison.Ordinal) && provider.BaseUrl.Contains("${" + name, StringComparison.Ordinal) ? "https://own.example" : provider.BaseUrl.Contains("${" + name + "}", StringComparison.Ordinal) ? "mine" : null,
                _ => null);
            using var client = registry.Create(new(provider.Id, "any-model"));
            var url = registry.BaseUrlOf(provider);
            Assert.DoesNotContain("${", url, StringComparison.Ordinal);
            Assert.True(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == "https" || parsed.IsLoopback), $"{provider.Id}: {url}");
        }
        var cloudflare = KnownProviders.Find("cloudflare-workers-ai")!;
        var without = Assert.Throws<ModelException>(() => new ProviderRegistry(name => name == "CLOUDFLARE_API_KEY" ? "k" : null, _ => null).Create(new("cloudflare-workers-ai", "m")));
        Assert.Contains("CLOUDFLARE_ACCOUNT_ID", without.Message, StringComparison.Ordinal);
        Assert.Contains("${", cloudflare.BaseUrl, StringComparison.Ordinal);
    }
}
