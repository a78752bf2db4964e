using Pryx.Commands.Costs;
using Pryx.Commands.Sessions;
using Pryx.Protocol.Costs;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>What was spent: today, this month, by model, by session, by agent.</summary>
internal sealed class Costs(ScreenHost host) : BrowseScreen<CostLine>(host)
{
    private const int Sessions = 30;
    private IReadOnlyList<DayCost> _days = [];
    private IReadOnlyList<CostSuggestion> _advice = [];

    public override string Name => "Costs";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(5);

    protected override StyledLine Heading => new([new("30 days ", Ink.Muted), .. Bars.Spark([.. _days.Select(static day => (double)(day.Sum.CostUsd + day.Sum.EstimatedUsd))], 30).Spans]);

    protected override StyledLine Summary => Listing.IsRead && Listing.Shown.Count > 0 && Listing.Filter.Length == 0 ? new([new("today ", Ink.Muted), new(CostText.Usd(Listing.Shown[0].Sum.CostUsd), Ink.Strong)]) : StyledLine.Empty;

    protected override Facts Empty => new Facts().Title("Nothing was spent yet").Gap().Text("What each model call takes and costs is counted here, at the prices of its time.");

    protected override async Task<IReadOnlyList<CostLine>> ReadAsync(CancellationToken cancellationToken)
    {
        var summary = await Host.Core.GetAsync("/api/v1/cost/summary", CostJson.Default.CostSummary, cancellationToken);
        var sessions = await Host.Core.GetAsync($"/api/v1/cost/sessions?limit={Sessions}", CostJson.Default.SessionCosts, cancellationToken);
        var agents = await Host.Core.GetAsync("/api/v1/cost/agents", CostJson.Default.AgentCosts, cancellationToken);
        _days = (await Host.Core.GetAsync("/api/v1/cost/daily?days=30", CostJson.Default.DailyCosts, cancellationToken)).Days;
        _advice = (await Host.Core.GetAsync("/api/v1/cost/optimize", CostJson.Default.CostAdvice, cancellationToken)).Suggestions;
        return
        [
            new("", "Today", summary.Today), new("", "This month", summary.Month) { Models = summary.Models }, new("", "Everything", summary.Total) { Models = summary.Models },
            .. summary.Models.Select(static model => new CostLine("model", model.Model, model.Sum)),
            .. agents.Agents.Select(static agent => new CostLine("agent", agent.Agent, agent.Sum)),
            .. sessions.Sessions.Select(session => new CostLine("session", $"{session.Title ?? "deleted"} · {RelativeTime.Of(session.LastAt, Host.Time.GetUtcNow())}", session.Sum)),
        ];
    }

    protected override string KeyOf(CostLine item) => item.Group + item.Name;

    protected override string WordsOf(CostLine item) => $"{item.Group} {item.Name}";

    protected override StyledLine Row(CostLine item, int width) => StatusLine.Of(width,
        new([new(item.Group.Length > 0 ? item.Group.PadRight(8) : "", Ink.Faint), new(item.Name, item.Group.Length == 0 ? new TextStyle(Ink.Strong) : Ink.Default)]),
        new([new(width > 44 ? Say.Short(item.Sum.Tokens) + "  " : "", Ink.Faint), new(CostText.Of(item.Sum))]));

    protected override Facts DetailsOf(CostLine item)
    {
        var sum = item.Sum;
        var facts = new Facts().Title(item.Name, CostText.Of(sum), Ink.Strong).Gap()
            .Say("calls", CostText.Number(sum.Calls))
            .Say("no price", sum.UnpricedCalls > 0 ? $"{CostText.Count(sum.UnpricedCalls, "call")} of models whose price is not known are not in it" : null, Ink.Warning)
            .Say("estimated", sum.EstimatedCalls > 0 ? $"~{CostText.Usd(sum.EstimatedUsd)} for {CostText.Count(sum.EstimatedCalls, "call")} that no provider has counted" : null)
            .Say("input", $"{CostText.Number(sum.InputTokens)} tokens").Say("output", $"{CostText.Number(sum.OutputTokens)} tokens")
            .Say("reasoning", sum.ReasoningTokens > 0 ? $"{CostText.Number(sum.ReasoningTokens)} of the output" : null);
        if (sum.InputTokens > 0)
        {
            facts.Say("from cache", $"{CostText.Number(sum.CachedTokens)} ({100.0 * sum.CachedTokens / sum.InputTokens:0} % of the input)");
        }
        if (item.Models.Count > 0)
        {
            facts.Section("By model, of everything");
            var most = Math.Max(0.000001m, item.Models.Max(static model => model.Sum.CostUsd));
            facts.Rows(width => [.. item.Models.Select(model => Share(model, most, width))]);
        }
        if (item.Group.Length == 0 && _advice.Count > 0)
        {
            facts.Section("What would make it cheaper");
            foreach (var advice in _advice)
            {
                facts.Item("→", advice.Title, Ink.Accent, advice.SavesUsd is { } saves ? $"about {CostText.Usd(saves)} a month" : null).Text(advice.Text, Ink.Muted, "  ");
            }
        }
        return facts;
    }

    private static StyledLine Share(ModelCost model, decimal most, int width)
    {
        var bar = Math.Clamp(width - 44, 6, 30);
        return StyledText.Concat(StyledText.Pad(new(model.Model), Math.Max(10, width - bar - 14)), new(" "), Bars.Progress((double)(model.Sum.CostUsd / most), bar), StyledText.Pad(new(CostText.Usd(model.Sum.CostUsd)), 12, isRight: true));
    }
}
