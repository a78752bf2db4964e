using System.Text.Json;
using Pryx.Protocol.Approvals;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;

namespace Pryx.Tui.Chat;

/// <summary>What a card says: what exactly would happen, why it is asked, and what each answer covers.</summary>
internal static class CardText
{
    private const int FewestPreview = 3;

    /// <summary>As many lines as there is room for; the answers are never cut away, the preview gives.</summary>
    public static List<StyledLine> Lines(Approval approval, int width, int room, bool isExplained, bool takesLetters)
    {
        var answers = Answers(approval, width, room, takesLetters);
        var head = Head(approval, width);
        var why = isExplained ? Explanation(approval, width) : Why(approval, width, room);
        var preview = Preview(approval, width);
        // The answers are never cut; then what would happen comes first, then why.
        why = [.. why.Take(Math.Max(isExplained ? room - answers.Count - head.Count : 1, room - answers.Count - head.Count - Math.Min(preview.Count, FewestPreview)))];
        var free = Math.Max(0, room - head.Count - answers.Count - why.Count);
        var lines = new List<StyledLine>(head);
        lines.AddRange(preview.Count <= free ? preview : preview.Take(Math.Max(0, free - 1)));
        if (preview.Count > free && free > 0)
        {
            lines.Add(new StyledLine($"… {preview.Count - free + 1:N0} more lines, Ctrl+O shows all", Ink.Warning));
        }
        lines.AddRange(why);
        lines = [.. lines.Take(Math.Max(1, room - answers.Count))];
        lines.AddRange(answers);
        return lines;
    }

    public static string Title(Approval approval, int count) => $"{(approval.Kind == ApprovalKind.Question ? "Question" : approval.Tool == "plan.present" ? "Plan" : "Approval")}{(approval.Agent is { } agent ? $" · agent {agent}" : "")}{(count > 1 ? $" · 1 of {count}" : "")}";

    public static IReadOnlyList<StyledLine> Preview(Approval approval, int width)
    {
        if (string.IsNullOrEmpty(approval.Preview))
        {
            return [];
        }
        var text = approval.Preview.TrimEnd('\n', '\r');
        return [.. (approval.PreviewKind switch
        {
            PreviewKind.Command => CodeText.Lines(text, "sh").Select(static (line, i) => new LineBuilder().Add(i == 0 ? "$ " : "  ", Ink.Accent).Add(line.Spans).Build()),
            PreviewKind.Diff => DiffText.Lines(text),
            _ => text.Split('\n').Select(static line => new StyledLine(line.TrimEnd('\r'))),
        }).SelectMany(line => StyledText.Wrap(line, width))];
    }

    private static List<StyledLine> Head(Approval approval, int width)
    {
        var ink = approval.RiskLevel switch { RiskLevel.High => Ink.Error, RiskLevel.Medium => Ink.Warning, _ => Ink.Info };
        var line = new LineBuilder().Add(approval.Kind == ApprovalKind.Question ? "? " : "▲ ", ink).Add(approval.Summary, new TextStyle(Ink.Strong).With(Effects.Bold));
        if (approval.Kind == ApprovalKind.Tool)
        {
            line.Add($"  {approval.Tool}{(approval.RiskLevel == RiskLevel.High ? " · high risk" : "")}", approval.RiskLevel == RiskLevel.High ? Ink.Error : Ink.Faint);
        }
        return StyledText.Wrap(line.Build(), width);
    }

    private static List<StyledLine> Why(Approval approval, int width, int room)
    {
        var lines = new List<StyledLine>();
        if (approval.Kind != ApprovalKind.Question && approval.Reason.Length > 0)
        {
            var why = StyledText.Wrap(new LineBuilder().Add("Why: ", Ink.Muted).Add(approval.Reason, Ink.Muted).Build(), width);
            lines.AddRange(room < 10 ? why.Take(1) : why);
        }
        if (approval.Review is { } review)
        {
            lines.AddRange(StyledText.Wrap(new StyledLine($"Reviewer ({review.Model}): {(review.Opinion == "harmless" ? "looks harmless" : "careful")}{(review.Text.Length == 0 ? "" : $": {review.Text}")}", review.Opinion == "harmless" ? Ink.Muted : Ink.Warning), width).Take(2));
        }
        return lines;
    }

    private static List<StyledLine> Explanation(Approval approval, int width)
    {
        var facts = new List<(string, string)> { ("Why", approval.Reason) };
        if (approval.Rule is { } rule)
        {
            facts.Add(("Rule", rule));
        }
        facts.AddRange(approval.Touches.Select(static touch => ("Touches", touch)));
        facts.Add(("Risk", approval.RiskLevel switch { RiskLevel.Low => "low: it only looks", RiskLevel.Medium => "medium: it changes something that can be put right", _ => "high: it deletes, publishes, sends, leaves the folder, reads secrets, or can not be told" }));
        if (approval.Pattern is { } pattern)
        {
            facts.Add(("Covers", $"session and always: {pattern}"));
        }
        if (approval.Proposal is { } proposal)
        {
            facts.AddRange(proposal.WouldCover.Take(3).Select(static call => ("Would cover", call)));
            facts.AddRange(proposal.WouldNotCover.Take(3).Select(static call => ("Would not", $"{call.Call} ({(call.Decision == "deny" ? "denied" : "asked")})")));
        }
        if (approval.Args is { ValueKind: JsonValueKind.Object } args)
        {
            facts.Add(("Arguments", args.GetRawText()));
        }
        return [.. facts.SelectMany(fact => StyledText.Wrap(new LineBuilder().Add($"{fact.Item1}: ", Ink.Muted).Add(fact.Item2).Build(), width))];
    }

    private static List<StyledLine> Answers(Approval approval, int width, int room, bool takesLetters)
    {
        var choices = CardChoice.Of(approval);
        var before = takesLetters ? "" : "Alt+";
        var lines = new List<StyledLine>();
        if (room < 16 && approval.Kind != ApprovalKind.Question)
        {
            var row = new LineBuilder();
            foreach (var choice in choices)
            {
                row.Add(row.IsEmpty ? "" : "  ").Add($"{before}{choice.Key}", new TextStyle(Ink.Accent).With(Effects.Bold)).Add($" {choice.Short}");
            }
            lines.AddRange(StyledText.Wrap(row.Build(), width));
            if (room >= 10 && approval.Pattern is { } pattern)
            {
                lines.Add(StyledText.Cut(new LineBuilder().Add("s a  ", Ink.Faint).Add(pattern, Ink.Muted).Build(), width));
            }
            if (room >= 11 && approval.FolderGrant is { } folder)
            {
                lines.Add(StyledText.Cut(new LineBuilder().Add("f    ", Ink.Faint).Add(folder == "folder" ? "edit its files, run commands in its sandbox, no network" : folder, Ink.Muted).Build(), width));
            }
        }
        else
        {
            lines.AddRange(choices.Select(choice => StyledText.Cut(new LineBuilder().Add($"{before}{choice.Key}", new TextStyle(Ink.Accent).With(Effects.Bold)).Add($"  {choice.Text}").Build(), width)));
        }
        if (approval.Kind == ApprovalKind.Question)
        {
            lines.Add(new StyledLine("or type your answer and press Enter", Ink.Muted));
        }
        else if (!takesLetters)
        {
            lines.Add(StyledText.Cut(new StyledLine("The input keeps your keys; Tab turns to this card.", Ink.Faint), width));
        }
        return lines;
    }
}
