using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Costs;

/// <summary><c>/api/v1/cost</c>: what model calls took and cost, at the prices of their time; days are UTC.</summary>
public sealed class CostEndpoints(UsageReports reports, TimeProvider time)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/cost/summary", "Everything so far, today, this month, and by model") { Response = CostJson.Default.CostSummary }, SummaryAsync);
        routes.Add(new("GET", "/api/admin/costs", "As /api/v1/cost/summary") { Scope = Scopes.Admin, Response = CostJson.Default.CostSummary }, SummaryAsync);
        routes.Add(new("GET", "/api/v1/cost/daily", "By day, also those without use; 30 days unless said, at most 366")
        { Query = [new("days", "How many, today included", "integer")], Response = CostJson.Default.DailyCosts }, DailyAsync);
        routes.Add(new("GET", "/api/v1/cost/sessions/{id}", "Of one session, also a deleted one") { Response = CostJson.Default.SessionCost }, SessionAsync);
    }

    private async Task SummaryAsync(HttpContext http)
    {
        var today = Today;
        var token = http.RequestAborted;
        await http.WriteAsync(
            new CostSummary(
                await reports.SumAsync(null, token), await reports.SumAsync(today, token), await reports.SumAsync(today.AddDays(1 - today.Day), token), await reports.ByModelAsync(null, token)),
            CostJson.Default.CostSummary);
    }

    private async Task DailyAsync(HttpContext http)
    {
        var first = Today.AddDays(1 - http.QueryNumber("days", 30, 1, 366));
        var used = (await reports.ByDayAsync(first, http.RequestAborted)).ToDictionary(day => day.Date);
        var days = new List<DayCost>();
        for (var day = first; day <= Today; day = day.AddDays(1))
        {
            var date = day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            days.Add(used.GetValueOrDefault(date) ?? new(date, new(0, 0, 0, 0, 0, 0)));
        }
        await http.WriteAsync(new DailyCosts(days), CostJson.Default.DailyCosts);
    }

    private async Task SessionAsync(HttpContext http)
    {
        var id = http.RouteSession();
        if (!await reports.KnowsAsync(id, http.RequestAborted))
        {
            throw new PryxException("SESSION_NOT_FOUND", $"There is no session {id}.", "pryx session list shows those there are.");
        }
        var models = await reports.ByModelAsync(id, http.RequestAborted);
        var total = models.Select(model => model.Sum).Aggregate(new CostSum(0, 0, 0, 0, 0, 0), static (a, b) => new(
            a.CostUsd + b.CostUsd, a.Calls + b.Calls, a.UnpricedCalls + b.UnpricedCalls, a.InputTokens + b.InputTokens, a.OutputTokens + b.OutputTokens, a.CachedTokens + b.CachedTokens));
        await http.WriteAsync(new SessionCost(id, total, models), CostJson.Default.SessionCost);
    }

    private DateTimeOffset Today => new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
}

public sealed record CostSummary(CostSum Total, CostSum Today, CostSum Month, IReadOnlyList<ModelCost> Models);

public sealed record DailyCosts(IReadOnlyList<DayCost> Days);

public sealed record SessionCost(SessionId SessionId, CostSum Total, IReadOnlyList<ModelCost> Models);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CostSummary))]
[JsonSerializable(typeof(DailyCosts))]
[JsonSerializable(typeof(SessionCost))]
internal sealed partial class CostJson : JsonSerializerContext;
