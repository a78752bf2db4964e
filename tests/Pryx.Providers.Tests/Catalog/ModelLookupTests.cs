using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Providers.Tests.Catalog;

public sealed class ModelLookupTests
{
    private static readonly ModelLookup _lookup = new(ModelDirectory.Bundled, _ => false);

    [Theory]
    [InlineData("openai/gpt-4o", "openai/gpt-4o")]
    [InlineData("gpt-4o", "openai/gpt-4o")]
    [InlineData("GPT-4o", "openai/gpt-4o")]
    [InlineData("gpt5 mini", "openai/gpt-5-mini")]
    [InlineData("gpt 5 mini", "openai/gpt-5-mini")]
    [InlineData("claude-sonnet-4.5", "anthropic/claude-sonnet-4-5")]
    [InlineData("claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5-20250929")]
    [InlineData("sonnet 4.5", "anthropic/claude-sonnet-4-5")]
    [InlineData("sonnet", "anthropic/claude-sonnet-5")]
    [InlineData("anthropic/sonnet", "anthropic/claude-sonnet-5")]
    [InlineData("anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4-5")]
    [InlineData("Claude Sonnet 4.6", "anthropic/claude-sonnet-4-6")]
    [InlineData("gemini 2.5 flash", "google/gemini-2.5-flash")]
    [InlineData("tour", "?")]
    [InlineData("gpt-4", "openai/gpt-4")]
    [InlineData("o3", "openai/o3")]
    public void A_name_finds_its_model(string name, string expected) =>
        Assert.Equal(expected == "?" ? null : expected, _lookup.Find(name).Model?.ToString());

    [Theory]
    [InlineData("openai/gpt-99-turbo")]
    [InlineData("anthropic/claude-sonnet-9")]
    [InlineData("ollama/llama3")]
    [InlineData("lmstudio/my-model")]
    [InlineData("openrouter/nobody/knows-it-yet")]
    [InlineData("demo/tour")]
    public void A_name_under_a_provider_that_the_catalog_does_not_know_is_taken_as_it_is(string name) => Assert.Equal(name, _lookup.Find(name).Model?.ToString());

    [Fact]
    public void A_name_that_could_be_several_says_which()
    {
        var claude = _lookup.Find("claude");
        Assert.Null(claude.Model);
        Assert.Contains(new ModelRef("anthropic", "claude-sonnet-5"), claude.Candidates);
        Assert.Contains(claude.Candidates, model => model.Model.Contains("haiku", StringComparison.Ordinal));
        Assert.True(_lookup.Find("mini").Candidates.Count > 1);
    }

    [Fact]
    public void A_near_miss_suggests()
    {
        Assert.Contains(new ModelRef("openai", "gpt-4o-mini"), _lookup.Find("gpt-4o-mni").Suggestions);
        Assert.Empty(_lookup.Find("zzzzqqqq").Suggestions);
        Assert.Null(_lookup.Find("zzzzqqqq").Model);
    }

    [Fact]
    public void Who_can_be_asked_comes_first()
    {
        ModelRef? With(string provider, string name) => new ModelLookup(ModelDirectory.Bundled, id => id == provider).Find(name).Model;
        Assert.Equal("openrouter", With("openrouter", "claude-sonnet-4.5")!.Value.Provider);
        Assert.Equal("anthropic", With("anthropic", "claude-sonnet-4.5")!.Value.Provider);
        Assert.Equal("anthropic", With("groq", "claude-sonnet-4.5")!.Value.Provider);
    }

    [Fact]
    public void A_lookup_of_one_model_takes_about_a_millisecond()
    {
        ModelCatalog.Find(new("openai", "gpt-4o"));
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(ModelCatalog.Find(new("openrouter", "anthropic/claude-sonnet-4.5")));
        }
        // Far from the bound on a free machine; it catches an index built for each.
        Assert.True(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds / 100 < 10);
    }
}
