using System.Text.Json;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Policies;

/// <param name="State">pending, approved, denied, expired or withdrawn.</param>
internal sealed record AnsweredQuestion(Approval Approval, string State, ApprovalAnswer? Answer, DateTimeOffset? At);

/// <summary>Questions and what became of them.</summary>
internal sealed class Answered(ScreenHost host) : BrowseScreen<AnsweredQuestion>(host)
{
    public override string Name => "History";
    protected override StyledLine Heading => new("Questions and what became of them", Ink.Muted);
    protected override Facts Empty => new Facts().Title("Nobody was asked anything yet").Gap().Text("Every question and its answer is kept here: who answered, when, and how far it reached.");

    protected override async Task<IReadOnlyList<AnsweredQuestion>> ReadAsync(CancellationToken cancellationToken)
    {
        var list = await Host.Core.GetAsync("/api/v1/approvals?limit=100", ProtocolJson.Default.JsonElement, cancellationToken);
        return [.. list.ItemsOf("approvals").Select(static entry => new AnsweredQuestion(
            entry.GetProperty("approval").Deserialize(ProtocolJson.Default.Approval)!, entry.TextOf("state") ?? "", entry.MemberOf("answer") is { ValueKind: JsonValueKind.Object } answer ? answer.Deserialize(ProtocolJson.Default.ApprovalAnswer) : null, entry.TimeOf("answered_at")))];
    }

    protected override string KeyOf(AnsweredQuestion item) => item.Approval.Id.ToString();

    protected override string WordsOf(AnsweredQuestion item) => $"{item.Approval.Summary} {item.Approval.Tool} {item.State} {item.Answer?.AnsweredBy}";

    protected override StyledLine Row(AnsweredQuestion item, int width)
    {
        var (sign, ink) = SignOf(item);
        return StatusLine.Of(width, new([new(sign + " ", ink), new(item.Approval.Summary)]), new([new(RelativeTime.Of(item.At ?? item.Approval.CreatedAt, Host.Time.GetUtcNow()) + "  ", Ink.Faint), new(item.State, ink)]));
    }

    protected override Facts DetailsOf(AnsweredQuestion item)
    {
        var facts = new Facts().Title(item.State, item.Answer is { } given ? $"by {given.AnsweredBy}" : null, SignOf(item).Ink);
        if (item.Answer is { } answer)
        {
            facts.Say("reaches", answer.TakesFolderGrant ? "the folder" : answer.TakenRule ?? answer.Duration switch { GrantDuration.Session => "the session", GrantDuration.Forever => "always", _ => "this once" })
                .Say("why", answer.Reason).Say("answer", answer.Text).Say("at", item.At is { } at ? Host.Time.At(at) : null);
        }
        var question = ApprovalFacts.Of(item.Approval, Host.Time.GetUtcNow());
        return facts.Gap().Rows(question.Lines);
    }

    private static (string Sign, Ink Ink) SignOf(AnsweredQuestion item) => item.State switch { "approved" => ("✓", Ink.Success), "denied" => ("✗", Ink.Error), "pending" => ("?", Ink.Warning), _ => ("–", Ink.Muted) };
}
