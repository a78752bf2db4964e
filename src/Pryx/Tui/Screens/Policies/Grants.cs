using System.Text.Json;
using Pryx.Commands;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Grants;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Policies;

/// <summary>What runs unasked because somebody has said so.</summary>
internal sealed class Grants(ScreenHost host) : BrowseScreen<Grant>(host)
{
    public override string Name => "Grants";
    protected override StyledLine Heading => new("What you have allowed beyond the mode", Ink.Muted);
    protected override StyledLine Summary => new($"{Listing.Shown.Count(static grant => grant.State == "active")} in force", Ink.Muted);

    protected override Facts Empty => new Facts().Title("No grants")
        .Gap().Text("What you answer with “session” or “always” stands here, and is taken back here.")
        .Gap().Text("A adds one by hand:").Text("  shell.exec:dotnet test*", Ink.Code).Text("  network:api.example.org", Ink.Code);

    protected override async Task<IReadOnlyList<Grant>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await Host.Core.GetAsync("/api/v1/policies/grants?state=all", ProtocolJson.Default.GrantList, cancellationToken)).Grants.OrderBy(static grant => grant.State == "active" ? 0 : 1)];

    protected override string KeyOf(Grant item) => item.Id;

    protected override string WordsOf(Grant item) => $"{item.Rule} {item.State} {item.Scope} {item.Workspace}";

    protected override StyledLine Row(Grant item, int width) => StatusLine.Of(width,
        new([new(item.State == "active" ? "● " : "○ ", item.State == "active" ? Ink.Success : Ink.Faint), new(item.Rule, item.State == "active" ? Ink.Default : Ink.Muted)]),
        new([new(item.SessionId is not null ? "session" : item.Workspace is not null ? "folder" : "everywhere", item.Workspace is null && item.SessionId is null ? Ink.Warning : Ink.Faint), .. item.State == "active" ? Array.Empty<Span>() : [new("  " + item.State, Ink.Muted)]]));

    protected override Facts DetailsOf(Grant item) => new Facts().Title(item.Rule, item.State, item.State == "active" ? Ink.Success : Ink.Muted).Gap()
        .Say("holds in", item.SessionId is { } session ? $"one session: {session}" : item.Workspace ?? "every folder")
        .Say("until", item.ExpiresAt is { } end ? Host.Time.At(end) : "it is taken back")
        .Say("kind", item.Scope)
        .Say("used", item.Uses == 0 ? "never" : $"{Say.Count((int)item.Uses, "time")}{(item.LastUsedAt is { } last ? $", last {RelativeTime.Of(last, Host.Time.GetUtcNow())}" : "")}")
        .Say("given", $"{RelativeTime.Of(item.CreatedAt, Host.Time.GetUtcNow())} by {item.GrantedBy ?? "somebody"}{(item.ApprovalId is null ? ", by hand" : ", on a question")}")
        .Say("taken back", item.RevokedAt is { } revoked ? RelativeTime.Of(revoked, Host.Time.GetUtcNow()) : null)
        .Gap().Text("It lowers an ask to allow, never a deny.", Ink.Muted);

    protected override IReadOnlyList<ScreenAction> ActionsOf(Grant? item) => [new('a', "add", Add), .. item is { State: "active" } ? [new('d', "take back", () => Revoke(item))] : Array.Empty<ScreenAction>()];

    private void Add() => Host.Ask(new Form(Host, "Add a grant", "What it names runs unasked. It never lifts a deny.",
        [new("Rule", "shell.exec:dotnet test*   or   network:api.example.org"), new("Only in this folder; empty for every one", "everywhere", Host.Folder), new("For how long; empty until it is taken back", "30d")], async (texts, cancellationToken) =>
        {
            var time = texts[2].Length == 0 ? (TimeSpan?)null : Duration.TryParse(texts[2], out var duration) ? duration : throw new PryxException("VALIDATION_ERROR", "The time is none.", "such as 1h, 7d or 30d");
            var grant = new AddGrant(texts[0]) { GrantedBy = "tui", Workspace = texts[1].Length > 0 ? texts[1] : null, ExpiresAt = Host.Time.GetUtcNow() + time };
            await Host.Core.SendAsync("POST", "/api/v1/policies/grants", JsonSerializer.Serialize(grant, ProtocolJson.Default.AddGrant), cancellationToken);
            Host.Say($"Granted: {texts[0]}");
            Read();
        }));

    private void Revoke(Grant grant) => Host.Confirm("Take it back?", $"The next such call is asked again:\n{grant.Rule}", "Take back", () => Work.Begin("Taking it back", async cancellationToken =>
    {
        await Host.Core.SendAsync("DELETE", $"/api/v1/policies/grants/{Uri.EscapeDataString(grant.Id)}", null, cancellationToken);
        Host.Say($"Taken back: {grant.Rule}");
        Read();
    }));
}
