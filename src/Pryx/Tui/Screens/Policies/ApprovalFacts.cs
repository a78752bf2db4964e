using Pryx.Commands.Sessions;
using Pryx.Protocol.Approvals;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Policies;

/// <summary>A question as lines: what would happen, why it is asked, what a yes would cover.</summary>
internal static class ApprovalFacts
{
    public static (string Word, Ink Ink) RiskOf(Approval approval) => approval.RiskLevel switch
    {
        RiskLevel.High => ("high risk", Ink.Error),
        RiskLevel.Medium => ("medium risk", Ink.Warning),
        _ => ("low risk", Ink.Success),
    };

    public static Facts Of(Approval approval, DateTimeOffset now)
    {
        var (word, ink) = RiskOf(approval);
        var facts = new Facts().Title(approval.Summary, approval.Kind == ApprovalKind.Question ? null : word, ink).Text(approval.Reason, Ink.Muted).Gap();
        if (approval.Preview is { Length: > 0 } preview)
        {
            facts.Rows(width => Preview(approval.PreviewKind, preview, width)).Gap();
        }
        foreach (var touched in approval.Touches)
        {
            facts.Say(touched == approval.Touches[0] ? "touches" : "", touched);
        }
        facts.Say("tool", approval.Tool).Say("agent", approval.Agent).Say("rule", approval.Rule, Ink.Muted)
            .Say("S, A cover", approval.Pattern, Ink.Accent)
            .Say("asked", RelativeTime.Of(approval.CreatedAt, now))
            .Say("ends in", approval.ExpiresAt is { } end && end > now ? Say.Took((end - now).TotalMilliseconds) : null)
            .Say("session", approval.SessionId.ToString(), Ink.Faint);
        if (approval.Review is { } review)
        {
            facts.Section("What a model thinks of it").Text(review.Text, review.Opinion == "harmless" ? Ink.Default : Ink.Warning).Text($"{review.Model}; it decides nothing.", Ink.Muted);
        }
        if (approval.Choices.Count > 0)
        {
            facts.Section("Answers");
            foreach (var choice in approval.Choices)
            {
                facts.Item("•", choice, Ink.Accent);
            }
        }
        if (approval.Proposal is { } proposal)
        {
            facts.Section($"P grants, for {proposal.Days} days in this folder").Text(proposal.Rule, Ink.Code);
            foreach (var covered in proposal.WouldCover)
            {
                facts.Item("✓", covered, Ink.Success);
            }
            foreach (var other in proposal.WouldNotCover)
            {
                facts.Item("–", other.Call, Ink.Muted, $"{other.Decision}: {other.Reason}");
            }
        }
        return facts;
    }

    private static IReadOnlyList<StyledLine> Preview(PreviewKind kind, string text, int width) => kind switch
    {
        PreviewKind.Diff => [.. text.Split('\n').Select(static line => new StyledLine(line, line switch { ['+', ..] => Ink.DiffAdded, ['-', ..] => Ink.DiffRemoved, ['@', ..] => Ink.DiffHunk, _ => Ink.DiffContext }))],
        _ => [.. text.Split('\n').SelectMany(line => StyledText.Wrap(new(line, kind == PreviewKind.Command ? Ink.Code : Ink.Default), width, new(kind == PreviewKind.Command ? "$ " : "  ", Ink.Muted), new("  ")))],
    };
}
