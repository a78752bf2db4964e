using System.Text.Json;
using Pryx.Protocol.Approvals;

namespace Pryx.Tui.Chat;

/// <summary>An answer that a card offers.</summary>
/// <param name="Text">What it means, with what it covers.</param>
/// <param name="Short">For a row of them.</param>
internal sealed record CardChoice(char Key, string Text, string Short)
{
    public static IReadOnlyList<CardChoice> Of(Approval approval)
    {
        var choices = new List<CardChoice>();
        if (approval.Kind == ApprovalKind.Question)
        {
            choices.AddRange(approval.Choices.Select(static (choice, i) => new CardChoice((char)('1' + i), choice, choice)));
            choices.Add(new('n', "no answer", "no answer"));
            return choices;
        }
        choices.Add(new('y', approval.Tool == "plan.present" ? "yes: go on as planned; only what is listed with + runs unasked" : "yes, once", "yes, once"));
        if (approval.FolderGrant is { } folder)
        {
            choices.Add(new('f', $"yes, and from now on in this folder: {(folder == "folder" ? "edit its files and run commands in its sandbox, without network, unasked" : folder)}", "yes, in this folder"));
        }
        if (approval.Proposal is { } proposal)
        {
            choices.Add(new('g', $"yes, and in this folder for {proposal.Days} days: {proposal.Rule}", $"yes, {proposal.Days} days"));
        }
        if (approval.Pattern is { } pattern)
        {
            choices.Add(new('s', $"yes, for this session: {pattern}", "session"));
            choices.Add(new('a', $"yes, always: {pattern}", "always"));
        }
        choices.Add(new('n', "no (Alt+N with words in the input: no, because …)", "no"));
        if (approval.Args is { ValueKind: JsonValueKind.Object })
        {
            choices.Add(new('e', "edit the arguments; you are asked about the new ones", "edit"));
        }
        choices.Add(new('?', "explain: rule, what it touches, what it would cover", "explain"));
        return choices;
    }

    /// <summary>What is sent for a key; null for one that sends nothing.</summary>
    public static ApprovalAnswer? Answer(Approval approval, char key, string by, string? reason) => (key, approval.Kind) switch
    {
        ('n', _) => ApprovalAnswer.Deny(by, approval.Kind == ApprovalKind.Question ? reason ?? "The user did not answer." : reason),
        ( >= '1' and <= '9', ApprovalKind.Question) when key - '1' < approval.Choices.Count => ApprovalAnswer.Approve(by) with { Text = approval.Choices[key - '1'] },
        (_, ApprovalKind.Question) => null,
        ('y', _) => ApprovalAnswer.Approve(by),
        ('s', _) => ApprovalAnswer.Approve(by, GrantDuration.Session),
        ('a', _) => ApprovalAnswer.Approve(by, GrantDuration.Forever),
        ('f', _) => ApprovalAnswer.Approve(by, GrantDuration.Forever) with { TakesFolderGrant = true },
        ('g', _) => ApprovalAnswer.Approve(by, GrantDuration.Forever) with { TakesProposal = true },
        _ => null,
    };
}
