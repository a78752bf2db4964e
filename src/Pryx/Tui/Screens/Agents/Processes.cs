using Pryx.Commands.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Processes;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Agents;

/// <summary>Processes in the background: whether they run, and the end of what they write.</summary>
internal sealed class Processes(ScreenHost host) : BrowseScreen<BackgroundProcessBody>(host)
{
    private BackgroundProcessBody? _whole;
    private (string Id, PryxException Error)? _failure;

    public override string Name => "Processes";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(2);
    protected override StyledLine Heading => new("Processes in the background", Ink.Muted);
    protected override StyledLine Summary => new($"{Listing.Shown.Count(static process => process.Status == "running")} run", Ink.Muted);

    protected override Facts Empty => new Facts().Title("Nothing runs in the background")
        .Gap().Text("Servers, watchers and long tests run here while you go on. Ask for it in the chat,")
        .Text("  “start the dev server in the background”", Ink.Accent)
        .Gap().Text("or from a shell:").Text("  pryx process start --name web \"npm run dev\"", Ink.Code);

    protected override async Task<IReadOnlyList<BackgroundProcessBody>> ReadAsync(CancellationToken cancellationToken) =>
        (await Host.Core.GetAsync("/api/v1/processes", ProcessesJson.Default.BackgroundProcessList, cancellationToken)).Processes;

    protected override string KeyOf(BackgroundProcessBody item) => item.Id;

    protected override string WordsOf(BackgroundProcessBody item) => $"{item.Name} {item.Command} {item.Status} {string.Join(' ', item.Tags)}";

    protected override StyledLine Row(BackgroundProcessBody item, int width)
    {
        var (sign, word, ink) = StateOf(item);
        return StatusLine.Of(width, new([new(sign + " ", ink), new(item.Name), new(item.Name == item.Command ? "" : "  " + item.Command, Ink.Muted)]), new(word, ink));
    }

    protected override Facts DetailsOf(BackgroundProcessBody item)
    {
        var (_, word, ink) = StateOf(item);
        var whole = _whole?.Id == item.Id ? _whole : item;
        var facts = new Facts().Title(item.Name, word, ink).Gap()
            .Say("command", item.Command, Ink.Code)
            .Say("ports", whole.Ports is { Count: > 0 } ports ? string.Join("\n", ports.Select(static port => $"http://localhost:{port}")) : null, Ink.Link)
            .Say("started", $"{RelativeTime.Of(item.StartedAt, Host.Time.GetUtcNow())}, by {(item.StartedBy == "agent" ? "an agent" : "you")}")
            .Say("ended", item.EndedAt is { } end ? $"{RelativeTime.Of(end, Host.Time.GetUtcNow())}{(item.EndedBy is { } by and not "itself" ? $", by {by}" : "")}" : null)
            .Say("folder", item.Workspace, Ink.Muted)
            .Say("lives", item.Global ? "on, also without its session" : "as long as its session")
            .Say("sandbox", item.Sandboxed ? null : "none: it has your own rights", Ink.Warning)
            .Say("tags", item.Tags.Count > 0 ? string.Join(", ", item.Tags) : null)
            .Say("process", item.Pid?.ToString(System.Globalization.CultureInfo.InvariantCulture), Ink.Muted)
            .Section($"The end of its {Say.Count((int)item.LineCount, "line")}");
        facts.Text(_failure is { } failure && failure.Id == item.Id ? failure.Error.Message : null, Ink.Error);
        foreach (var line in whole.Output)
        {
            facts.Text(line.Text, line.Stream == "stderr" ? Ink.Warning : Ink.Default);
        }
        return whole.Output.Count == 0 ? facts.Text("It has written nothing.", Ink.Muted) : facts;
    }

    protected override void OnSelected(BackgroundProcessBody item) => Host.App.Start(async () =>
    {
        try
        {
            _failure = null;
            _whole = await Host.Core.GetAsync($"/api/v1/processes/{Uri.EscapeDataString(item.Id)}?lines=200", ProcessesJson.Default.BackgroundProcessBody, Host.Stopping);
            Renew();
        }
        catch (PryxException e)
        {
            _failure = (item.Id, e);
            Renew();
        }
    });

    protected override IReadOnlyList<ScreenAction> ActionsOf(BackgroundProcessBody? item) => item is { Status: "running" } ? [new('x', "stop it", () => Stop(item))] : [];

    private void Stop(BackgroundProcessBody process) => Host.Confirm($"Stop {process.Name}?", $"It ends with everything it has started:\n{process.Command}", "Stop it", () => Work.Begin($"Stopping {process.Name}", async cancellationToken =>
    {
        await Host.Core.SendAsync("POST", $"/api/v1/processes/{Uri.EscapeDataString(process.Id)}/stop", null, cancellationToken);
        Host.Say($"{process.Name} is stopped.");
        Read();
    }));

    private static (string Sign, string Word, Ink Ink) StateOf(BackgroundProcessBody process) => process switch
    {
        { Status: "running" } => ("●", "runs", Ink.Success),
        { ExitCode: 0 } => ("✓", "ended", Ink.Muted),
        { EndedBy: "user" or "agent" or "session" } => ("■", "stopped", Ink.Muted),
        { ExitCode: { } code } => ("✗", $"exit {code}", Ink.Error),
        _ => ("■", "gone", Ink.Muted),
    };
}
