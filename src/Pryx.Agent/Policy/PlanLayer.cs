using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>
/// Plan mode: the agent may read and ask, not act; its plan is always a person's to answer, whatever else is allowed. Stands before every
/// other layer, also while the mode is off: a plan that nobody waits for is denied, so that none is ever carried out unasked.
/// </summary>
/// <param name="isOn">The session is in plan mode at this moment.</param>
public sealed class PlanLayer(bool isOn) : IPolicyLayer
{
    public string Name => "plan";

    // What it says, a person has chosen for this session: no grant of an earlier day speaks against it.
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        if (request.Tool == PolicyTools.PresentPlan)
        {
            return isOn
                ? new(Decision.Ask, "plan", "The agent presents a plan. Approving it ends plan mode and allows exactly the listed actions in this session, nothing else.")
                : new(Decision.Deny, "plan", "Plan mode is off: there is nothing to present. Go on with what the user asked for.");
        }
        return !isOn || MayPass(request, access)
            ? null
            : new(Decision.Deny, "plan", "Plan mode is on: read and ask only, change nothing and run nothing. Present what you would do with present_plan.");
    }

    private static bool MayPass(PolicyRequest request, ToolAccess? access) => access switch
    {
        // Vouched for by the user: it only reads.
        _ when !PolicyTools.IsBuiltIn(request.Tool) && !PolicyTools.IsHarmless(request.Tool) => request.Plan.IsVouchedReading,
        null => PolicyTools.IsHarmless(request.Tool) && request.Tool != PolicyTools.ProcessStop,
        // Of a command nothing but the command itself counts, and that is another access.
        { Kind: AccessKind.Read } => PolicyTools.IsFileTool(request.Tool),
        _ => false,
    };
}
