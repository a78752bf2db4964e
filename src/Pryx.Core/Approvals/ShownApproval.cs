using System.Text.Json;
using Pryx.Core.Audit;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Approvals;

/// <summary>A question as the stream and everybody who may not answer it sees it: without the secrets in its arguments and texts.</summary>
public static class ShownApproval
{
    public static Approval Of(Approval approval) => approval with
    {
        Args = approval.Args is { } args ? JsonSerializer.Deserialize(Redaction.OfJson(args.GetRawText()), ProtocolJson.Default.JsonElement) : null,
        Touches = [.. approval.Touches.Select(Redaction.OfText)],
        Summary = Redaction.OfText(approval.Summary),
        Preview = approval.Preview is { } preview ? Redaction.OfText(preview) : null,
        Reason = Redaction.OfText(approval.Reason),
        Pattern = approval.Pattern is { } pattern ? Redaction.OfText(pattern) : null,
        Proposal = approval.Proposal is { } proposal ? proposal with
        {
            Rule = Redaction.OfText(proposal.Rule),
            WouldCover = [.. proposal.WouldCover.Select(Redaction.OfText)],
            WouldNotCover = [.. proposal.WouldNotCover.Select(static call => new NeighbourCall(Redaction.OfText(call.Call), call.Decision, Redaction.OfText(call.Reason)))],
        } : null,
    };

    public static ApprovalState Of(ApprovalState state) => state with
    {
        Approval = Of(state.Approval),
        Answer = state.Answer is { EditedArgs: { } edited } answer
            ? answer with { EditedArgs = JsonSerializer.Deserialize(Redaction.OfJson(edited.GetRawText()), ProtocolJson.Default.JsonElement) }
            : state.Answer,
    };
}
