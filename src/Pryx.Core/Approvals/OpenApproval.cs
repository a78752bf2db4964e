using System.Globalization;
using System.Text.Json;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Approvals;

/// <summary>What a question takes for an answer.</summary>
internal static class OpenApproval
{
    /// <summary>Grants that the question did not offer are left out: what was answered is then this one call.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR</exception>
    public static ApprovalAnswer Fit(Approval asked, ApprovalAnswer answer)
    {
        if (answer.EditedArgs is { } edited && (edited.ValueKind != JsonValueKind.Object || asked.Kind != ApprovalKind.Tool))
        {
            throw new PryxException("VALIDATION_ERROR", "edited_args: the arguments of a tool call are expected, as a JSON object");
        }
        if (asked.Kind == ApprovalKind.Question && answer.Approved && string.IsNullOrWhiteSpace(answer.Text))
        {
            throw new PryxException("VALIDATION_ERROR", "text: this question is answered in words", asked.Choices.Count > 0 ? $"one of: {string.Join(", ", asked.Choices)}" : null);
        }
        // Edited arguments are another call than the one the grant on the card speaks of.
        var takesFolder = answer.TakesFolderGrant && asked.FolderGrant is not null && answer is { Approved: true, EditedArgs: null };
        var takesProposal = !takesFolder && answer.TakesProposal && asked.Proposal is not null && answer is { Approved: true, EditedArgs: null };
        return answer with
        {
            TakesFolderGrant = takesFolder,
            TakesProposal = takesProposal,
            Duration = takesFolder || takesProposal ? GrantDuration.Forever
                : answer is { Approved: true, EditedArgs: null } && asked.Pattern is not null ? answer.Duration
                : GrantDuration.Once,
        };
    }

    public static PryxException TooLate(ApprovalState state)
    {
        var (what, by) = state.State switch
        {
            "expired" => ("It had expired; the call was denied", "timeout"),
            "withdrawn" => ("It was withdrawn: nobody waits for the answer any more", "engine"),
            var known => ($"{state.Answer?.AnsweredBy ?? "Somebody else"} was first and {(known == "approved" ? "approved" : "denied")} it", state.Answer?.AnsweredBy ?? ""),
        };
        return new PryxException("ALREADY_ANSWERED", $"{what}.")
        {
            Details = JsonSerializer.SerializeToElement(
                new FirstAnswer(state.Approval.Id, state.State, state.State == "approved", by, state.AnsweredAt?.ToString("O", CultureInfo.InvariantCulture)), ApprovalJson.Default.FirstAnswer),
        };
    }
}
