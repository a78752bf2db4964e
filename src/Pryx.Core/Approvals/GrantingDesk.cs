using Pryx.Agent.Approvals;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Approvals;

/// <summary>
/// What a turn asks through: answers by itself where the user has said so beforehand (<c>--approve-all</c>, recorded as the approver),
/// else asks at the desk, and stores what the person granted beyond this call once their answer has won.
/// </summary>
/// <param name="parks">What becomes of the turn when nobody answers in time: true parks it, false fails the call.</param>
/// <param name="grantAsync">Stores a rule for the session, or for good.</param>
public sealed class GrantingDesk(
    ApprovalDesk desk, bool approvesAll, bool parks, Func<string, GrantDuration, string, CancellationToken, Task> grantAsync) : IApprovals
{
    private const string ApproveAll = "--approve-all";

    public async Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken)
    {
        if (approvesAll && approval.Kind == ApprovalKind.Tool)
        {
            return await desk.RecordAsync(approval, ApprovalAnswer.Approve(ApproveAll), cancellationToken);
        }
        var answer = await desk.AskAsync(approval, parks, cancellationToken);
        if (!answer.Approved)
        {
            return answer;
        }
        if (answer.TakesFolderGrant && approval.FolderGrant is { } folder)
        {
            await grantAsync(folder, GrantDuration.Forever, answer.AnsweredBy, cancellationToken);
        }
        else if (answer.Duration != GrantDuration.Once && approval.Pattern is { } pattern)
        {
            await grantAsync(pattern, answer.Duration, answer.AnsweredBy, cancellationToken);
        }
        return answer;
    }
}
