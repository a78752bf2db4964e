using Pryx.Agent.Approvals;
using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Pins;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Approvals;

/// <summary>
/// What a turn asks through: answers by itself where the user has said so beforehand (<c>--approve-all</c>, recorded as the approver),
/// else asks at the desk, and stores what the person granted beyond this call once their answer has won.
/// </summary>
/// <param name="parks">What becomes of the turn when nobody answers in time: true parks it, false fails the call.</param>
/// <param name="grantAsync">Stores what was taken.</param>
public sealed class GrantingDesk(ApprovalDesk desk, bool approvesAll, bool parks, Func<TakenGrant, CancellationToken, Task> grantAsync) : IApprovals
{
    private const string ApproveAll = "--approve-all";

    /// <summary>What the card may offer besides, as <see cref="GrantProposal"/>.</summary>
    public Func<Approval, CancellationToken, Task<GrantProposal?>> ProposeAsync { get; init; } = static (_, _) => Task.FromResult<GrantProposal?>(null);

    // Who pinned "ask me before …", or wants to see a plan, wants to be asked then, not beforehand for everything.
    private static bool IsPersons(Approval approval) => approval.Tool == PolicyTools.PresentPlan || approval.Rule?.StartsWith(PinLayer.Prefix, StringComparison.Ordinal) == true;

    public async Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken)
    {
        if (approvesAll && approval.Kind == ApprovalKind.Tool && !IsPersons(approval))
        {
            return await desk.RecordAsync(approval, ApprovalAnswer.Approve(ApproveAll), cancellationToken);
        }
        if (approval.Kind == ApprovalKind.Tool)
        {
            approval = approval with { Proposal = await ProposeAsync(approval, cancellationToken) };
        }
        var answer = await desk.AskAsync(approval, parks, cancellationToken);
        if (!answer.Approved)
        {
            return answer;
        }
        if (answer is { TakesProposal: true, TakenRule: { } proposed })
        {
            await grantAsync(new(proposed, GrantDuration.Forever, answer.AnsweredBy, approval.Id) { IsProposal = true }, cancellationToken);
        }
        else if (answer.TakesFolderGrant && approval.FolderGrant is { } folder)
        {
            await grantAsync(new(folder, GrantDuration.Forever, answer.AnsweredBy, approval.Id), cancellationToken);
        }
        else if (answer.Duration != GrantDuration.Once && approval.Pattern is { } pattern)
        {
            await grantAsync(new(pattern, answer.Duration, answer.AnsweredBy, approval.Id), cancellationToken);
        }
        return answer;
    }
}

/// <summary>What a person allowed on a card beyond the call it asked about.</summary>
/// <param name="Rule">In the syntax of <c>--allow</c>.</param>
/// <param name="Question">On whose card.</param>
public sealed record TakenGrant(string Rule, GrantDuration Duration, string By, ApprovalId Question)
{
    /// <summary>True for the narrow grant that was proposed; it does not stand for ever.</summary>
    public bool IsProposal { get; init; }
}
