using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Costs;

/// <summary><c>/api/v1/cost/budget</c>: what may be spent. A change holds from the next model call on.</summary>
/// <param name="reload">Has the configuration read again.</param>
public sealed class BudgetEndpoints(BudgetReports budgets, ConfigWriter writer, Action reload, AuditLog audit)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/cost/budget", "The budgets and how much of them is used")
        { Query = [new("session", "Also how the budget of this session stands"), new("format", "csv for CSV in place of JSON")], Response = CostJson.Default.BudgetReport }, ShowAsync);
        routes.Add(new("PUT", "/api/v1/cost/budget", "Sets budgets in USD, what happens at a limit and when to warn; what is left out stays, 0 takes a limit away")
        { Scope = Scopes.Admin, Request = CostJson.Default.SetBudget, Response = CostJson.Default.BudgetReport }, SetAsync);
        routes.Add(new("PUT", "/api/v1/cost/sessions/{id}/budget", "Gives one session a budget of its own in USD; 0 takes its limit away, null gives it the configured one again")
        { Scope = Scopes.Admin, Request = CostJson.Default.SetSessionBudget, Response = CostJson.Default.BudgetReport }, SetSessionAsync);
    }

    private async Task ShowAsync(HttpContext http)
    {
        SessionId? session = http.QueryText("session") is not { } text ? null
            : SessionId.TryParse(text, out var id) ? id
            : throw new PryxException("VALIDATION_ERROR", "session: an id is expected");
        await CostEndpoints.AnswerAsync(http, await budgets.ReadAsync(session, http.RequestAborted), CostJson.Default.BudgetReport, CostCsv.Of);
    }

    private async Task SetAsync(HttpContext http)
    {
        var set = await http.ReadAsync(CostJson.Default.SetBudget);
        var changes = new List<KeyValuePair<string, string>>();
        AddUsd("budget_turn_usd", set.TurnUsd, "turn_usd");
        AddUsd("budget_session_usd", set.SessionUsd, "session_usd");
        AddUsd("budget_daily_usd", set.DailyUsd, "daily_usd");
        AddUsd("budget_monthly_usd", set.MonthlyUsd, "monthly_usd");
        if (set.Action is { } word)
        {
            changes.Add(new("budget_action", BudgetOptions.ParseAction(word) is { } action
                ? BudgetOptions.NameOf(action)
                : throw new PryxException("VALIDATION_ERROR", "action: pause, cheaper or stop is expected")));
        }
        if (set.WarnPercent is { } percent)
        {
            changes.Add(new("budget_warn_percent", percent is >= 1 and <= 100
                ? percent.ToString(CultureInfo.InvariantCulture)
                : throw new PryxException("VALIDATION_ERROR", "warn_percent: 1 to 100 is expected")));
        }
        if (changes.Count > 0)
        {
            await writer.SetAsync(changes, http.RequestAborted);
            reload();
            await AuditAsync(http, "config", "config.yaml", JsonSerializer.Serialize(set, CostJson.Default.SetBudget));
        }
        await http.WriteAsync(await budgets.ReadAsync(null, http.RequestAborted), CostJson.Default.BudgetReport);

        void AddUsd(string key, decimal? usd, string name)
        {
            if (usd is { } amount)
            {
                changes.Add(new(key, BudgetOptions.CheckUsd(amount, name).ToString(CultureInfo.InvariantCulture)));
            }
        }
    }

    private async Task SetSessionAsync(HttpContext http)
    {
        var id = http.RouteSession();
        var set = await http.ReadAsync(CostJson.Default.SetSessionBudget);
        if (!await budgets.SetAsync(id, set.LimitUsd is { } usd ? BudgetOptions.CheckUsd(usd, "limit_usd") : null, http.RequestAborted))
        {
            throw new PryxException("SESSION_NOT_FOUND", $"There is no session {id}.", "pryx session list shows those there are.");
        }
        await AuditAsync(http, "session", id.ToString(), JsonSerializer.Serialize(set, CostJson.Default.SetSessionBudget));
        await http.WriteAsync(await budgets.ReadAsync(id, http.RequestAborted), CostJson.Default.BudgetReport);
    }

    private Task AuditAsync(HttpContext http, string type, string id, string details) =>
        audit.AppendAsync(new("budget.changed", type, id, $"{http.Surface()}:{Caller.Of(http).Name}", details, "ok"), http.RequestAborted);
}
