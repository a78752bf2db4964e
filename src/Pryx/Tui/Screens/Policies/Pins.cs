using System.Text.Json;
using Pryx.Commands.Access;
using Pryx.Commands.Sessions;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Policies;

/// <summary>What must not happen, in the person's own words.</summary>
internal sealed class Pins(ScreenHost host) : BrowseScreen<PinnedConstraint>(host)
{
    public override string Name => "Pins";
    protected override StyledLine Heading => new("What must not happen", Ink.Muted);

    protected override Facts Empty => new Facts().Title("Nothing is pinned")
        .Gap().Text("A pin is a sentence that holds in every mode until you take it back:")
        .Text("  “do not push until I say so”", Ink.Accent).Text("  “ask me before any e-mail”", Ink.Accent)
        .Gap().Text("A pins one. Pryx says how it reads it, and whether it is enforced.");

    protected override async Task<IReadOnlyList<PinnedConstraint>> ReadAsync(CancellationToken cancellationToken) =>
        (await Host.Core.GetAsync("/api/v1/pins", PinCommandJson.Default.PinList, cancellationToken)).Pins;

    protected override string KeyOf(PinnedConstraint item) => item.Id;

    protected override string WordsOf(PinnedConstraint item) => $"{item.Text} {item.Says}";

    protected override StyledLine Row(PinnedConstraint item, int width) => StatusLine.Of(width, new(item.Text), item.Enforced ? new(item.Decision == "deny" ? "denied" : "asked", Ink.Success) : new("only told", Ink.Warning));

    protected override Facts DetailsOf(PinnedConstraint item) => new Facts().Title(item.Text).Text(item.Says).Gap()
        .Say("enforced", item.Enforced ? $"yes: {(item.Decision == "deny" ? "denied" : "a person is asked")}" : "no: no rule could be made of the words; models are told, and may not keep to it", item.Enforced ? Ink.Success : Ink.Warning)
        .Say("about", item.About.Count > 0 ? string.Join("\n", item.About) : null)
        .Say("holds in", item.SessionId is { } session ? $"one session: {session}" : item.Workspace ?? "every folder")
        .Say("until", item.ExpiresAt is { } end ? Host.Time.At(end) : "it is taken back")
        .Say("pinned", $"{RelativeTime.Of(item.CreatedAt, Host.Time.GetUtcNow())} by {item.PinnedBy}");

    protected override IReadOnlyList<ScreenAction> ActionsOf(PinnedConstraint? item) => [new('a', "pin", Add), .. item is null ? Array.Empty<ScreenAction>() : [new('d', "take back", () => Remove(item))]];

    private void Add() => Host.Ask(new Form(Host, "Pin a constraint", "It holds from the next call on, in every mode.", [new("What must not happen", "do not push until I say so")], async (texts, cancellationToken) =>
    {
        var pin = await Host.Core.SendAsync("POST", "/api/v1/pins", JsonSerializer.Serialize(new(texts[0]) { PinnedBy = "tui" }, PinCommandJson.Default.PinRequest), PinCommandJson.Default.PinnedConstraint, cancellationToken);
        Host.Say(pin.Enforced ? $"Pinned: {pin.Says}" : "Pinned, but only told to models: no rule could be made of the words.");
        Read();
    }));

    private void Remove(PinnedConstraint pin) => Host.Confirm("Take the pin back?", $"It does not hold any more:\n{pin.Text}", "Take back", () => Work.Begin("Taking it back", async cancellationToken =>
    {
        await Host.Core.SendAsync("DELETE", $"/api/v1/pins/{Uri.EscapeDataString(pin.Id)}", null, cancellationToken);
        Read();
    }));
}
