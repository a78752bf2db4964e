using Pryx.Agent.Turns;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Agent.Tests.Budgets;

public sealed class TurnBudgetTests
{
    [Fact]
    public async Task A_runaway_loop_spends_no_more_than_its_limit()
    {
        const decimal limit = 0.01m;
        using var bench = new TurnBench { Limits = new() { MaxCostUsd = limit }, Price = new(3, 15) };
        bench.Tools.Add(new FakeTool("again"));
        var price = bench.Price!;
        var counted = 0m;
        // The provider's own count: it bills all the output that it was allowed.
        var model = new ScriptedModel(request =>
        {
            var usage = new TokenUsage(300, Math.Min(request.Options!.MaxOutputTokens ?? 10_000, 200));
            counted += price.CostOf(usage);
            return Calls(("again", "{}")) with { Usage = usage };
        });

        var outcome = await bench.RunAsync(model);

        Assert.Equal((TurnEnd.Limited, "MAX_COST"), (outcome!.End, outcome.Code));
        Assert.InRange(counted, 0.001m, limit);
        Assert.Contains("Stopped before model call", outcome.Message);
    }

    [Fact]
    public async Task An_unknown_price_is_never_taken_for_zero()
    {
        using var bench = new TurnBench { Limits = new() { MaxCostUsd = 1 }, Price = null };
        var model = new ScriptedModel(Says("hi"));

        var outcome = await bench.RunAsync(model);

        Assert.Equal("MAX_COST", outcome!.Code);
        Assert.Empty(model.Requests);
    }
}
