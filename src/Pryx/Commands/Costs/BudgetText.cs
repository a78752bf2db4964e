using System.Globalization;
using Pryx.Protocol.Costs;
using Pryx.Terminal;

namespace Pryx.Commands.Costs;

/// <summary>How the budgets stand, for people.</summary>
internal static class BudgetText
{
    public static void Show(CommandIo io, BudgetReport budget)
    {
        var style = io.OutStyle;
        io.Out.WriteLine(style.Bold("Budget Status"));
        foreach (var scope in budget.Scopes)
        {
            io.Out.WriteLine($"  {NameOf(scope) + ":",-18}{Of(scope, budget.WarnPercent, style)}");
        }
        io.Out.WriteLine($"  {"At the limit:",-18}{(budget.Action switch { "stop" => "the turn ends", "cheaper" => "a cheaper model goes on", _ => "you are asked, or the turn ends" })}");
        io.Out.WriteLine($"  {"Warning at:",-18}{budget.WarnPercent} %");
        if (budget.Scopes.All(static scope => scope.LimitUsd is null))
        {
            io.Out.WriteLine("No budget is set. Set one: pryx cost budget set --daily 5");
        }
    }

    private static string NameOf(BudgetStatus scope) => scope.Scope switch
    {
        "day" => "Daily Spent",
        "month" => "Monthly Spent",
        "session" => scope.Key.Length == 0 ? "Each Session" : "Session Spent",
        _ => "Each Turn",
    };

    private static string Of(BudgetStatus scope, int warnPercent, Style style)
    {
        if (scope.Key.Length == 0)
        {
            return scope.LimitUsd is { } each ? $"at most {CostText.Usd(each)}" : "no limit";
        }
        var spent = CostText.Usd4(scope.SpentUsd);
        var reserved = scope.ReservedUsd > 0 ? $", {CostText.Usd4(scope.ReservedUsd)} reserved for calls under way" : "";
        if (scope.LimitUsd is not { } limit)
        {
            return $"{spent} / no limit{reserved}";
        }
        var text = string.Create(CultureInfo.InvariantCulture, $"{spent} / {CostText.Usd(limit)} ({scope.Percent:0.0}%){reserved}");
        return scope.IsOver ? $"{text} {style.Red("Over budget!")}" : scope.Percent >= warnPercent ? style.Yellow(text) : text;
    }
}
