using System.Text.Json;
using Pryx.Protocol.Approvals;

namespace Pryx.Terminal;

/// <summary>
/// Asks the person at the terminal about one call: what exactly would happen, why it is asked, and what each answer covers.
/// Enter answers nothing, so that a stray one approves nothing.
/// </summary>
internal sealed class ApprovalCard(CommandIo io)
{
    private const int FewestPreviewLines = 5;

    private readonly Style _style = io.ErrorStyle;

    /// <summary>Throws OperationCanceledException when the question is withdrawn.</summary>
    public async Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken)
    {
        io.Keyboard.Discard();
        return approval.Kind == ApprovalKind.Question
            ? await AskQuestionAsync(approval, cancellationToken)
            : await AskToolAsync(approval, cancellationToken);
    }

    private async Task<ApprovalAnswer> AskToolAsync(Approval approval, CancellationToken cancellationToken)
    {
        var (width, height) = io.Size();
        var preview = PreviewText.Lines(approval, width - 4, _style);
        var choices = Choices(approval);
        var room = Math.Max(FewestPreviewLines, height - choices.Count - 9 - (approval.Proposal is null ? 0 : 8));
        WriteHead(approval, width);
        WritePreview(preview, room);
        WriteReason(approval, width);
        WriteProposal(approval.Proposal, width);
        WriteChoices(choices, width);
        var isCut = preview.Count > room;
        while (true)
        {
            io.Error.Write(_style.Bold("  Answer: "));
            var key = await io.Keyboard.ReadAsync(cancellationToken);
            var choice = char.ToLowerInvariant(key.KeyChar);
            if (choice == 'd' && isCut)
            {
                io.Error.WriteLine("d");
                WritePreview(preview, int.MaxValue);
                WriteChoices(choices, width);
                continue;
            }
            if (choices.All(offered => offered.Key != choice))
            {
                io.Error.WriteLine(_style.Dim($"type one of {string.Join(", ", choices.Select(offered => offered.Key))}{(isCut ? ", d" : "")}"));
                continue;
            }
            io.Error.WriteLine(choice.ToString());
            if (await AnswerAsync(choice, approval, cancellationToken) is { } answer)
            {
                return answer;
            }
        }
    }

    private async Task<ApprovalAnswer?> AnswerAsync(char choice, Approval approval, CancellationToken cancellationToken)
    {
        switch (choice)
        {
            case 'y':
                return ApprovalAnswer.Approve(io.Principal);
            case 's':
                return ApprovalAnswer.Approve(io.Principal, GrantDuration.Session);
            case 'a':
                return ApprovalAnswer.Approve(io.Principal, GrantDuration.Forever);
            case 'f':
                return ApprovalAnswer.Approve(io.Principal, GrantDuration.Forever) with { TakesFolderGrant = true };
            case 'g':
                return ApprovalAnswer.Approve(io.Principal, GrantDuration.Forever) with { TakesProposal = true };
            case 'n':
                var reason = await LineInput.ReadAsync(io, "  Why, for the model (Enter: no reason): ", "", isSecret: false, cancellationToken);
                return ApprovalAnswer.Deny(io.Principal, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim());
            default:
                return await ArgumentEdit.EditAsync(io, approval.Args, cancellationToken) is { } edited
                    ? ApprovalAnswer.Approve(io.Principal) with { EditedArgs = edited }
                    : null;
        }
    }

    private async Task<ApprovalAnswer> AskQuestionAsync(Approval approval, CancellationToken cancellationToken)
    {
        var width = io.Size().Width;
        io.Error.WriteLine(_style.Bold($"── Question {new string('─', Math.Clamp(width - 13, 4, 60))}"));
        WriteIndented(SafeText.Of(approval.Summary), width);
        for (var i = 0; i < approval.Choices.Count; i++)
        {
            WriteIndented($"{i + 1}  {SafeText.Line(approval.Choices[i])}", width);
        }
        var prompt = approval.Choices.Count > 0 ? $"  Answer (1-{approval.Choices.Count}, or your own words): " : "  Answer: ";
        var text = (await LineInput.ReadAsync(io, _style.Bold(prompt), "", isSecret: false, cancellationToken))?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return ApprovalAnswer.Deny(io.Principal, "The user did not answer.");
        }
        var isNumber = int.TryParse(text, out var number) && number >= 1 && number <= approval.Choices.Count;
        return ApprovalAnswer.Approve(io.Principal) with { Text = isNumber ? approval.Choices[number - 1] : text };
    }

    private static List<(char Key, string Text)> Choices(Approval approval)
    {
        var choices = new List<(char Key, string Text)> { ('y', approval.Tool == "plan.present" ? "yes: go on as planned; only what is listed with + runs unasked" : "yes, once"), ('n', "no") };
        if (approval.FolderGrant is { } folder)
        {
            choices.Add(('f', $"yes, and from now on in this folder: {(folder == "folder" ? "edit its files and run commands in its sandbox, without network, unasked" : SafeText.Line(folder))}"));
        }
        if (approval.Proposal is { } proposal)
        {
            choices.Add(('g', $"yes, and from now on in this folder, for {proposal.Days} days: {SafeText.Line(proposal.Rule)}"));
        }
        if (approval.Pattern is { } pattern)
        {
            choices.Add(('s', $"yes, for this session: {SafeText.Line(pattern)}"));
            choices.Add(('a', $"yes, always: {SafeText.Line(pattern)}"));
        }
        if (approval.Args is { ValueKind: JsonValueKind.Object })
        {
            choices.Add(('e', "edit the arguments; you are asked about the new ones"));
        }
        return choices;
    }

    private void WriteHead(Approval approval, int width)
    {
        io.Error.WriteLine(_style.Bold($"── Approval {new string('─', Math.Clamp(width - 13, 4, 60))}"));
        WriteIndented($"{SafeText.Line(approval.Tool)}: {SafeText.Line(approval.Summary)}", width);
    }

    private void WritePreview(IReadOnlyList<string> lines, int room)
    {
        if (lines.Count == 0)
        {
            return;
        }
        io.Error.WriteLine();
        foreach (var line in lines.Take(room))
        {
            io.Error.WriteLine($"    {line}");
        }
        if (lines.Count > room)
        {
            io.Error.WriteLine(_style.Yellow($"    … {lines.Count - room:N0} more {(lines.Count - room == 1 ? "line" : "lines")}, press d to see all"));
        }
    }

    private void WriteReason(Approval approval, int width)
    {
        io.Error.WriteLine();
        WriteIndented($"Why: {SafeText.Line(approval.Reason)}", width);
        if (approval.Rule is { } rule)
        {
            WriteIndented($"Rule: {SafeText.Line(rule)}", width);
        }
        io.Error.WriteLine();
    }

    private void WriteProposal(GrantProposal? proposal, int width)
    {
        if (proposal is null)
        {
            return;
        }
        WriteIndented($"You approved such calls {proposal.Approvals} times. {SafeText.Line(proposal.Rule)}", width);
        foreach (var call in proposal.WouldCover.Take(3))
        {
            WriteIndented($"  would cover      {SafeText.Line(call, 200)}", width);
        }
        foreach (var call in proposal.WouldNotCover.Take(3))
        {
            WriteIndented($"  would not cover  {SafeText.Line(call.Call, 200)} ({(call.Decision == "deny" ? "denied" : "asked")})", width);
        }
        io.Error.WriteLine();
    }

    private void WriteChoices(IReadOnlyList<(char Key, string Text)> choices, int width)
    {
        foreach (var (key, text) in choices)
        {
            var lines = TextLayout.Wrap(text, width - 6);
            io.Error.WriteLine($"  {_style.Bold(key.ToString())}  {lines[0]}");
            lines.Skip(1).ToList().ForEach(line => io.Error.WriteLine($"     {line}"));
        }
    }

    private void WriteIndented(string text, int width) => TextLayout.Wrap(text, width - 3).ForEach(line => io.Error.WriteLine($"  {line}"));
}
