using System.Net;
using Pryx.Core.Costs;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Testing;

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

    [Fact]
    public async Task Months_sessions_models_and_csv()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var session = SessionId.New();
        var now = TimeProvider.System.GetUtcNow();
        await using (var database = await Database.OpenAsync(Path.Combine(core.Home.Data, "pryx.db"), TimeProvider.System, Cancellation))
        {
            await database.WriteAsync(connection => Add(connection, session, "openai", "gpt-4o", 0.25m, now), Cancellation);
        }

        var months = (await core.GetAsync("/api/v1/cost/monthly?months=3", Cancellation)).Body!["months"]!.AsArray();
        Assert.Equal([0m, 0m, 0.25m], months.Select(month => (decimal)month!["sum"]!["cost_usd"]!));
        Assert.Equal(now.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture), (string?)months[2]!["month"]);
        Assert.Equal(session.ToString(), (string?)(await core.GetAsync("/api/v1/cost/sessions", Cancellation)).Body!["sessions"]![0]!["session_id"]);
        Assert.Equal(1, (int)(await core.GetAsync($"/api/v1/cost/models?session={session}", Cancellation)).Body!["models"]![0]!["sum"]!["calls"]!);
        Assert.Equal(0, (int)(await core.GetAsync($"/api/v1/cost/summary?since={now.AddDays(1):yyyy-MM-dd}", Cancellation)).Body!["total"]!["calls"]!);
        var csv = (await core.Http.GetStringAsync(new Uri("/api/v1/cost/daily?days=1&format=csv", UriKind.Relative), Cancellation)).Split("\r\n");
        Assert.StartsWith("date,cost_usd,estimated_usd,calls,", csv[0], StringComparison.Ordinal);
        Assert.StartsWith($"{now:yyyy-MM-dd},0.25,0,1,", csv[1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync("/api/v1/cost/daily?format=xml", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync("/api/v1/cost/summary?since=yesterday", Cancellation)).Status);
        var priced = (await core.GetAsync("/api/v1/cost/pricing?q=gpt-4o-mini", Cancellation)).Body!["models"]!.AsArray();
        Assert.Contains(priced, model => (string?)model!["provider"] == "openai" && (decimal)model["price"]!["input"]! == 0.15m);
    }

    [Fact]
    [Requirement("CLI19", "budget")]
    public async Task Budgets_are_set_kept_and_told_and_only_an_admin_may()
    {
        using var home = new TempHome();
        await using (var core = await TestCore.StartAsync(null, Cancellation, home))
        {
            var set = await core.SendAsync(HttpMethod.Put, "/api/v1/cost/budget", new { daily_usd = 5, monthly_usd = 50.5m, action = "stop", warn_percent = 70 }, Cancellation);
            Assert.Equal(HttpStatusCode.OK, set.Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await core.SendAsync(HttpMethod.Put, "/api/v1/cost/budget", new { daily_usd = -1 }, Cancellation)).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await core.SendAsync(HttpMethod.Put, "/api/v1/cost/budget", new { action = "panic" }, Cancellation)).Status);
            var reader = (await core.PostAsync("/api/v1/tokens", """{"name":"r","scopes":["chat"]}""", Cancellation)).Body!["token"]!.ToString();
            using var stranger = core.Client(reader);
            using var body = new StringContent("""{"daily_usd":1000}""", System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(HttpStatusCode.Forbidden, (await stranger.PutAsync(new Uri("/api/v1/cost/budget", UriKind.Relative), body, Cancellation)).StatusCode);
        }
        await using var again = await TestCore.StartAsync(null, Cancellation, home);
        var report = (await again.GetAsync("/api/v1/cost/budget", Cancellation)).Body!;
        Assert.Equal(("stop", 70), ((string?)report["action"], (int)report["warn_percent"]!));
        var day = report["scopes"]!.AsArray().Single(scope => (string?)scope!["scope"] == "day")!;
        Assert.Equal((5m, 0m, false), ((decimal)day["limit_usd"]!, (decimal)day["spent_usd"]!, (bool)day["is_over"]!));
        await again.SendAsync(HttpMethod.Put, "/api/v1/cost/budget", new { daily_usd = 0 }, Cancellation);
        Assert.Null((await again.GetAsync("/api/v1/cost/budget", Cancellation)).Body!["scopes"]!.AsArray().Single(scope => (string?)scope!["scope"] == "day")!["limit_usd"]);
    }

    [Fact]
    [Requirement("CLI19", "optimize")]
    public async Task Advice_comes_with_the_numbers_of_the_month()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.Empty((await core.GetAsync("/api/v1/cost/optimize", Cancellation)).Body!["suggestions"]!.AsArray());
        var now = TimeProvider.System.GetUtcNow();
        await using (var database = await Database.OpenAsync(Path.Combine(core.Home.Data, "pryx.db"), TimeProvider.System, Cancellation))
        {
            await database.WriteAsync(connection =>
            {
                for (var call = 0; call < 51; call++)
                {
                    UsageStore.Append(connection, new(SessionId.New(), TurnId.New(), 1, new("openai", "gpt-4o"), new(50_000, 100), 0.2m, TimeSpan.Zero, "stop", null), now);
                }
            }, Cancellation);
        }
        await core.SendAsync(HttpMethod.Put, "/api/v1/cost/budget", new { monthly_usd = 11 }, Cancellation);

        var suggestions = (await core.GetAsync("/api/v1/cost/optimize", Cancellation)).Body!["suggestions"]!.AsArray();

        Assert.Equal(["model_switch", "context_reduction", "caching", "budget_alert"], suggestions.Select(suggestion => (string?)suggestion!["kind"]));
        Assert.True((decimal)suggestions[0]!["saves_usd"]! > 0);
    }

    private static void Add(Microsoft.Data.Sqlite.SqliteConnection connection, SessionId session, string provider, string model, decimal? cost, DateTimeOffset at) =>
        UsageStore.Append(connection, new(session, TurnId.New(), 1, new(provider, model), new(100, 20), cost, TimeSpan.FromSeconds(1), "stop", null), at);
}
