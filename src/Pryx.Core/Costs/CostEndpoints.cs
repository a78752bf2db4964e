using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Costs;

/// <summary><c>/api/v1/cost</c>: what model calls took and cost, at the prices of their time; days and months are UTC.</summary>
/// <param name="prices">The models of a provider, or of all; null or part of a name to look for.</param>
public sealed class CostEndpoints(UsageReports reports, BudgetReports budgets, CostAdvisor advisor, Func<string?, IReadOnlyList<PricedModel>> prices, TimeProvider time)
{
    private static readonly ApiParameter Csv = new("format", "csv for CSV in place of JSON");
    private static readonly ApiParameter Session = new("session", "Only of this session, by its id");
    private static readonly ApiParameter Since = new("since", "Only from this day on: yyyy-MM-dd, UTC");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/cost/summary", "Everything so far, today, this month, and by model") { Query = [Session, Since, Csv], Response = CostJson.Default.CostSummary }, SummaryAsync);
        routes.Add(new("GET", "/api/admin/costs", "As /api/v1/cost/summary") { Scope = Scopes.Admin, Query = [Session, Since, Csv], Response = CostJson.Default.CostSummary }, SummaryAsync);
        routes.Add(new("GET", "/api/v1/cost/daily", "By day, also those without use; 30 days unless said, at most 366")
        { Query = [new("days", "How many, today included", "integer"), Session, Csv], Response = CostJson.Default.DailyCosts }, DailyAsync);
        routes.Add(new("GET", "/api/v1/cost/monthly", "By month, also those without use; 12 months unless said, at most 120")
        { Query = [new("months", "How many, this one included", "integer"), Session, Csv], Response = CostJson.Default.MonthlyCosts }, MonthlyAsync);
        routes.Add(new("GET", "/api/v1/cost/models", "By model, the dearest first") { Query = [Session, Since, Csv], Response = CostJson.Default.ModelCosts }, ModelsAsync);
        routes.Add(new("GET", "/api/v1/cost/agents", "By the agents that turns called, the dearest first; with session, those that it called") { Query = [Session, Since, Csv], Response = CostJson.Default.AgentCosts }, AgentsAsync);
        routes.Add(new("GET", "/api/v1/cost/sessions", "By session, the latest first, also deleted ones; 50 unless said, at most 1,000")
        { Query = [new("limit", "How many", "integer"), Since, Csv], Response = CostJson.Default.SessionCosts }, SessionsAsync);
        routes.Add(new("GET", "/api/v1/cost/sessions/{id}", "Of one session, also a deleted one") { Response = CostJson.Default.SessionCost }, SessionAsync);
        routes.Add(new("GET", "/api/v1/cost/pricing", "What models cost, in USD per million tokens") { Query = [new("q", "Part of a provider's or a model's name"), Csv], Response = CostJson.Default.Pricing }, PricingAsync);
        routes.Add(new("GET", "/api/v1/cost/optimize", "What would make this month cheaper") { Query = [Csv], Response = CostJson.Default.CostAdvice }, OptimizeAsync);
    }

    private async Task SummaryAsync(HttpContext http)
    {
        var (session, since, token) = (SessionOf(http), SinceOf(http), http.RequestAborted);
        await AnswerAsync(
            http,
            new CostSummary(
                await reports.SumAsync(session, since, token), await reports.SumAsync(session, Today, token), await reports.SumAsync(session, ThisMonth, token),
                await reports.ByModelAsync(session, since, token)),
            CostJson.Default.CostSummary, CostCsv.Of);
    }

    private async Task DailyAsync(HttpContext http)
    {
        var first = Today.AddDays(1 - http.QueryNumber("days", 30, 1, 366));
        var used = (await reports.ByDayAsync(SessionOf(http), first, http.RequestAborted)).ToDictionary(day => day.Date);
        var days = new List<DayCost>();
        for (var day = first; day <= Today; day = day.AddDays(1))
        {
            var date = BudgetScopes.DayOf(day);
            days.Add(used.GetValueOrDefault(date) ?? new(date, CostSum.Nothing));
        }
        await AnswerAsync(http, new DailyCosts(days), CostJson.Default.DailyCosts, CostCsv.Of);
    }

    private async Task MonthlyAsync(HttpContext http)
    {
        var first = ThisMonth.AddMonths(1 - http.QueryNumber("months", 12, 1, 120));
        var used = (await reports.ByMonthAsync(SessionOf(http), first, http.RequestAborted)).ToDictionary(month => month.Month);
        var months = new List<MonthCost>();
        for (var month = first; month <= ThisMonth; month = month.AddMonths(1))
        {
            var name = BudgetScopes.MonthOf(month);
            months.Add(used.GetValueOrDefault(name) ?? new(name, CostSum.Nothing));
        }
        await AnswerAsync(http, new MonthlyCosts(months), CostJson.Default.MonthlyCosts, CostCsv.Of);
    }

    private async Task ModelsAsync(HttpContext http) =>
        await AnswerAsync(http, new ModelCosts(await reports.ByModelAsync(SessionOf(http), SinceOf(http), http.RequestAborted)), CostJson.Default.ModelCosts, CostCsv.Of);

    private async Task AgentsAsync(HttpContext http) =>
        await AnswerAsync(http, new AgentCosts(await reports.ByAgentAsync(SessionOf(http), SinceOf(http), http.RequestAborted)), CostJson.Default.AgentCosts, CostCsv.Of);

    private async Task SessionsAsync(HttpContext http) => await AnswerAsync(
        http, new SessionCosts(await reports.BySessionAsync(SinceOf(http), http.QueryNumber("limit", 50, 1, 1000), http.RequestAborted)), CostJson.Default.SessionCosts, CostCsv.Of);

    private async Task SessionAsync(HttpContext http)
    {
        var id = http.RouteSession();
        if (!await reports.KnowsAsync(id, http.RequestAborted))
        {
            throw new PryxException("SESSION_NOT_FOUND", $"There is no session {id}.", "pryx session list shows those there are.");
        }
        var models = await reports.ByModelAsync(id, null, http.RequestAborted);
        await http.WriteAsync(new SessionCost(id, models.Select(static model => model.Sum).Aggregate(CostSum.Nothing, CostSum.Add), models), CostJson.Default.SessionCost);
    }

    private Task PricingAsync(HttpContext http) => AnswerAsync(http, new Pricing(prices(http.QueryText("q"))), CostJson.Default.Pricing, CostCsv.Of);

    private async Task OptimizeAsync(HttpContext http)
    {
        var token = http.RequestAborted;
        var advice = advisor.Of(await reports.SumAsync(null, ThisMonth, token), await reports.ByModelAsync(null, ThisMonth, token), await budgets.ReadAsync(null, token));
        await AnswerAsync(http, advice, CostJson.Default.CostAdvice, CostCsv.Of);
    }

    /// <summary>As JSON, or as CSV where that is asked for.</summary>
    internal static async Task AnswerAsync<T>(HttpContext http, T report, JsonTypeInfo<T> type, Func<T, string> csv)
    {
        switch (http.QueryText("format"))
        {
            case null or "json":
                await http.WriteAsync(report, type);
                break;
            case "csv":
                http.Response.ContentType = "text/csv; charset=utf-8";
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(csv(report)), http.RequestAborted);
                break;
            default:
                throw new PryxException("VALIDATION_ERROR", "format: json or csv is expected");
        }
    }

    private DateTimeOffset Today => new(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    private DateTimeOffset ThisMonth => Today.AddDays(1 - Today.Day);

    private static SessionId? SessionOf(HttpContext http) => http.QueryText("session") is not { } text ? null
        : SessionId.TryParse(text, out var id) ? id
        : throw new PryxException("VALIDATION_ERROR", "session: an id is expected");

    private static DateTimeOffset? SinceOf(HttpContext http) => http.QueryText("since") is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
        : throw new PryxException("VALIDATION_ERROR", "since: a day such as 2026-01-31 is expected");
}
