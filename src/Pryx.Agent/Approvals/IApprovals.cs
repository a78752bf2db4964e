using Pryx.Protocol.Approvals;

namespace Pryx.Agent.Approvals;

/// <summary>Asks a person. The question is stored before anybody sees it, and asked again after a restart.</summary>
public interface IApprovals
{
    /// <summary>Returns the first answer; one marked IsForWantOfPerson when nobody can be asked. Never throws for a denial.</summary>
    /// <exception cref="ParkedException">The question's time is over, and the turn is to wait for its answer all the same.</exception>
    Task<ApprovalAnswer> AskAsync(Approval approval, CancellationToken cancellationToken);
}
