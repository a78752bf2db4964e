using Pryx.Agent.Models;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Agent.Tests.Models;

public sealed class RouteOrderTests
{
    private static readonly CallNeeds _call = new() { InputTokens = 9_000, MaxOutputTokens = 1_000 };

    [Theory]
    [InlineData(0.0, 0.0, 0.0)]
    [InlineData(0.10, 5.0, 1.0)]
    [InlineData(0.05, 2.5, 0.5)]
    [InlineData(0.10, 0.0, 0.6)]
    [InlineData(0.0, 5.0, 0.4)]
    // Beyond the worst nothing gets worse.
    [InlineData(3.0, 90.0, 1.0)]
    [Requirement("MOD12", "score normalisation")]
    [Requirement("MOD8", "balanced weights")]
    public void A_score_is_six_tenths_price_and_four_tenths_latency(double usd, double seconds, double score) =>
        Assert.Equal(score, RouteOrder.ScoreOf((decimal)usd, TimeSpan.FromSeconds(seconds)), 6);

    [Fact]
    public void An_unknown_price_is_infinite_and_an_unknown_latency_lies_in_the_middle()
    {
        Assert.Equal(double.PositiveInfinity, RouteOrder.ScoreOf(null, TimeSpan.Zero));
        Assert.Equal(0.2, RouteOrder.ScoreOf(0, null), 6);
    }

    [Fact]
    [Requirement("MOD8", "cost")]
    public void Cheapest_puts_ties_by_id_and_unknown_prices_last() => Assert.Equal(
        ["a/1", "b/1", "b/2", "a/0"],
        Sort(RouteStrategy.Cheapest, RouteFacts.None, Model("a/0", null), Model("b/2", 5), Model("b/1", 1), Model("a/1", 1)));

    [Fact]
    [Requirement("MOD8", "performance")]
    public void Fastest_puts_what_was_never_measured_last_and_there_the_cheapest_first()
    {
        var facts = RouteFacts.None with { LatencyOf = model => model.Provider == "a" ? TimeSpan.FromSeconds(model.Model == "slow" ? 3 : 1) : null };
        Assert.Equal(["a/quick", "a/slow", "b/1", "b/0"], Sort(RouteStrategy.Fastest, facts, Model("b/0", 9), Model("a/slow", 1), Model("b/1", 1), Model("a/quick", 90)));
    }

    [Fact]
    public void Balanced_prefers_a_little_dearer_model_that_is_much_faster()
    {
        // 0.009 + 0.001 x 1 = 0.01 USD against 0.02 USD: 0.06 of score, and 4 s against 1 s: 0.24.
        var facts = RouteFacts.None with { LatencyOf = model => TimeSpan.FromSeconds(model.Model == "cheap" ? 4 : 1) };
        Assert.Equal(["a/quick", "a/cheap"], Sort(RouteStrategy.Balanced, facts, Model("a/cheap", 1), Model("a/quick", 2)));
    }

    [Fact]
    [Requirement("MOD8", "diversity")]
    public void Diverse_begins_with_the_provider_that_was_called_least()
    {
        var facts = RouteFacts.None with { CallsOf = provider => provider == "a" ? 10 : 2 };
        Assert.Equal(["b/1", "a/1", "b/2", "a/2"], Sort(RouteStrategy.Diverse, facts, Model("a/1", 1), Model("a/2", 1), Model("b/1", 1), Model("b/2", 1)));
    }

    [Fact]
    [Requirement("MOD8", "user preference")]
    public void Fixed_and_capable_keep_the_users_order()
    {
        Assert.Equal(["b/1", "a/1"], Sort(RouteStrategy.Fixed, RouteFacts.None, Model("b/1", 9), Model("a/1", 1)));
        Assert.Equal(["b/1", "a/1"], Sort(RouteStrategy.Capable, RouteFacts.None, Model("b/1", 9), Model("a/1", 1)));
    }

    [Fact]
    [Requirement("MOD8", "capability")]
    public void A_model_fits_when_nothing_known_speaks_against_it()
    {
        var model = Model("a/1", 1) with { SupportsTools = false, ContextWindow = 10_000, MaxOutput = 500, SupportsReasoning = false, MaxImagesPerRequest = 1, MaxToolsPerRequest = 2, MaxInput = 9_000 };
        Assert.Null(ModelFit.Misfit(new ModelInfo(new ModelRef("x", "y")), new() { InputTokens = 1_000_000 }));
        Assert.Null(ModelFit.Misfit(model, new() { InputTokens = 8_000 }));
        Assert.Equal("calls no tools", ModelFit.Misfit(model, new() { Tools = 1 }));
        Assert.Equal("takes 2 tools, 3 are offered", ModelFit.Misfit(model with { SupportsTools = true }, new() { Tools = 3 }));
        Assert.Equal("takes no images", ModelFit.Misfit(model, new() { Images = 1 }));
        Assert.Equal("takes 1 images, there are 2", ModelFit.Misfit(model with { SupportsImages = true }, new() { Images = 2 }));
        Assert.Equal("does not reason", ModelFit.Misfit(model, new() { Reasoning = true }));
        Assert.Equal("answers with at most 500 tokens", ModelFit.Misfit(model, new() { MaxOutputTokens = 501 }));
        Assert.Equal("takes 9,000 tokens, the request has about 9,001", ModelFit.Misfit(model, new() { InputTokens = 9_001 }));
        Assert.Equal("holds 10,000 tokens, the request has about 9,500", ModelFit.Misfit(model with { MaxInput = null }, new() { InputTokens = 9_500 }));
    }

    private static ModelInfo Model(string id, decimal? price) =>
        new(ModelRef.TryParse(id, out var model) ? model : throw new ArgumentException(id)) { Price = price is { } usd ? new(usd, usd) : null };

    private static IEnumerable<string> Sort(RouteStrategy strategy, RouteFacts facts, params ModelInfo[] models) =>
        RouteOrder.Sort(strategy, models, _call, facts).Select(model => model.Ref.ToString());
}
