using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Costs;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Errors;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>Budgets: how much of each is used, and what happens at its end.</summary>
internal sealed class Budgets(ScreenHost host) : BrowseScreen<BudgetStatus>(host)
{
    private BudgetReport? _read;

    public override string Name => "Budgets";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(3);
    protected override StyledLine Heading => new(_read is null ? "" : $"At a limit: {_read.Action} · warns from {_read.WarnPercent} %", Ink.Muted);
    protected override StyledLine Summary => StyledLine.Empty;
    protected override Facts Empty => new Facts().Title("No budgets").Gap().Text("pryx budget set --daily 2", Ink.Code);

    protected override async Task<IReadOnlyList<BudgetStatus>> ReadAsync(CancellationToken cancellationToken)
    {
        _read = await Host.Core.GetAsync("/api/v1/cost/budget", CostJson.Default.BudgetReport, cancellationToken);
        return _read.Scopes;
    }

    protected override string KeyOf(BudgetStatus item) => item.Scope;

    protected override string WordsOf(BudgetStatus item) => item.Scope;

    protected override StyledLine Row(BudgetStatus item, int width)
    {
        var bar = Math.Clamp(width - 40, 8, 40);
        var ink = InkOf(item);
        return item.LimitUsd is not { } limit
            ? StatusLine.Of(width, new(NameOf(item)), new([new(item.SpentUsd > 0 ? CostText.Usd(item.SpentUsd) + "  " : "", Ink.Muted), new("no limit", Ink.Faint)]))
            : StatusLine.Of(width, StyledText.Concat(StyledText.Pad(new(NameOf(item)), 15), Bars.Progress((double)((item.Percent ?? 0) / 100), bar, ink)), new($"{item.Percent:0} % of {CostText.Usd(limit)}", ink));
    }

    protected override Facts DetailsOf(BudgetStatus item)
    {
        var facts = new Facts().Title(NameOf(item), item.LimitUsd is { } limit ? item.IsOver ? "used up" : $"{CostText.Usd(item.LeftUsd ?? 0)} left of {CostText.Usd(limit)}" : "no limit", InkOf(item)).Gap();
        if (item.LimitUsd is not null)
        {
            facts.Rows(width => [Bars.Progress((double)((item.Percent ?? 0) / 100), Math.Min(width, 50), InkOf(item))]).Gap();
        }
        return facts.Say("spent", CostText.Usd(item.SpentUsd)).Say("reserved", item.ReservedUsd > 0 ? $"{CostText.Usd(item.ReservedUsd)} for calls under way" : null)
            .Say("counts for", item.Key.Length > 0 ? item.Key : "each one anew")
            .Gap().Text(_read?.Action switch
            {
                "stop" => "At the limit the turn ends.",
                "cheaper" => "At the limit a cheaper model goes on.",
                _ => "At the limit the turn waits and asks you.",
            }, Ink.Muted).Text("L sets a limit, W from which share on you are warned, A what happens at the end.", Ink.Muted);
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(BudgetStatus? item) => item is null ? [] : [new('l', "limit", () => SetLimit(item)), new('a', "at the limit", SetAction), new('w', "warning", SetWarning)];

    private void SetLimit(BudgetStatus budget) => Host.Ask(new Form(Host, $"The limit of {NameOf(budget).ToLowerInvariant()}", "In USD; 0 takes it away.", [new("USD", "2", budget.LimitUsd?.ToString("0.####", CultureInfo.InvariantCulture) ?? "")], async (texts, cancellationToken) =>
    {
        var usd = decimal.TryParse(texts[0].TrimStart('$'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : throw new PryxException("VALIDATION_ERROR", "A number of USD is expected, such as 2 or 0.50.");
        await SetAsync(budget.Scope switch { "turn" => new() { TurnUsd = usd }, "session" => new() { SessionUsd = usd }, "day" => new() { DailyUsd = usd }, _ => new SetBudget { MonthlyUsd = usd } }, cancellationToken);
        Host.Say(usd == 0 ? $"{NameOf(budget)}: no limit." : $"{NameOf(budget)}: {CostText.Usd(usd)}.");
    }));

    private void SetAction() => Host.Ask("At a limit", new Facts().Text("What happens when a budget is used up?"), null,
        Choice('p', "Ask and wait", "pause"), Choice('c', "Cheaper model", "cheaper"), Choice('s', "Stop", "stop"));

    private DialogChoice Choice(char key, string label, string action) => new(Input.Key.Of(key), label, () => Work.Begin("Setting it", cancellationToken => SetAsync(new() { Action = action }, cancellationToken)));

    private void SetWarning() => Host.Ask(new Form(Host, "Warning", "From which share of a budget on you are warned.", [new("Percent, 1 to 100", "80", _read?.WarnPercent.ToString(CultureInfo.InvariantCulture) ?? "")], (texts, cancellationToken) =>
        SetAsync(new() { WarnPercent = int.TryParse(texts[0].TrimEnd('%', ' '), CultureInfo.InvariantCulture, out var percent) ? percent : throw new PryxException("VALIDATION_ERROR", "A whole number is expected, such as 80.") }, cancellationToken)));

    private async Task SetAsync(SetBudget change, CancellationToken cancellationToken)
    {
        await Host.Core.SendAsync("PUT", "/api/v1/cost/budget", JsonSerializer.Serialize(change, CostJson.Default.SetBudget), cancellationToken);
        Read();
    }

    private Ink InkOf(BudgetStatus budget) => budget.IsOver ? Ink.Error : budget.Percent >= (_read?.WarnPercent ?? 80) ? Ink.Warning : budget.LimitUsd is null ? Ink.Muted : Ink.Success;

    private static string NameOf(BudgetStatus budget) => budget.Scope switch { "turn" => "Each turn", "session" => "Each session", "day" => "Today", _ => "This month" };
}
