using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Costs;
using Pryx.Terminal;

namespace Pryx.Commands.Costs;

/// <summary><c>pryx cost budget</c>: how the budgets stand, and what they are to be.</summary>
internal static class BudgetCommand
{
    public static Command Create(CommandIo io, CostOutput output)
    {
        var set = Set(io, output);
        var status = new Command("status", "The budgets and how much of them is used");
        var command = new Command("budget", "The budgets and how much of them is used; set changes them") { status, set };
        foreach (var shown in new[] { command, status })
        {
            shown.SetAction((parsed, cancellationToken) => CostReports.RunAsync(io, output.Of(parsed), static (reports, token) => reports.BudgetAsync(token), cancellationToken));
        }
        return command.WithExamples("""
            pryx cost budget
            pryx cost budget set --daily 5 --monthly 50 --action pause
            pryx cost budget set --daily none
            """);
    }

    private static Command Set(CommandIo io, CostOutput output)
    {
        var daily = Usd("--daily", "For each day (UTC)");
        var monthly = Usd("--monthly", "For each month (UTC)", "--amount");
        var turn = Usd("--turn", "For each turn", "--per-turn");
        var session = Usd("--per-session", "For each session; for one alone: pryx session budget ID USD");
        var action = new Option<string?>("--action") { HelpName = "pause|cheaper|stop", Description = "What happens at a limit: ask and wait, go on with a cheaper model, end the turn" };
        action.AcceptOnlyFromAmong("pause", "cheaper", "stop");
        var warn = new Option<int?>("--warn", "--alert") { HelpName = "PERCENT", Description = "Warn when so much of a budget is used (default 80)" };
        var command = new Command("set", "Set budgets in USD; none takes one away") { daily, monthly, turn, session, action, warn };
        command.SetAction((parsed, cancellationToken) =>
        {
            var body = new SetBudget
            {
                DailyUsd = Amount(parsed.GetValue(daily), "--daily"),
                MonthlyUsd = Amount(parsed.GetValue(monthly), "--monthly"),
                TurnUsd = Amount(parsed.GetValue(turn), "--turn"),
                SessionUsd = Amount(parsed.GetValue(session), "--per-session"),
                Action = parsed.GetValue(action),
                WarnPercent = parsed.GetValue(warn),
            };
            if (body == new SetBudget())
            {
                throw UsageError.Of("Say which budget to set.", "pryx cost budget set --daily 5 --monthly 50");
            }
            var isJson = output.Of(parsed).Format == "json";
            return ApiCall.RunAsync(io, async (api, token) =>
            {
                var budget = await api.CallAsync("PUT", "/api/v1/cost/budget", JsonSerializer.Serialize(body, CostJson.Default.SetBudget), CostJson.Default.BudgetReport, token);
                io.Out.WriteLine(isJson ? JsonSerializer.Serialize(budget, CostJson.Default.BudgetReport) : $"Budget set: {Words(body)}");
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx cost budget set --daily 5 --monthly 50");
    }

    /// <summary>0 for none; null when nothing was said.</summary>
    internal static decimal? Amount(string? text, string option) => text?.Trim().TrimStart('$') switch
    {
        null => null,
        "none" or "off" or "unlimited" => 0,
        var number when decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd <= 1_000_000 => usd,
        _ => throw UsageError.Of($"'{SafeText.Line(text!, 40)}' is no amount in USD.", $"write it as {option} 5, {option} 0.50 or {option} none"),
    };

    private static Option<string?> Usd(string name, string description, params string[] aliases) => new(name, aliases) { HelpName = "USD", Description = description };

    private static string Words(SetBudget set)
    {
        var parts = new List<string>();
        Add("Daily", set.DailyUsd);
        Add("Monthly", set.MonthlyUsd);
        Add("Turn", set.TurnUsd);
        Add("Session", set.SessionUsd);
        if (set.Action is { } action)
        {
            parts.Add($"at the limit {action}");
        }
        if (set.WarnPercent is { } percent)
        {
            parts.Add($"warning at {percent} %");
        }
        return string.Join(", ", parts);

        void Add(string name, decimal? usd)
        {
            if (usd is { } amount)
            {
                parts.Add(amount == 0 ? $"{name} no limit" : string.Create(CultureInfo.InvariantCulture, $"{name} ${amount:0.00##}"));
            }
        }
    }
}
