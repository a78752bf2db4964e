using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Policies;

/// <summary>Questions that wait, of all sessions; they are answered here as in the chat.</summary>
internal sealed class Waiting(ScreenHost host) : BrowseScreen<Approval>(host)
{
    // Somebody else may answer the question under the cursor: a key meant for it must not answer the one that takes its place.
    private static readonly TimeSpan _settles = TimeSpan.FromSeconds(1);
    private ApprovalId? _seen;
    private DateTimeOffset _changedAt;

    public override string Name => "Waiting";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(1);
    protected override StyledLine Heading => new("Questions that wait for you", Ink.Muted);
    protected override StyledLine Summary => Listing.Total > 0 ? new($"{Listing.Total} waiting", Ink.Warning) : StyledLine.Empty;

    protected override Facts Empty => new Facts().Title("Nothing waits for you", "✓", Ink.Success)
        .Gap().Text("When a turn wants to do what its mode does not let it do unasked, its question stands here and in its chat. The first answer counts, from wherever it comes.")
        .Gap().Text("→ shows the modes, what you have granted and what you have pinned.", Ink.Muted);

    protected override async Task<IReadOnlyList<Approval>> ReadAsync(CancellationToken cancellationToken)
    {
        var list = await Host.Core.GetAsync("/api/v1/approvals/pending", ProtocolJson.Default.JsonElement, cancellationToken);
        return [.. list.ItemsOf("approvals").Select(static approval => approval.Deserialize(ProtocolJson.Default.Approval)!)];
    }

    protected override string KeyOf(Approval item) => item.Id.ToString();

    protected override string WordsOf(Approval item) => $"{item.Summary} {item.Tool} {item.Agent} {item.Reason}";

    protected override StyledLine Row(Approval item, int width)
    {
        var (word, ink) = ApprovalFacts.RiskOf(item);
        return StatusLine.Of(width, new([new(item.Kind == ApprovalKind.Question ? "? " : "! ", ink), new(item.Summary)]), new([new(item.Agent is { } agent ? agent + "  " : "", Ink.Faint), new(item.Kind == ApprovalKind.Question ? "question" : word, ink)]));
    }

    protected override Facts DetailsOf(Approval item) => ApprovalFacts.Of(item, Host.Time.GetUtcNow());

    protected override void OnSelected(Approval item)
    {
        if (_seen is { } before && Listing.PlaceOf(before.ToString()) < 0)
        {
            _changedAt = Host.Time.GetUtcNow();
        }
        _seen = item.Id;
    }

    protected override IReadOnlyList<ScreenAction> ActionsOf(Approval? item) => item switch
    {
        null => [],
        { Kind: ApprovalKind.Question } => [new('y', "answer", () => Reply(item)), new('n', "no answer", () => Answer(item, ApprovalAnswer.Deny("tui")))],
        { Kind: ApprovalKind.Trust } => [new('n', "no", () => Answer(item, ApprovalAnswer.Deny("tui")))],
        _ =>
        [
            new('y', "yes", () => Answer(item, ApprovalAnswer.Approve("tui"))),
            new('n', "no", () => Answer(item, ApprovalAnswer.Deny("tui"))),
            .. item.Pattern is null ? Array.Empty<ScreenAction>() :
            [
                new('s', "session", () => Answer(item, ApprovalAnswer.Approve("tui", GrantDuration.Session))),
                new('a', "always", () => Always(item)),
            ],
            .. item.Proposal is null ? Array.Empty<ScreenAction>() : [new('p', "the proposal", () => Answer(item, ApprovalAnswer.Approve("tui") with { TakesProposal = true }))],
            new('w', "no, and why", () => Refuse(item)),
        ],
    };

    private void Always(Approval approval) => Host.Confirm("Always?", $"From now on this runs unasked:\n{approval.Pattern}", "Always", () => Answer(approval, ApprovalAnswer.Approve("tui", GrantDuration.Forever)));

    private void Reply(Approval approval) => Host.Ask(new Form(Host, approval.Summary, approval.Choices.Count > 0 ? string.Join(" · ", approval.Choices) : approval.Reason, [new("Your answer", First(approval) ?? "")], (texts, cancellationToken) =>
        SendAsync(approval, ApprovalAnswer.Approve("tui") with { Text = texts[0].Length > 0 ? texts[0] : First(approval) ?? throw new PryxException("VALIDATION_ERROR", "An answer is needed.") }, cancellationToken)));

    private static string? First(Approval approval) => approval.Choices is [var first, ..] ? first : null;

    private void Refuse(Approval approval) => Host.Ask(new Form(Host, "No, and why", "The model reads it and goes on another way.", [new("Why", "use the staging server")], (texts, cancellationToken) => SendAsync(approval, ApprovalAnswer.Deny("tui", texts[0]), cancellationToken)));

    private void Answer(Approval approval, ApprovalAnswer answer)
    {
        if (Host.Time.GetUtcNow() - _changedAt < _settles)
        {
            Host.Say("Another question has taken its place: look at it first.");
            return;
        }
        Work.Begin("Answering", cancellationToken => SendAsync(approval, answer, cancellationToken));
    }

    private async Task SendAsync(Approval approval, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        var isFirst = await Host.Core.Client.AnswerApprovalAsync(approval.Id, answer, cancellationToken);
        Host.Say(!isFirst ? "Somebody else was quicker." : answer.Approved ? "Answered: yes." : "Answered: no.");
        // What takes its place was not on the screen before this answer: the next key is for it only a moment later.
        Read();
    }
}
