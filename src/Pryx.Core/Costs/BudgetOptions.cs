using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Costs;

/// <summary>What happens when the next call would go beyond a budget.</summary>
public enum BudgetAction
{
    /// <summary>The user is asked, and the turn waits.</summary>
    Pause,
    /// <summary>A cheaper model goes on; where there is none, as Pause.</summary>
    Cheaper,
    /// <summary>The turn ends.</summary>
    Stop,
}

/// <summary>The budgets as config.yaml sets them, in USD; null is no limit.</summary>
public sealed record BudgetOptions
{
    public decimal? TurnUsd { get; init; }
    public decimal? SessionUsd { get; init; }
    public decimal? DailyUsd { get; init; }
    public decimal? MonthlyUsd { get; init; }
    public BudgetAction Action { get; init; }

    /// <summary>Of a limit.</summary>
    public int WarnPercent { get; init; } = 80;

    public bool HasAny => TurnUsd is not null || SessionUsd is not null || DailyUsd is not null || MonthlyUsd is not null;

    public static BudgetOptions From(PryxConfig config) => new()
    {
        TurnUsd = Limit(config, "budget_turn_usd"),
        SessionUsd = Limit(config, "budget_session_usd"),
        DailyUsd = Limit(config, "budget_daily_usd"),
        MonthlyUsd = Limit(config, "budget_monthly_usd"),
        Action = ParseAction(config.Text("budget_action")) ?? BudgetAction.Pause,
        WarnPercent = (int)Math.Clamp(config.Whole("budget_warn_percent"), 1, 100),
    };

    /// <summary>Null for a word that is none.</summary>
    public static BudgetAction? ParseAction(string text) => text.Trim().ToLowerInvariant() switch
    {
        "pause" => BudgetAction.Pause,
        "cheaper" => BudgetAction.Cheaper,
        "stop" => BudgetAction.Stop,
        _ => null,
    };

    public static string NameOf(BudgetAction action) => action switch { BudgetAction.Cheaper => "cheaper", BudgetAction.Stop => "stop", _ => "pause" };

    /// <exception cref="PryxException">VALIDATION_ERROR: no amount of money.</exception>
    public static decimal CheckUsd(decimal usd, string name) => usd is >= 0 and <= 1_000_000
        ? usd
        : throw new PryxException("VALIDATION_ERROR", $"{name}: an amount from 0 (no limit) to 1,000,000 USD is expected");

    private static decimal? Limit(PryxConfig config, string name) => config.Number(name) is > 0 and <= 1_000_000 and var usd ? (decimal)usd : null;
}
