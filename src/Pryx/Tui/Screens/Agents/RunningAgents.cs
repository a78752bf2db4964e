using Pryx.Commands.Agents;
using Pryx.Commands.Costs;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Agents;

/// <summary>Agents at work, and those that ended within the last hour.</summary>
internal sealed class RunningAgents(ScreenHost host) : BrowseScreen<AgentBody>(host)
{
    public override string Name => "At work";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(2);
    protected override StyledLine Heading => new("Agents at work and of the last hour", Ink.Muted);

    protected override StyledLine Summary => new([
        new($"{Listing.Shown.Count(static agent => !agent.HasEnded)} at work", Ink.Muted),
        .. Listing.Shown.Sum(static agent => agent.CostUsd ?? 0) is > 0 and var cost ? [new($" · {CostText.Usd(cost)}", Ink.Muted)] : Array.Empty<Span>()]);

    protected override Facts Empty => new Facts().Title("No agents at work")
        .Gap().Text("An agent does a task in a session of its own, beside yours: ask for it in the chat,")
        .Text("  “have an agent look through the tests while we go on”", Ink.Accent)
        .Gap().Text("or from a shell:").Text("  pryx agent spawn \"find dead code in src\"", Ink.Code)
        .Gap().Text("→ shows those that can be called by name.", Ink.Muted);

    protected override async Task<IReadOnlyList<AgentBody>> ReadAsync(CancellationToken cancellationToken) =>
        (await Host.Core.GetAsync("/api/v1/agents", AgentCommandJson.Default.AgentList, cancellationToken)).Agents;

    protected override string KeyOf(AgentBody item) => item.AgentId;

    protected override string WordsOf(AgentBody item) => $"{item.Name} {item.Task} {item.Status} {item.Model}";

    protected override StyledLine Row(AgentBody item, int width)
    {
        var (sign, ink) = StateOf(item);
        return StatusLine.Of(width, new([new(sign + " ", ink), new(item.Name is { } name ? name + "  " : "", Ink.Accent), new(item.Task.Split('\n')[0])]), new($"{Say.Count(item.Steps, "step")}  {Elapsed(item)}", Ink.Muted));
    }

    protected override Facts DetailsOf(AgentBody item)
    {
        var (_, ink) = StateOf(item);
        return new Facts().Title(item.Name ?? "Agent", item.Status, ink).Text(item.Error is { } error ? $"{item.ErrorCode}: {error}" : null, Ink.Error).Gap()
            .Say("task", item.Task)
            .Say("took", Elapsed(item)).Say("steps", item.Steps.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Say("tokens", item.TokensUsed > 0 ? CostText.Number(item.TokensUsed) : null)
            .Say("cost", item.CostUsd is { } cost ? CostText.Usd(cost) : null)
            .Say("model", item.Model).Say("policy", item.Policy)
            .Say("worktree", item.Worktree).Say("branch", item.Branch)
            .Say("depth", item.Depth > 0 ? $"{item.Depth}: another agent's" : null)
            .Say("session", item.SessionId, Ink.Muted)
            .Section(item.HasEnded ? "What it answered" : "So far").Text(item.Output is { Length: > 0 } output ? output : item.HasEnded ? "Nothing." : "Nothing yet.", item.Output is { Length: > 0 } ? Ink.Default : Ink.Muted);
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(AgentBody? item) => item is null or { HasEnded: true } ? [] : [new('c', "stop it", () => Cancel(item))];

    private void Cancel(AgentBody agent) => Host.Confirm("Stop this agent?", $"{agent.Name ?? "It"} ends with every process it has started:\n{agent.Task.Split('\n')[0]}", "Stop it", () => Work.Begin("Stopping the agent", async cancellationToken =>
    {
        await Host.Core.SendAsync("POST", $"/api/v1/agents/{Uri.EscapeDataString(agent.AgentId)}/cancel", null, cancellationToken);
        Host.Say("The agent is stopped.");
        Read();
    }));

    private string Elapsed(AgentBody agent) => Say.Took(agent.DurationMs ?? (agent.StartedAt is { } start && !agent.HasEnded ? (Host.Time.GetUtcNow() - start).TotalMilliseconds : (double?)null));

    private static (string Sign, Ink Ink) StateOf(AgentBody agent) => agent.Status switch
    {
        "running" => ("●", Ink.Info),
        "queued" => ("◌", Ink.Muted),
        "completed" or "done" or "ok" => ("✓", Ink.Success),
        "cancelled" => ("■", Ink.Muted),
        _ => ("✗", Ink.Error),
    };
}
