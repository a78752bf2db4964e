using Pryx.Agent.Approvals;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Approvals;

/// <summary>
/// Asks as it would be asked anyway, and meanwhile asks the reviewer. Whatever becomes of that – an opinion, an error, nothing – the answer is
/// the person's, and is not a moment later for it.
/// </summary>
public sealed class ReviewedApprovals(IApprovals inner, Reviewer reviewer, ApprovalStore store, TimeSpan timeout, TimeProvider time) : IApprovals
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);
    private const int Looks = 40;

    public async Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken)
    {
        if (approval.Kind != ApprovalKind.Tool)
        {
            return await inner.AskAsync(approval, cancellationToken);
        }
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = inner.AskAsync(approval, cancellationToken);
        _ = ReviewAsync(approval, answered.Token);
        try
        {
            return await asking;
        }
        finally
        {
            await answered.CancelAsync();
        }
    }

    private async Task ReviewAsync(Approval approval, CancellationToken answered)
    {
        try
        {
            using var late = new CancellationTokenSource(timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(answered, late.Token);
            if (await IsOpenAsync(approval.Id, either.Token) && await reviewer.AskAsync(approval, 0, either.Token) is { } review)
            {
                await store.ReviewAsync(approval.Id, review, either.Token);
            }
        }
        catch (Exception)
        {
            // The edge of something that nobody waits for: its model call is recorded with its error, and the question stands without an opinion.
        }
    }

    // What is answered beforehand, or by nobody being there, needs no opinion.
    private async Task<bool> IsOpenAsync(Protocol.ApprovalId id, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (await store.FindAsync(id, cancellationToken) is { } state)
            {
                return state.IsPending;
            }
            await Task.Delay(Look, time, cancellationToken);
        }
        return false;
    }
}
