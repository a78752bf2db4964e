using System.Net;
using Pryx.Core.Costs;
using Pryx.Core.Storage;
using Pryx.Protocol;

namespace Pryx.Core.Tests.Costs;

public sealed class CostEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_spent_is_shown_in_sum_by_day_by_model_and_by_session()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (one, two) = (SessionId.New(), SessionId.New());
        var now = TimeProvider.System.GetUtcNow();
        await using (var database = await Database.OpenAsync(Path.Combine(core.Home.Data, "pryx.db"), TimeProvider.System, Cancellation))
        {
            await database.WriteAsync(connection =>
            {
                Add(connection, one, "openai", "gpt-4o", 0.25m, now);
                Add(connection, one, "anthropic", "claude-sonnet-5", 1.50m, now);
                Add(connection, two, "openai", "gpt-4o", null, now.AddDays(-2));
                Add(connection, two, "openai", "gpt-4o", 0.50m, now.AddDays(-2));
            }, Cancellation);
        }

        var summary = (await core.GetAsync("/api/v1/cost/summary", Cancellation)).Body!;
        Assert.Equal((2.25m, 4, 1), ((decimal)summary["total"]!["cost_usd"]!, (int)summary["total"]!["calls"]!, (int)summary["total"]!["unpriced_calls"]!));
        Assert.Equal(1.75m, (decimal)summary["today"]!["cost_usd"]!);
        Assert.Equal(["anthropic/claude-sonnet-5", "openai/gpt-4o"], summary["models"]!.AsArray().Select(model => (string?)model!["model"]));

        var days = (await core.GetAsync("/api/v1/cost/daily?days=3", Cancellation)).Body!["days"]!.AsArray();
        Assert.Equal([0.50m, 0m, 1.75m], days.Select(day => (decimal)day!["sum"]!["cost_usd"]!));
        Assert.Equal(200, (int)days[0]!["sum"]!["input_tokens"]!);

        var session = (await core.GetAsync($"/api/v1/cost/sessions/{two}", Cancellation)).Body!;
        Assert.Equal((0.50m, 2), ((decimal)session["total"]!["cost_usd"]!, (int)session["total"]!["calls"]!));
    }

    [Fact]
    public async Task A_fresh_installation_has_spent_nothing_and_an_unknown_session_is_404()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Equal(0m, (decimal)(await core.GetAsync("/api/v1/cost/summary", Cancellation)).Body!["total"]!["cost_usd"]!);
        Assert.Equal(30, (await core.GetAsync("/api/v1/cost/daily", Cancellation)).Body!["days"]!.AsArray().Count);
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync($"/api/v1/cost/sessions/{SessionId.New()}", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync("/api/v1/cost/sessions/x", Cancellation)).Status);
    }

    private static void Add(Microsoft.Data.Sqlite.SqliteConnection connection, SessionId session, string provider, string model, decimal? cost, DateTimeOffset at) =>
        UsageStore.Append(connection, new(session, TurnId.New(), 1, new(provider, model), new(100, 20), cost, TimeSpan.FromSeconds(1), "stop", null), at);
}
