using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Catalog;

public class ModelCatalogTests
{
    [Fact]
    [Requirement("MOD3", "context")]
    [Requirement("MOD3", "limits")]
    [Requirement("MOD3", "pricing")]
    [Requirement("MOD3", "tools")]
    [Requirement("MOD3", "vision")]
    [Requirement("MOD3", "reasoning")]
    [Requirement("MOD10", "OpenAI per-model")]
    public void A_known_model_has_limits_abilities_and_prices_per_million()
    {
        var model = ModelCatalog.Find(new("openai", "gpt-4o"));
        Assert.Equal((128_000L, 16_384L), (model!.ContextWindow, model.MaxOutput));
        Assert.Equal(new ModelPrice(2.5m, 10m, 1.25m), model.Price);
        Assert.True(model is { SupportsTools: true, SupportsImages: true, SupportsReasoning: false });
        Assert.Equal(12.5m, model.Price!.CostOf(new(1_000_000, 1_000_000)));
    }

    [Theory]
    [InlineData("openai", "gpt-5.4-2026-03-05", "GPT-5.4")]
    [InlineData("openai", "GPT-4O", "GPT-4o")]
    [InlineData("openai-responses", "gpt-4o", "GPT-4o")]
    [InlineData("anthropic", "claude-3-haiku", "Claude Haiku 3")]
    [InlineData("anthropic", "claude-sonnet-5-20260630", "Claude Sonnet 5")]
    [InlineData("together", "moonshotai/Kimi-K2.6", "Kimi K2.6")]
    public void Dates_case_and_other_names_of_the_provider_do_not_matter(string provider, string model, string name) =>
        Assert.Equal(name, ModelCatalog.Find(new(provider, model))?.DisplayName);

    [Theory]
    [InlineData("openai", "gpt-4")]
    [InlineData("openai", "gpt-5")]
    public void A_name_is_not_taken_for_a_longer_one(string provider, string model) =>
        Assert.Equal(model.ToUpperInvariant(), ModelCatalog.Find(new(provider, model))?.DisplayName?.ToUpperInvariant());

    [Theory, InlineData("openai", "gpt-unheard-of"), InlineData("nobody", "gpt-4o"), InlineData("openai", "gpt")]
    public void An_unknown_model_is_null(string provider, string model) => Assert.Null(ModelCatalog.Find(new(provider, model)));

    [Theory, InlineData("demo", "tour"), InlineData("ollama", "qwen3:8b"), InlineData("lmstudio", "x"), InlineData("openrouter", "poolside/laguna-m.1:free")]
    public void What_runs_at_home_or_is_given_away_costs_nothing(string provider, string model) =>
        Assert.Equal(0m, ModelCatalog.Find(new(provider, model))!.Price!.CostOf(new(1000, 1000)));

    [Fact]
    public void The_models_of_a_provider_are_listed_without_deprecated_ones()
    {
        var models = ModelCatalog.Of("anthropic").ToList();
        Assert.Contains(models, model => model.Ref.Model == "claude-sonnet-5");
        Assert.DoesNotContain(models, model => model.Ref.Model == "claude-3-opus-20240229");
        Assert.All(models, model => Assert.Equal("anthropic", model.Ref.Provider));
    }
}
